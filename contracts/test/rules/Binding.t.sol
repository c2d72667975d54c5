// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IComplianceModule} from "../../src/interfaces/IComplianceModule.sol";
import {ICountryRules} from "../../src/interfaces/ICountryRules.sol";
import {RulesTest} from "./RulesTest.sol";

contract BindingTest is RulesTest {
    event TokenBound(address _token);
    event TokenUnbound(address _token);
    event ComplianceBound(address indexed _compliance);
    event ComplianceUnbound(address indexed _compliance);

    address private token = makeAddr("token");
    address private another = makeAddr("another token");

    function testTokensBindThemselves() public {
        assertBinds(token, token);
        assertBinds(another, another);
        assertTrue(rules.isTokenBound(token));
    }

    function testTheOwnerBindsTokens() public {
        assertBinds(owner, token);
        assertBinds(token, token);
    }

    function testUnbind() public {
        assertBinds(token, token);
        assertBinds(another, another);
        assertUnbinds(token, token);
        assertUnbinds(owner, another);
    }

    /// @dev A token that was released already must be able to take another compliance.
    function testUnbindingTwice() public {
        assertUnbinds(token, token);
    }

    function testNobodyElseBinds() public {
        bytes memory reason = abi.encodeWithSelector(ICountryRules.NotTheToken.selector, stranger, token);
        vm.startPrank(stranger);
        vm.expectRevert(reason);
        rules.bindToken(token);
        vm.expectRevert(reason);
        rules.unbindToken(token);
        vm.stopPrank();
        vm.startPrank(owner);
        vm.expectRevert(ZERO_ARGUMENT);
        rules.bindToken(address(0));
    }

    function testABoundTokenIsToldItself() public {
        assertBinds(token, token);
        assertEq(rules.getTokenBound(), address(0));
        vm.prank(token);
        assertEq(rules.getTokenBound(), token);
        vm.prank(another);
        assertEq(rules.getTokenBound(), address(0));
    }

    function testCompliancesBindThemselves() public {
        vm.startPrank(stranger);
        vm.expectEmit(address(rules));
        emit ComplianceBound(stranger);
        rules.bindCompliance(stranger);
        assertTrue(rules.isComplianceBound(stranger));
        vm.expectRevert(abi.encodeWithSelector(IComplianceModule.AlreadyBound.selector, stranger));
        rules.bindCompliance(stranger);
        vm.expectRevert(abi.encodeWithSelector(IComplianceModule.NotTheCompliance.selector, stranger, token));
        rules.bindCompliance(token);
        vm.expectEmit(address(rules));
        emit ComplianceUnbound(stranger);
        rules.unbindCompliance(stranger);
        assertFalse(rules.isComplianceBound(stranger));
    }

    /// @dev Neither a read nor a write, whoever tells.
    function testNothingIsTouchedWhereHoldersAreNotCounted() public {
        vm.record();
        rules.transferred(from, to, 1);
        rules.created(to, 1);
        rules.destroyed(from, 1);
        rules.moduleTransferAction(from, to, 1);
        rules.moduleMintAction(to, 1);
        rules.moduleBurnAction(from, 1);
        (bytes32[] memory reads, bytes32[] memory writes) = vm.accesses(address(rules));
        assertEq(reads.length + writes.length, 0);
    }

    function assertBinds(address caller, address named) private {
        vm.expectEmit(address(rules));
        emit TokenBound(named);
        vm.prank(caller);
        rules.bindToken(named);
        assertTrue(rules.isTokenBound(named));
    }

    function assertUnbinds(address caller, address named) private {
        vm.expectEmit(address(rules));
        emit TokenUnbound(named);
        vm.prank(caller);
        rules.unbindToken(named);
        assertFalse(rules.isTokenBound(named));
    }
}

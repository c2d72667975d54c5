// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VerifiedSender} from "../src/VerifiedSender.sol";
import {IERC3643Token} from "../src/interfaces/IERC3643Compliance.sol";
import {IComplianceModule} from "../src/interfaces/IComplianceModule.sol";
import {IVerifiedSender} from "../src/interfaces/IVerifiedSender.sol";
import {TrexSuite} from "./trex/TrexSuite.sol";

/// @dev What both uses of it share: whom it lets send, and whom it lets bind.
contract VerifiedSenderTest is TrexSuite {
    event TokenBound(address _token);
    event TokenUnbound(address _token);
    event ComplianceBound(address indexed _compliance);
    event ComplianceUnbound(address indexed _compliance);

    VerifiedSender private sender;

    function setUp() public override {
        super.setUp();
        switchTo(address(registry));
        sender = new VerifiedSender(IERC3643Token(address(token)));
    }

    function testConstructor() public {
        assertEq(address(sender.token()), address(token));
        assertEq(sender.name(), "VerifiedSender");
        assertFalse(sender.isPlugAndPlay());
        vm.expectRevert(ZERO_ARGUMENT);
        new VerifiedSender(IERC3643Token(address(0)));
    }

    /// @dev The sender's verdict, whoever receives and however much.
    function testSender(bool verified, address to, uint256 amount) public {
        if (!verified) deny(alice, 2, REVOKED);
        assertMaySend(alice, to, amount, verified);
        assertMaySend(stranger, to, amount, false);
        assertMaySend(address(0), to, amount, true);
    }

    function testFollowsTheTokensRegistry() public {
        deny(alice, 2, REVOKED);
        assertMaySend(alice, bob, 1, false);
        switchTo(address(trexRegistry));
        assertMaySend(alice, bob, 1, true);
        switchTo(address(registry));
        assertMaySend(alice, bob, 1, false);
    }

    /// @dev I12: no registry is no yes.
    function testARegistryThatFailsLetsNobodySend() public {
        switchTo(stranger);
        vm.expectRevert();
        sender.canTransfer(alice, bob, 1);
        vm.expectRevert();
        sender.moduleCheck(alice, bob, 1, address(compliance));
    }

    function testBindToken() public {
        assertFalse(sender.isTokenBound(address(token)));
        assertEq(sender.getTokenBound(), address(0));

        vm.expectEmit(address(sender));
        emit TokenBound(address(token));
        vm.prank(address(token));
        sender.bindToken(address(token));
        assertTrue(sender.isTokenBound(address(token)));
        assertFalse(sender.isTokenBound(stranger));
        assertEq(sender.getTokenBound(), address(token));

        vm.expectEmit(address(sender));
        emit TokenUnbound(address(token));
        vm.prank(address(token));
        sender.unbindToken(address(token));
        assertFalse(sender.isTokenBound(address(token)));
    }

    function testOnlyTheTokenBindsItself() public {
        assertNotTheToken(owner, address(token));
        assertNotTheToken(stranger, stranger);
        assertNotTheToken(address(token), stranger);
    }

    function testBindCompliance() public {
        vm.startPrank(stranger);
        vm.expectEmit(address(sender));
        emit ComplianceBound(stranger);
        sender.bindCompliance(stranger);
        assertTrue(sender.isComplianceBound(stranger));
        vm.expectRevert(abi.encodeWithSelector(IComplianceModule.AlreadyBound.selector, stranger));
        sender.bindCompliance(stranger);

        vm.expectEmit(address(sender));
        emit ComplianceUnbound(stranger);
        sender.unbindCompliance(stranger);
        assertFalse(sender.isComplianceBound(stranger));
        vm.expectRevert(abi.encodeWithSelector(IComplianceModule.NotBound.selector, stranger));
        sender.unbindCompliance(stranger);
    }

    function testOnlyAComplianceBindsItself() public {
        bytes memory reason =
            abi.encodeWithSelector(IComplianceModule.NotTheCompliance.selector, address(this), address(compliance));
        vm.expectRevert(reason);
        sender.bindCompliance(address(compliance));
        vm.expectRevert(reason);
        sender.unbindCompliance(address(compliance));
    }

    function testFitsTheTokensComplianceAlone() public {
        assertTrue(sender.canComplianceBind(address(compliance)));
        VerifiedSender another = new VerifiedSender(IERC3643Token(stranger));
        assertFalse(another.canComplianceBind(address(compliance)));
    }

    /// @dev There is nothing to count, so anybody may tell it of anything.
    function testCountsNothing() public {
        vm.record();
        sender.transferred(alice, bob, 1);
        sender.created(alice, 1);
        sender.destroyed(alice, 1);
        sender.moduleTransferAction(alice, bob, 1);
        sender.moduleMintAction(alice, 1);
        sender.moduleBurnAction(alice, 1);
        (, bytes32[] memory writes) = vm.accesses(address(sender));
        assertEq(writes.length, 0);
    }

    function assertMaySend(address from, address to, uint256 amount, bool expected) private view {
        assertEq(sender.canTransfer(from, to, amount), expected);
        assertEq(sender.moduleCheck(from, to, amount, address(compliance)), expected);
    }

    function assertNotTheToken(address caller, address named) private {
        bytes memory reason = abi.encodeWithSelector(IVerifiedSender.NotTheToken.selector, caller, named);
        vm.startPrank(caller);
        vm.expectRevert(reason);
        sender.bindToken(named);
        vm.expectRevert(reason);
        sender.unbindToken(named);
        vm.stopPrank();
    }
}

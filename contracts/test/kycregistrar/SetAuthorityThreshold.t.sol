// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract SetAuthorityThresholdTest is RegistrarTest {
    function call(bytes32 id, uint32 threshold) private view returns (bytes memory) {
        return abi.encodeCall(registrar.setAuthorityThreshold, (id, threshold));
    }

    function thresholdOf(bytes32 id) private view returns (uint32 threshold) {
        (,, threshold,) = registrar.getAuthority(id);
    }

    function testSets() public {
        vm.expectEmit(address(registrar));
        emit IAuthorities.AuthorityThresholdSet(american, 3);
        assertTrue(send(owner, call(american, 3)));
        assertEq(thresholdOf(american), 3);
        assertEq(thresholdOf(german), 1);
    }

    function testTheOwnersOwn() public {
        assertTrue(send(owner, call(ownerID, 2)));
        assertFalse(send(owner, call(ownerID, 1)));
        assertEq(thresholdOf(ownerID), 2);
        assertTrue(send(owners[1], call(ownerID, 1)));
        assertEq(thresholdOf(ownerID), 1);
    }

    /// @dev What was pending at 3 is executed by the second approval at 2.
    function testALowerThresholdCountsForWhatIsPending() public {
        setThreshold(american, 3);
        bytes memory pending = janesCall();
        assertFalse(send(americans[0], pending));
        setThreshold(american, 2);
        assertTrue(send(americans[1], pending));
    }

    /// @dev A call that has as many approvals as the lower threshold asks for is executed by any of those who approved
    /// it: otherwise it would be stuck when nobody else is left.
    function testALowerThresholdThatIsMetAlready() public {
        setThreshold(american, 3);
        bytes memory pending = janesCall();
        assertFalse(send(americans[0], pending));
        assertFalse(send(americans[1], pending));
        setThreshold(american, 2);
        assertTrue(send(americans[1], pending));
        assertTrue(registrar.isPermitted(wallet));
    }

    function testAHigherThresholdCountsForWhatIsPending() public {
        setThreshold(american, 2);
        bytes memory pending = janesCall();
        assertFalse(send(americans[0], pending));
        setThreshold(american, 3);
        assertFalse(send(americans[1], pending));
        assertTrue(send(americans[2], pending));
    }

    /// @dev A single signer executes without looking for a list: so there must be none that a later threshold would
    /// find again.
    function testAThresholdOfOneVoidsWhatIsPending() public {
        setThreshold(american, 2);
        bytes memory pending = janesCall();
        assertFalse(send(americans[0], pending));
        vm.expectEmit(address(registrar));
        emit IApprovals.ApprovalsVoided(american);
        setThreshold(american, 1);
        setThreshold(american, 2);
        (address[] memory callers, uint40 until) = registrar.getApprovals(american, keccak256(pending));
        assertEq(callers.length, 0);
        assertEq(until, 0);
        assertFalse(send(americans[1], pending));
        assertTrue(send(americans[0], pending));
    }

    function testZeroThreshold() public {
        refuse(owner, call(american, 0), abi.encodeWithSelector(IAuthorities.ZeroThreshold.selector));
    }

    function testThresholdTooHigh() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.ThresholdTooHigh.selector, 4, 3);
        refuse(owner, call(american, 4), refusal);
        restrictAddress(owner, american, americans[2]);
        refusal = abi.encodeWithSelector(IAuthorities.ThresholdTooHigh.selector, 3, 2);
        refuse(owner, call(american, 3), refusal);
        assertTrue(send(owner, call(american, 2)));
    }

    function testNotAuthority() public {
        addJane();
        refuse(owner, call(jane, 1), abi.encodeWithSelector(IAuthorities.NotAuthority.selector, jane));
        refuse(owner, call(0, 1), abi.encodeWithSelector(IAuthorities.NotAuthority.selector, bytes32(0)));
    }

    function testOnlyTheOwner() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, americans[0]);
        refuse(americans[0], call(american, 2), refusal);
        restrictAddress(owners[1], ownerID, owner);
        refuse(owner, call(american, 2), abi.encodeWithSelector(IAuthorities.RestrictedOwner.selector, owner));
    }

    function janesCall() private view returns (bytes memory) {
        return abi.encodeCall(registrar.addInvestor, (jane, US, ALABAMA, 2, EXPIRES, list(wallet)));
    }
}

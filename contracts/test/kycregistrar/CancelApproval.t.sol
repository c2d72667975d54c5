// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract CancelApprovalTest is RegistrarTest {
    bytes private pending;
    bytes32 private callHash;

    function setUp() public override {
        super.setUp();
        setThreshold(american, 3);
        pending = abi.encodeCall(registrar.addInvestor, (jane, US, ALABAMA, 2, EXPIRES, list(wallet)));
        callHash = keccak256(pending);
        send(americans[0], pending);
    }

    function cancel(address by) private {
        vm.prank(by);
        registrar.cancelApproval(callHash);
    }

    function notApproved(address by) private view returns (bytes memory) {
        return abi.encodeWithSelector(IApprovals.NotApproved.selector, by, callHash);
    }

    function data() private view returns (bytes memory) {
        return abi.encodeCall(registrar.cancelApproval, (callHash));
    }

    function testTakesTheCallersBack() public {
        send(americans[1], pending);
        vm.expectEmit(address(registrar));
        emit IApprovals.ApprovalCancelled(american, callHash, americans[0], 1);
        cancel(americans[0]);
        (address[] memory callers,) = registrar.getApprovals(american, callHash);
        assertEq(callers, list(americans[1]));
        assertFalse(send(americans[2], pending));
        assertTrue(send(americans[0], pending));
    }

    function testTheLastOneCancelsTheCall() public {
        cancel(americans[0]);
        (address[] memory callers, uint40 until) = registrar.getApprovals(american, callHash);
        assertEq(callers.length, 0);
        assertEq(until, 0);
        vm.warp(NOW + 3 days);
        send(americans[1], pending);
        (, until) = registrar.getApprovals(american, callHash);
        assertEq(until, NOW + 10 days);
    }

    function testOnlyOnesOwn() public {
        refuseOnce(americans[1], data(), notApproved(americans[1]));
        refuseOnce(germans[0], data(), notApproved(germans[0]));
        refuseOnce(owner, data(), notApproved(owner));
    }

    function testTwice() public {
        cancel(americans[0]);
        refuseOnce(americans[0], data(), notApproved(americans[0]));
    }

    function testWhatExpired() public {
        vm.warp(NOW + 7 days);
        refuseOnce(americans[0], data(), notApproved(americans[0]));
    }

    function testWhatWasExecuted() public {
        send(americans[1], pending);
        send(americans[2], pending);
        refuseOnce(americans[0], data(), notApproved(americans[0]));
    }

    function testOnlyAuthorities() public {
        refuseOnce(stranger, data(), abi.encodeWithSelector(IAuthorities.NotAuthorityAddress.selector, stranger));
        setThreshold(american, 2);
        restrictAddress(owner, american, americans[0]);
        refuseOnce(americans[0], data(), abi.encodeWithSelector(IAuthorities.RestrictedAddress.selector, americans[0]));
        restrictAuthority(american, true);
        refuseOnce(americans[1], data(), abi.encodeWithSelector(IAuthorities.RestrictedID.selector, american));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

/// @dev How calls collect approvals, seen at an authority of four addresses of which three have to approve.
contract ApprovalsTest is RegistrarTest {
    bytes private pending;
    bytes32 private callHash;

    function setUp() public override {
        super.setUp();
        americans.push(makeAddr("american 3"));
        registerAddress(owner, american, americans[3]);
        setThreshold(american, 3);
        pending = abi.encodeCall(registrar.addInvestor, (jane, US, ALABAMA, 2, EXPIRES, list(wallet)));
        callHash = keccak256(pending);
    }

    function assertPending(uint256 count) private view {
        (address[] memory callers, uint40 until) = registrar.getApprovals(american, callHash);
        assertEq(callers.length, count);
        assertEq(until != 0, count != 0);
        assertFalse(registrar.isRegistered(jane));
    }

    function testTheThirdApprovalExecutes() public {
        vm.expectEmit(address(registrar));
        emit IApprovals.MultiSigCall(american, registrar.addInvestor.selector, callHash, americans[0], 1, 3);
        assertFalse(send(americans[0], pending));
        assertPending(1);
        vm.expectEmit(address(registrar));
        emit IApprovals.MultiSigCall(american, registrar.addInvestor.selector, callHash, americans[2], 2, 3);
        assertFalse(send(americans[2], pending));
        assertPending(2);
        vm.expectEmit(address(registrar));
        emit IApprovals.MultiSigCallApproved(american, registrar.addInvestor.selector, callHash, americans[1]);
        assertTrue(send(americans[1], pending));
        assertTrue(registrar.isPermitted(wallet));
        (address[] memory callers, uint40 until) = registrar.getApprovals(american, callHash);
        assertEq(callers.length, 0);
        assertEq(until, 0);
    }

    function testASingleSigner() public {
        bytes memory data = abi.encodeCall(registrar.addInvestor, (jane, DE, ALABAMA, 2, EXPIRES, list(wallet)));
        vm.expectEmit(address(registrar));
        emit IApprovals.MultiSigCallApproved(german, registrar.addInvestor.selector, keccak256(data), germans[0]);
        assertTrue(send(germans[0], data));
    }

    function testWhoApprovedAndUntilWhen() public {
        send(americans[0], pending);
        vm.warp(NOW + 1 days);
        send(americans[1], pending);
        (address[] memory callers, uint40 until) = registrar.getApprovals(american, callHash);
        assertEq(callers, list(americans[0], americans[1]));
        assertEq(until, NOW + registrar.APPROVAL_LIFETIME());
    }

    function testRepeatCaller() public {
        send(americans[0], pending);
        bytes memory refusal = abi.encodeWithSelector(IApprovals.RepeatCaller.selector, americans[0]);
        refuseOnce(americans[0], pending, refusal);
        send(americans[1], pending);
        refuseOnce(americans[0], pending, refusal);
        assertPending(2);
    }

    /// @dev One byte of calldata apart is another call, be the byte read or not.
    function testOnlyTheSameCalldataCounts() public {
        send(americans[0], pending);
        send(americans[1], pending);
        assertFalse(
            send(americans[2], abi.encodeCall(registrar.addInvestor, (jane, US, ALABAMA, 3, EXPIRES, list(wallet))))
        );
        assertFalse(send(americans[2], bytes.concat(pending, hex"00")));
        assertPending(2);
        assertTrue(send(americans[2], pending));
    }

    function testAuthoritiesDoNotApproveForEachOther() public {
        vm.prank(owner);
        registrar.setAuthorityCountries(german, countries(US), true);
        setThreshold(german, 2);
        send(americans[0], pending);
        send(americans[1], pending);
        assertFalse(send(germans[0], pending));
        assertPending(2);
        assertTrue(send(germans[1], pending));
        assertEq(registrar.getInvestorAuthority(jane), german);
    }

    // ------------------------------------------------------------------------- time

    function testTheyExpireAllTogether() public {
        send(americans[0], pending);
        vm.warp(NOW + 7 days - 1);
        send(americans[1], pending);
        assertPending(2);
        vm.warp(NOW + 7 days);
        assertPending(0);
        assertFalse(send(americans[2], pending));
        assertPending(1);
        (, uint40 until) = registrar.getApprovals(american, callHash);
        assertEq(until, NOW + 14 days);
    }

    function testTheLastMoment() public {
        send(americans[0], pending);
        send(americans[1], pending);
        vm.warp(NOW + 7 days - 1);
        assertTrue(send(americans[2], pending));
    }

    function testAfterItsExpiryASignerApprovesAgain() public {
        send(americans[0], pending);
        vm.warp(NOW + 7 days);
        assertFalse(send(americans[0], pending));
        assertPending(1);
    }

    // --------------------------------------------------------------------- restrictions

    /// @dev It stops counting at once, and the others' go on counting.
    function testARestrictedSignersApprovalDoesNotCount() public {
        send(americans[0], pending);
        send(americans[1], pending);
        restrictAddress(owner, american, americans[0]);
        (address[] memory callers,) = registrar.getApprovals(american, callHash);
        assertEq(callers, list(americans[1]));
        assertFalse(send(americans[2], pending));
        assertPending(2);
        assertTrue(send(americans[3], pending));
    }

    /// @dev When none is left that counts, the next approval is a first one again.
    function testTheLifetimeIsThatOfTheFirstThatCounts() public {
        send(americans[0], pending);
        restrictAddress(owner, american, americans[0]);
        assertPending(0);
        vm.warp(NOW + 6 days);
        send(americans[1], pending);
        (, uint40 until) = registrar.getApprovals(american, callHash);
        assertEq(until, NOW + 13 days);
    }

    function testARestrictedSignerCannotApprove() public {
        send(americans[1], pending);
        restrictAddress(owner, american, americans[0]);
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.RestrictedAddress.selector, americans[0]);
        refuseOnce(americans[0], pending, refusal);
    }

    // --------------------------------------------------------------------------- checks

    /// @dev What changed since the first approval is seen by the second, and by the one that would execute.
    function testTheChecksAreMadeAgain() public {
        send(americans[0], pending);
        send(americans[1], pending);
        add(owner, "John", US, wallet);
        refuseOnce(americans[2], pending, abi.encodeWithSignature("KnownAddress(address)", wallet));
        vm.warp(EXPIRES);
        refuseOnce(
            americans[2],
            abi.encodeCall(registrar.addInvestor, (jane, US, ALABAMA, 2, EXPIRES, list(other))),
            abi.encodeWithSelector(IKYCRegistrar.ExpiryPassed.selector, EXPIRES, uint256(EXPIRES))
        );
    }

    function testACountryWithdrawnMeanwhile() public {
        send(americans[0], pending);
        send(americans[1], pending);
        vm.prank(owner);
        registrar.setAuthorityCountries(american, countries(US), false);
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryNotPermitted.selector, american, US);
        refuseOnce(americans[2], pending, refusal);
    }

    // -------------------------------------------------------------------------- replays

    /// @dev An executed call may be approved anew, by as many as before.
    function testAnExecutedCallNeedsAllApprovalsAgain() public {
        setThreshold(american, 1);
        addJane();
        setThreshold(american, 3);
        bytes memory restrict = abi.encodeCall(registrar.setInvestorRestriction, (jane, true));
        for (uint256 round = 0; round < 2; ++round) {
            assertFalse(send(americans[0], restrict));
            assertFalse(send(americans[1], restrict));
            assertFalse(registrar.isInvestorRestricted(jane));
            assertTrue(send(americans[2], restrict));
            assertTrue(registrar.isInvestorRestricted(jane));
            vm.prank(owner);
            registrar.setInvestorRestriction(jane, false);
        }
    }

    function testOfNoAuthority() public {
        vm.expectRevert(abi.encodeWithSelector(IAuthorities.NotAuthority.selector, jane));
        registrar.getApprovals(jane, callHash);
    }
}

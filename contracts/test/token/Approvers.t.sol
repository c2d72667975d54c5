// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITwoApprovers} from "../../src/interfaces/ITwoApprovers.sol";
import {TokenTest} from "./TokenTest.sol";

contract ApproversTest is TokenTest {
    address private third = makeAddr("third approver");
    bytes private call;
    bytes32 private callHash;

    function setUp() public override {
        super.setUp();
        call = forced(wallet, other, 10, 0);
        callHash = keccak256(call);
    }

    // ------------------------------------------------------------------ who approves

    function testBeforeAnythingIsIssuedTheyCountAtOnce() public {
        burn(wallet, BALANCE);
        vm.expectEmit(address(token));
        emit ITwoApprovers.ApproverAdded(third, NOW);
        addApprover(third);
        assertTrue(token.isApprover(third));
    }

    /// @dev Or the owner would name two keys of its own.
    function testLaterTheyCountAfterANotice() public {
        vm.expectEmit(address(token));
        emit ITwoApprovers.ApproverAdded(third, NOW + 7 days);
        addApprover(third);
        vm.warp(NOW + 7 days - 1);
        assertFalse(token.isApprover(third));
        refuse(third, call, abi.encodeWithSelector(ITwoApprovers.NotApprover.selector, third));
        vm.warp(NOW + 7 days);
        assertTrue(token.isApprover(third));
        assertFalse(send(third, call));
    }

    function testNaming() public {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(ITwoApprovers.AlreadyApprover.selector, first));
        token.addApprover(first);
        vm.expectRevert(abi.encodeWithSelector(ITwoApprovers.CannotApprove.selector, owner));
        token.addApprover(owner);
        vm.expectRevert(abi.encodeWithSelector(ITwoApprovers.CannotApprove.selector, address(0)));
        token.addApprover(address(0));
        vm.expectRevert(abi.encodeWithSelector(ITwoApprovers.NotApprover.selector, third));
        token.removeApprover(third);
        vm.stopPrank();
    }

    function testOnlyTheOwnerNames() public {
        vm.startPrank(first);
        vm.expectRevert(notOwner(first));
        token.addApprover(third);
        vm.expectRevert(notOwner(first));
        token.removeApprover(second);
        vm.stopPrank();
    }

    function testOnlyApproversApprove() public {
        refuse(owner, call, abi.encodeWithSelector(ITwoApprovers.NotApprover.selector, owner));
        refuse(wallet, call, abi.encodeWithSelector(ITwoApprovers.NotApprover.selector, wallet));
        refuse(owner, recovery(wallet, other, 0), abi.encodeWithSelector(ITwoApprovers.NotApprover.selector, owner));
        vm.expectRevert(abi.encodeWithSelector(ITwoApprovers.NotApprover.selector, owner));
        vm.prank(owner);
        token.cancelApproval(callHash);
    }

    /// @dev Nor does what it approved before count.
    function testAnApproverThatBecomesTheOwnerIsNoneAnyMore() public {
        send(first, call);
        vm.prank(owner);
        token.transferOwnership(first);
        vm.prank(first);
        token.acceptOwnership();
        assertFalse(token.isApprover(first));
        refuse(first, call, abi.encodeWithSelector(ITwoApprovers.NotApprover.selector, first));
        assertPending(address(0));
        assertFalse(send(second, call));
    }

    // ---------------------------------------------------------------------- approvals

    function testTheSecondExecutes() public {
        vm.expectEmit(address(token));
        emit ITwoApprovers.CallApproved(callHash, token.forcedTransfer.selector, first, NOW + 7 days);
        assertFalse(send(first, call));
        assertPending(first);
        assertBalances(BALANCE, 0);

        vm.expectEmit(address(token));
        emit ITwoApprovers.CallExecuted(callHash, token.forcedTransfer.selector, first, second);
        assertTrue(send(second, call));
        assertPending(address(0));
        assertBalances(90, 10);
    }

    function testOneAloneNeverDoes() public {
        send(first, call);
        refuse(first, call, abi.encodeWithSelector(ITwoApprovers.RepeatCaller.selector, first));
        vm.warp(NOW + 7 days);
        assertFalse(send(first, call));
        assertBalances(BALANCE, 0);
    }

    /// @dev Any other word makes it another call.
    function testTheCallMustBeTheSame(uint256 amount) public {
        amount = bound(amount, 0, BALANCE);
        vm.assume(amount != 10);
        send(first, call);
        assertFalse(send(second, forced(wallet, other, amount, 0)));
        assertFalse(send(second, forced(wallet, other, 10, LICENCE)));
        assertBalances(BALANCE, 0);
    }

    function testAnApprovalLapses() public {
        send(first, call);
        vm.warp(NOW + 7 days - 1);
        assertPending(first);
        vm.warp(NOW + 7 days);
        assertPending(address(0));
        assertFalse(send(second, call));
        assertPending(second);
        assertTrue(send(first, call));
    }

    function testAnApprovalEndsWithItsApprover() public {
        send(first, call);
        vm.expectEmit(address(token));
        emit ITwoApprovers.ApproverRemoved(first);
        removeApprover(first);
        assertPending(address(0));
        refuse(first, call, abi.encodeWithSelector(ITwoApprovers.NotApprover.selector, first));
        assertFalse(send(second, call));
        assertBalances(BALANCE, 0);
    }

    /// @dev In the same second, too.
    function testWhoIsNamedAgainBeginsAnew() public {
        burn(wallet, BALANCE);
        call = forced(wallet, other, 0, 0);
        callHash = keccak256(call);
        send(first, call);
        removeApprover(first);
        addApprover(first);
        assertTrue(token.isApprover(first));
        assertPending(address(0));
        assertFalse(send(second, call));
    }

    function testCancel() public {
        send(first, call);
        vm.expectEmit(address(token));
        emit ITwoApprovers.ApprovalCancelled(callHash, first);
        vm.prank(first);
        token.cancelApproval(callHash);
        assertPending(address(0));
        assertFalse(send(second, call));
    }

    function testCancelOnlyOnesOwn() public {
        send(first, call);
        bytes memory refusal = abi.encodeWithSelector(ITwoApprovers.NotApproved.selector, second, callHash);
        vm.expectRevert(refusal);
        vm.prank(second);
        token.cancelApproval(callHash);
        send(second, call);
        vm.expectRevert(refusal);
        vm.prank(second);
        token.cancelApproval(callHash);
    }

    /// @dev A third approver who sends late starts nothing.
    function testACallIsExecutedOnce() public {
        burn(wallet, BALANCE);
        addApprover(third);
        mint(wallet, BALANCE);
        byBoth(call);
        bytes memory refusal = abi.encodeWithSelector(ITwoApprovers.AlreadyExecuted.selector, callHash);
        refuse(third, call, refusal);
        refuse(first, call, refusal);
        vm.warp(NOW + 365 days);
        refuse(first, call, refusal);
        assertBalances(90, 10);
    }

    function assertPending(address expected) private view {
        (address approver, uint256 until) = token.approvalOf(callHash);
        assertEq(approver, expected);
        assertEq(until != 0, expected != address(0));
    }
}

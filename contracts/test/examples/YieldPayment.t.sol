// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {YieldPayment} from "../../examples/YieldPayment.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Stablecoin} from "./Stablecoin.sol";

contract YieldPaymentTest is RegistryTest {
    uint256 private constant UNTIL = NOW + 365 days;

    Stablecoin private euro = new Stablecoin();
    YieldPayment private payment;
    address private other = makeAddr("other");

    /// @dev On the record date `wallet` held 30 of 90 and `other` held 60.
    function setUp() public override {
        super.setUp();
        upsert(wallet, approval(1));
        upsert(other, approval(1));
        payment = paying(leaf(wallet, 30), leaf(other, 60), 90, 1_000);
    }

    function leaf(address holder, uint256 balance) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(holder, balance))));
    }

    function paying(bytes32 a, bytes32 b, uint256 supply, uint256 amount) private returns (YieldPayment made) {
        bytes32 root = a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
        made = new YieldPayment(owner, registry, euro, root, supply, amount, UNTIL);
        euro.mint(address(made), amount);
    }

    function proofOf(bytes32 sibling) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = sibling;
    }

    function payWallet() private {
        payment.pay(wallet, 30, proofOf(leaf(other, 60)));
    }

    function testHoldersAreBroughtTheirShares() public {
        vm.prank(stranger);
        payWallet();
        assertEq(euro.balanceOf(wallet), 333, "rounded down");
        payment.pay(other, 60, proofOf(leaf(wallet, 30)));
        assertEq(euro.balanceOf(other), 666);
    }

    function testWhoIsNotEligibleIsPaidOnceTheyAre() public {
        deny(wallet, 2, REVOKED);
        vm.expectRevert(abi.encodeWithSelector(YieldPayment.NotEligible.selector, wallet));
        payWallet();
        upsert(wallet, approval(3));
        payWallet();
        assertEq(euro.balanceOf(wallet), 333);
    }

    function testNobodyIsPaidTwice() public {
        payWallet();
        assertTrue(payment.paid(wallet));
        vm.expectRevert(abi.encodeWithSelector(YieldPayment.AlreadyPaid.selector, wallet));
        payWallet();
    }

    function testOnlyWhoHeldThenIsPaid() public {
        upsert(stranger, approval(1));
        bytes32[] memory proof = proofOf(leaf(other, 60));
        vm.expectRevert(abi.encodeWithSelector(YieldPayment.NotOnRecord.selector, stranger, 30));
        payment.pay(stranger, 30, proof);
        vm.expectRevert(abi.encodeWithSelector(YieldPayment.NotOnRecord.selector, wallet, 31));
        payment.pay(wallet, 31, proof);
    }

    function testThePaymentEnds() public {
        vm.expectRevert(abi.encodeWithSelector(YieldPayment.NotEnded.selector, UNTIL));
        vm.prank(owner);
        payment.close();
        vm.warp(UNTIL);
        vm.expectRevert(abi.encodeWithSelector(YieldPayment.Ended.selector, UNTIL));
        payWallet();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        payment.close();
        vm.prank(owner);
        payment.close();
        assertEq(euro.balanceOf(owner), 1_000);
    }

    function testNobodyHeldNothing() public {
        vm.expectRevert(YieldPayment.NoSupply.selector);
        new YieldPayment(owner, registry, euro, 0, 0, 1, UNTIL);
    }

    /// @dev Not even the largest amounts overflow, and all shares together are never more than there is.
    function testFuzzSharesAreNoMoreThanThereIs(uint128 one, uint128 two, uint256 amount) public {
        amount = bound(amount, 0, type(uint256).max - euro.totalSupply());
        uint256 supply = uint256(one) + two;
        vm.assume(supply > 0);
        payment = paying(leaf(wallet, one), leaf(other, two), supply, amount);
        payment.pay(wallet, one, proofOf(leaf(other, two)));
        payment.pay(other, two, proofOf(leaf(wallet, one)));
        assertLe(euro.balanceOf(wallet) + euro.balanceOf(other), amount);
        assertLe(euro.balanceOf(address(payment)), 1);
    }
}

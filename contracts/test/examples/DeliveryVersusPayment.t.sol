// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DeliveryVersusPayment, IRegulated} from "../../examples/DeliveryVersusPayment.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Stablecoin} from "./Stablecoin.sol";

contract DeliveryVersusPaymentTest is RegistryTest {
    uint256 private constant UNTIL = NOW + 2 days;

    DeliveryVersusPayment private dvp = new DeliveryVersusPayment();
    Stablecoin private euro = new Stablecoin();
    IRegulated private bond;
    address private buyer = makeAddr("buyer");
    address private seller = makeAddr("seller");

    function setUp() public override {
        super.setUp();
        RegulatedToken token = new RegulatedToken("Bond 2030", "BOND", registry, owner);
        bond = IRegulated(address(token));
        upsert(buyer, approval(1));
        upsert(seller, approval(1));
        vm.prank(owner);
        token.mint(seller, 100);
        euro.mint(buyer, 1_000);
        vm.prank(buyer);
        euro.approve(address(dvp), type(uint256).max);
        vm.prank(seller);
        bond.approve(address(dvp), type(uint256).max);
    }

    function lock() private returns (bytes32) {
        vm.prank(buyer);
        return dvp.lock(seller, bond, 10, euro, 990, UNTIL);
    }

    function deliver(bytes32 trade) private {
        vm.prank(seller);
        dvp.deliver(trade);
    }

    function assertHolds(address who, uint256 bonds, uint256 euros) private view {
        assertEq(bond.balanceOf(who), bonds);
        assertEq(euro.balanceOf(who), euros);
    }

    function expectNotBothVerified() private {
        vm.expectRevert(abi.encodeWithSelector(DeliveryVersusPayment.NotBothVerified.selector, buyer, seller));
    }

    function testBothMoveAtOnce() public {
        bytes32 trade = lock();
        assertHolds(buyer, 0, 10);
        assertEq(dvp.tradeOf(trade).paymentAmount, 990);
        deliver(trade);
        assertHolds(buyer, 10, 10);
        assertHolds(seller, 90, 990);
        assertEq(euro.balanceOf(address(dvp)), 0);
    }

    function testNothingIsLockedUnlessBothAreVerified() public {
        deny(seller, 2, REVOKED);
        expectNotBothVerified();
        lock();
        upsert(seller, approval(3));
        deny(buyer, 2, FROZEN);
        expectNotBothVerified();
        lock();
        assertHolds(buyer, 0, 1_000);
    }

    function testWhoIsRevokedMeanwhileNeitherDeliversNorReceives() public {
        bytes32 trade = lock();
        deny(buyer, 2, REVOKED);
        expectNotBothVerified();
        deliver(trade);
        vm.prank(stranger);
        dvp.release(trade);
        assertHolds(buyer, 0, 1_000);
        assertHolds(seller, 100, 0);
    }

    function testASellerThatIsRevokedFreesThePayment() public {
        bytes32 trade = lock();
        deny(seller, 2, REVOKED);
        dvp.release(trade);
        assertHolds(buyer, 0, 1_000);
    }

    function testThePaymentIsReleasedOnceTheTimeIsOver() public {
        bytes32 trade = lock();
        vm.expectRevert(abi.encodeWithSelector(DeliveryVersusPayment.StillOpen.selector, UNTIL));
        dvp.release(trade);
        vm.warp(UNTIL);
        vm.expectRevert(abi.encodeWithSelector(DeliveryVersusPayment.Ended.selector, UNTIL));
        deliver(trade);
        dvp.release(trade);
        assertHolds(buyer, 0, 1_000);
    }

    function testNothingHappensTwice() public {
        bytes32 trade = lock();
        lock2();
        deliver(trade);
        bytes memory nothing = abi.encodeWithSelector(DeliveryVersusPayment.NothingLocked.selector, trade);
        vm.expectRevert(nothing);
        deliver(trade);
        vm.warp(UNTIL);
        vm.expectRevert(nothing);
        dvp.release(trade);
        vm.expectRevert(nothing);
        dvp.tradeOf(trade);
    }

    function testTheSameTermsAreAnotherTrade() public {
        bytes32 trade = lock();
        euro.mint(buyer, 990);
        assertNotEq(trade, lock());
    }

    /// @dev Somebody else's payment, which a second delivery would take.
    function lock2() private {
        euro.mint(buyer, 990);
        lock();
    }

    function testOnlyTheSellerDelivers() public {
        bytes32 trade = lock();
        vm.expectRevert(abi.encodeWithSelector(DeliveryVersusPayment.NotTheSeller.selector, buyer));
        vm.prank(buyer);
        dvp.deliver(trade);
    }

    function testAPaymentThatComesShortIsNotLocked() public {
        euro.setFee(1);
        vm.expectRevert(abi.encodeWithSelector(DeliveryVersusPayment.PaidShort.selector, 989, 990));
        lock();
    }

    function testNothingIsLockedForThePast() public {
        vm.warp(UNTIL);
        vm.expectRevert(abi.encodeWithSelector(DeliveryVersusPayment.Ended.selector, UNTIL));
        lock();
    }

    function testFuzzNothingIsLost(bool delivered, uint8 assets, uint16 euros) public {
        uint256 bonds = bound(assets, 0, 100);
        uint256 price = bound(euros, 0, 1_000);
        vm.prank(buyer);
        bytes32 trade = dvp.lock(seller, bond, bonds, euro, price, UNTIL);
        if (delivered) {
            deliver(trade);
            assertHolds(buyer, bonds, 1_000 - price);
            assertHolds(seller, 100 - bonds, price);
        } else {
            vm.warp(UNTIL);
            dvp.release(trade);
            assertHolds(buyer, 0, 1_000);
            assertHolds(seller, 100, 0);
        }
    }
}

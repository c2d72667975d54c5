// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {CertifiedPool} from "../../examples/CertifiedPool.sol";
import {CertificateGuard} from "../../src/certificates/CertificateGuard.sol";
import {CertificateTest} from "../certificates/CertificateTest.sol";

contract Coin is ERC20("Coin", "COIN") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

contract CertifiedPoolTest is CertificateTest {
    Coin private a = new Coin();
    Coin private b = new Coin();
    CertifiedPool private pool;
    address private other = makeAddr("other holder");

    function setUp() public override {
        super.setUp();
        pool = new CertifiedPool(registry, ID, a, b);
        address[3] memory all = [holder, other, stranger];
        for (uint256 i = 0; i < all.length; ++i) {
            a.mint(all[i], 1e24);
            b.mint(all[i], 1e24);
            vm.startPrank(all[i]);
            a.approve(address(pool), type(uint256).max);
            b.approve(address(pool), type(uint256).max);
            vm.stopPrank();
        }
        certify(holder);
        certify(other);
    }

    function testTheCertifiedDeposit() public {
        assertEq(deposit(holder, 4e18, 1e18), 2e18 - 1000);
        assertEq(deposit(other, 4e18, 2e18), 2e18, "no more is taken than the proportion");
        assertEq(b.balanceOf(other), 1e24 - 1e18);
        assertEq(pool.reserveA(), 8e18);
        assertEq(pool.reserveB(), 2e18);
    }

    function testNobodyElseDepositsOrSwaps() public {
        deposit(holder, 4e18, 1e18);
        expectNotCertified(stranger);
        vm.prank(stranger);
        pool.deposit(1e18, 1e18, 0);
        expectNotCertified(stranger);
        vm.prank(stranger);
        pool.swap(a, 1e18, 0);
    }

    /// @dev Its money is its own.
    function testARevokedHolderTakesOutButPutsNothingIn() public {
        uint256 shares = deposit(holder, 4e18, 1e18);
        revoke(holder);
        expectNotCertified(holder);
        vm.prank(holder);
        pool.deposit(1e18, 1e18, 0);
        expectNotCertified(holder);
        vm.prank(holder);
        pool.swap(a, 1e18, 0);

        vm.prank(holder);
        (uint256 amountA, uint256 amountB) = pool.withdraw(shares, 3.9e18, 0.9e18);
        assertApproxEqAbs(amountA, 4e18, 2000);
        assertApproxEqAbs(amountB, 1e18, 2000);
        assertEq(a.balanceOf(holder), 1e24 - 4e18 + amountA);
        assertEq(pool.sharesOf(holder), 0);
    }

    function testAnExpiredHolderTakesOutToo() public {
        vm.prank(owner);
        registry.certify(holder, ID, uint40(NOW + 1));
        uint256 shares = deposit(holder, 4e18, 1e18);
        vm.warp(NOW + 1);
        expectNotCertified(holder);
        vm.prank(holder);
        pool.deposit(1e18, 1e18, 0);
        vm.prank(holder);
        pool.withdraw(shares, 0, 0);
    }

    function testNobodyTakesOutAnothers() public {
        uint256 shares = deposit(holder, 4e18, 1e18);
        vm.expectRevert();
        vm.prank(other);
        pool.withdraw(1, 0, 0);
        vm.expectRevert();
        vm.prank(holder);
        pool.withdraw(shares + 1, 0, 0);
    }

    function testSwap() public {
        deposit(holder, 1000e18, 1000e18);
        vm.prank(other);
        uint256 out = pool.swap(a, 10e18, 9.8e18);
        assertEq(out, uint256(9.97e18) * 1000e18 / (1000e18 + 9.97e18));
        assertEq(b.balanceOf(other), 1e24 + out);
        vm.prank(other);
        pool.swap(b, 10e18, 0);
    }

    function testNotForLess() public {
        vm.startPrank(holder);
        vm.expectRevert(abi.encodeWithSelector(CertifiedPool.TooLittle.selector, 1000, 1000));
        pool.deposit(1000, 1000, 0);
        vm.expectRevert(abi.encodeWithSelector(CertifiedPool.TooLittle.selector, 2e18 - 1000, 2e18));
        pool.deposit(4e18, 1e18, 2e18);
        pool.deposit(4e18, 1e18, 0);
        vm.expectRevert(abi.encodeWithSelector(CertifiedPool.TooLittle.selector, 0, 0));
        pool.swap(a, 1, 0);
        vm.expectRevert();
        pool.swap(a, 1e18, 1e18);
        vm.expectRevert();
        pool.withdraw(1e18, 3e18, 0);
        vm.expectRevert();
        pool.withdraw(1e18, 0, 3e18);
        vm.stopPrank();
    }

    function testItsTokens() public {
        vm.expectRevert(CertifiedPool.SameToken.selector);
        new CertifiedPool(registry, ID, a, a);
        Coin c = new Coin();
        vm.expectRevert(abi.encodeWithSelector(CertifiedPool.NotInPool.selector, c));
        vm.prank(holder);
        pool.swap(c, 1, 0);
    }

    /// @dev No swap and no deposit takes from those who deposited before, and the pool has what it owes, gifts aside.
    function testFuzzNobodyLoses(uint96 first, uint96 second, uint96 swapped, uint96 gift, bool aIn) public {
        first = uint96(bound(first, 1e6, 1e23));
        deposit(holder, first, 1e20);
        a.mint(address(pool), gift);
        uint256 before = product();

        vm.startPrank(other);
        try pool.swap(aIn ? a : b, bound(swapped, 1, 1e23), 0) {} catch {}
        assertGe(product(), before);
        uint256 worthA = perShare(pool.reserveA());
        uint256 worthB = perShare(pool.reserveB());
        try pool.deposit(bound(second, 1, 1e23), 1e23, 0) {} catch {}
        assertGe(perShare(pool.reserveA()), worthA);
        assertGe(perShare(pool.reserveB()), worthB);
        pool.withdraw(pool.sharesOf(other), 0, 0);
        vm.stopPrank();
        assertGe(perShare(pool.reserveA()), worthA);
        assertGe(perShare(pool.reserveB()), worthB);
        assertEq(a.balanceOf(address(pool)), pool.reserveA() + gift);
        assertEq(b.balanceOf(address(pool)), pool.reserveB());
    }

    function deposit(address who, uint256 mostA, uint256 mostB) private returns (uint256) {
        vm.prank(who);
        return pool.deposit(mostA, mostB, 0);
    }

    function product() private view returns (uint256) {
        return pool.reserveA() * pool.reserveB();
    }

    function perShare(uint256 reserve) private view returns (uint256) {
        return reserve * 1e18 / pool.totalShares();
    }

    function expectNotCertified(address who) private {
        vm.expectRevert(abi.encodeWithSelector(CertificateGuard.NotCertified.selector, who, ID));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityVault} from "../../examples/IdentityVault.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IdentityTest} from "../identity/IdentityTest.sol";
import {Word} from "../helpers/Word.sol";

contract IdentityVaultTest is IdentityTest {
    RegulatedToken private token;
    IdentityVault private vault;
    IIdentity private whose;
    address private other = makeAddr("the investor's other wallet");

    function setUp() public override {
        super.setUp();
        token = new RegulatedToken("Bond 2030", "BOND", registry, owner);
        vault = new IdentityVault(token, registry);
        whose = IIdentity(address(identity));
        approve(investor, address(identity));
        approve(other, address(identity));
        approve(address(vault), address(vault));
        vm.prank(owner);
        token.mint(investor, 100);
        vm.prank(investor);
        token.approve(address(vault), 100);
        vm.prank(investor);
        vault.deposit(60);
    }

    function approve(address who, address identity_) private {
        Word memory w = approval(1);
        w.identity = identity_;
        upsert(who, w);
    }

    function withdraw(address by, address to, uint256 amount) private {
        vm.prank(by);
        vault.withdraw(whose, to, amount);
    }

    function expectNotForAction(address who) private {
        vm.expectRevert(abi.encodeWithSelector(IdentityVault.NotForAction.selector, whose, who));
    }

    function testWhatIsDepositedIsTheIdentitys() public {
        assertEq(vault.kept(whose), 60);
        withdraw(investor, investor, 20);
        assertEq(token.balanceOf(investor), 60);
        assertEq(vault.kept(whose), 40);
    }

    function testALostWalletLosesNothing() public {
        vm.prank(investor);
        identity.addKey(keyOf(other), ACTION, ECDSA_KEY);
        deny(investor, 2, REMOVED);
        withdraw(other, other, 60);
        assertEq(token.balanceOf(other), 60);
    }

    function testWhoeverHoldsAnActionKeyMayWithdraw() public {
        expectNotForAction(friend);
        withdraw(friend, other, 1);
        addKey(friend, ACTION);
        withdraw(friend, other, 1);
        assertEq(token.balanceOf(other), 1);
        vm.prank(investor);
        identity.removeKey(keyOf(friend), ACTION);
        expectNotForAction(friend);
        withdraw(friend, other, 1);
    }

    function testAnotherPurposeIsNotEnough() public {
        addKey(friend, MANAGEMENT);
        addKey(friend, CLAIM);
        expectNotForAction(friend);
        withdraw(friend, other, 1);
    }

    function testOnlyWalletsOfTheIdentityAreHandedAnything() public {
        address alien = makeAddr("another investor's wallet");
        approve(alien, makeAddr("another identity"));
        vm.expectRevert(abi.encodeWithSelector(IdentityVault.NotItsWallet.selector, whose, alien));
        withdraw(investor, alien, 1);
        deny(other, 2, REVOKED);
        vm.expectRevert(abi.encodeWithSelector(IdentityVault.NotVerified.selector, other));
        withdraw(investor, other, 1);
    }

    function testNobodyWithdrawsMoreThanIsKept() public {
        vm.expectRevert(abi.encodeWithSelector(IdentityVault.TooLittle.selector, 60, 61));
        withdraw(investor, other, 61);
    }

    function testOnlyVerifiedWalletsDeposit() public {
        deny(investor, 2, REVOKED);
        vm.expectRevert(abi.encodeWithSelector(IdentityVault.NotVerified.selector, investor));
        vm.prank(investor);
        vault.deposit(1);
    }

    /// @dev An identity that is not deployed has no keys that anybody could hold.
    function testAnIdentityWithoutCodeHandsNothingOut() public {
        approve(wallet, id);
        vm.expectRevert();
        vm.prank(wallet);
        vault.withdraw(IIdentity(id), wallet, 0);
    }
}

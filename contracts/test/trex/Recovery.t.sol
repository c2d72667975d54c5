// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {Word} from "../helpers/Word.sol";
import {ITrexToken} from "./ITrex.sol";
import {TrexSuite} from "./TrexSuite.sol";

/// @dev T-REX's `recoveryAddress`, unmodified: the token, an agent of our registry, registers the new wallet with the
/// country of the lost one, moves the tokens and deletes the lost wallet.
contract RecoveryTest is TrexSuite {
    address private onchainId;
    address private replacement = makeAddr("replacement");

    function setUp() public override {
        super.setUp();
        mint(alice, 100);
        switchTo(address(registry));
        onchainId = address(registry.identity(alice));
        addManagementKey(onchainId, alice, replacement);
    }

    function testMovesTheTokens() public {
        vm.expectEmit(address(registry));
        emit IdentityRegistered(replacement, IIdentity(onchainId));
        vm.expectEmit(address(registry));
        emit IdentityRemoved(alice, IIdentity(onchainId));
        vm.expectEmit(address(token));
        emit ITrexToken.RecoverySuccess(alice, replacement, onchainId);
        recover();
        assertEq(token.balanceOf(alice), 0);
        assertEq(token.balanceOf(replacement), 100);
        transfer(replacement, bob, 1);
    }

    function testCarriesFreezesOver() public {
        vm.startPrank(agent);
        token.freezePartialTokens(alice, 30);
        token.setAddressFrozen(alice, true);
        vm.stopPrank();
        recover();
        assertEq(token.getFrozenTokens(alice), 0);
        assertEq(token.getFrozenTokens(replacement), 30);
        assertTrue(token.isFrozen(replacement));
        vm.expectRevert("wallet is frozen");
        transfer(replacement, bob, 1);
    }

    /// @dev What the registry holds afterwards: the new wallet for the agents' term, the lost one's version alone.
    function testRecords() public {
        recover();
        Word memory expected;
        expected.identity = onchainId;
        expected.country = 276;
        expected.expiry = uint64(NOW + 1 days);
        expected.verified = true;
        expected.provisional = true;
        assertStored(replacement, expected);

        Word memory tombstone;
        tombstone.version = 1;
        tombstone.vacated = true;
        assertStored(alice, tombstone);
        vm.expectRevert("Transfer not possible");
        transfer(replacement, alice, 1);
    }

    function testCountsForTheTerm() public {
        recover();
        vm.warp(NOW + 1 days);
        vm.expectRevert("Transfer not possible");
        transfer(bob, replacement, 0);
    }

    /// @dev The register takes the recovery in: the new wallet without limit, the lost one denied for good.
    function testTheRegisterConfirms() public {
        recover();
        Word memory w = approval(1);
        w.identity = onchainId;
        upsert(replacement, w);
        deny(alice, 2, REVOKED | REMOVED);
        vm.warp(NOW + 400 days);
        transfer(replacement, bob, 1);
        assertFalse(registry.isVerified(alice));
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, alice));
        register(alice);
    }

    /// @dev The register denies a recovery that it cannot explain, at once and not only when the term ends.
    function testTheRegisterDenies() public {
        recover();
        deny(replacement, 1, REVOKED);
        vm.expectRevert("Transfer not possible");
        transfer(bob, replacement, 0);
    }

    function testWithoutATermNothingIsRecovered() public {
        setTerm(0);
        vm.expectRevert("Transfer not possible");
        recover();
        assertEq(token.balanceOf(alice), 100);
        assertTrue(registry.isVerified(alice));
    }

    /// @dev What an issuer does that grants no term: the register verifies the new wallet, then an agent moves.
    function testWithoutATermTheRegisterGoesFirst() public {
        setTerm(0);
        upsert(replacement, approval(1));
        deny(alice, 2, REVOKED);
        vm.prank(agent);
        token.forcedTransfer(alice, replacement, 100);
        assertEq(token.balanceOf(replacement), 100);
    }

    function testTheTokenMustBeAnAgent() public {
        vm.prank(owner);
        registry.removeAgent(address(token));
        vm.expectRevert(NOT_AGENT);
        recover();
    }

    function testNotToAWalletOfAnotherIdentity() public {
        vm.expectRevert("Recovery not possible");
        vm.prank(agent);
        token.recoveryAddress(alice, stranger, onchainId);
    }

    function testNotToAKnownWallet() public {
        addManagementKey(onchainId, alice, bob);
        vm.expectRevert(STORED);
        vm.prank(agent);
        token.recoveryAddress(alice, bob, onchainId);
    }

    // ------------------------------------------------------- recovery is no way around a denial

    /// @dev No denied wallet becomes verified again by being recovered, deleted or recovered to.
    function testALostWalletStaysDenied(uint8 grounds) public {
        grounds = uint8(bound(grounds, 1, 7));
        deny(alice, 2, grounds);
        recover();
        Word memory w = stored(alice);
        assertEq(w.version, 2);
        assertFalse(w.vacated);
        assertEq(w.restricted, grounds & RESTRICTED != 0);
        assertEq(w.frozen, grounds & FROZEN != 0);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, alice));
        register(alice);
    }

    function testNotToADeniedWallet(uint8 grounds) public {
        deny(replacement, 1, grounds | REMOVED);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, replacement));
        recover();
    }

    /// @dev A wallet that nobody ever wrote to may belong to a denied investor, and no registry can tell: whoever is
    /// an agent of the token and of the registry can take a revoked wallet's tokens to one. It is provisional, so
    /// this lasts for the agents' term at most; without a term it is impossible
    /// ({testWithoutATermNothingIsRecovered}).
    function testADeniedInvestorsNewWalletIsBoundByTheTerm() public {
        deny(alice, 2, REVOKED);
        recover();
        assertTrue(registry.isVerified(replacement));

        // No agent prolongs it, neither by updates nor by deleting and registering it anew.
        vm.warp(NOW + 1 hours);
        vm.startPrank(agent);
        registry.updateCountry(replacement, 40);
        registry.updateIdentity(replacement, IIdentity(id));
        registry.deleteIdentity(replacement);
        registry.registerIdentity(replacement, IIdentity(onchainId), 276);
        vm.stopPrank();
        assertTrue(stored(replacement).provisional);
        assertEq(stored(replacement).expiry, NOW + 1 days);
        vm.warp(NOW + 1 days);
        assertFalse(registry.isVerified(replacement));
    }

    /// @dev Once it has lapsed, an agent may begin another term, as it may with any other unknown wallet. What ends
    /// that is a denial of the new wallet, or the owner's dismissal of the agent.
    function testOnlyADenialEndsWhatAnAgentRepeats() public {
        deny(alice, 2, REVOKED);
        recover();
        vm.warp(NOW + 1 days);
        remove(replacement);
        register(replacement);
        assertTrue(registry.isVerified(replacement));

        deny(replacement, 1, REVOKED);
        remove(replacement);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, replacement));
        register(replacement);
    }

    function recover() private {
        vm.prank(agent);
        token.recoveryAddress(alice, replacement, onchainId);
    }
}

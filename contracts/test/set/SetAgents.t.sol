// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {IRegistrySet} from "../../src/interfaces/IRegistrySet.sol";
import {MoodyRegistry} from "../helpers/MoodyRegistry.sol";
import {SetTest} from "./SetTest.sol";

/// @dev What agents write through a set, and that no denial is escaped by it.
contract SetAgentsTest is SetTest {
    MoodyRegistry private moody = new MoodyRegistry();

    // --------------------------------------------------------------------- registering

    function testANewWalletGoesToTheFirst() public {
        vm.expectEmit(address(registry));
        emit IdentityRegistered(wallet, IIdentity(id));
        vm.expectEmit(address(set));
        emit IdentityRegistered(wallet, IIdentity(id));
        registerBySet(wallet);
        assertTrue(registry.isVerified(wallet));
        assertFalse(second.contains(wallet));
    }

    function testABatch() public {
        address[] memory wallets = list(wallet, other);
        IIdentity[] memory identities = new IIdentity[](2);
        (identities[0], identities[1]) = (IIdentity(id), IIdentity(other));
        uint16[] memory countries = new uint16[](2);
        (countries[0], countries[1]) = (276, 40);
        vm.prank(agent);
        set.batchRegisterIdentity(wallets, identities, countries);
        assertEq(registry.investorCountry(wallet), 276);
        assertEq(address(registry.identity(other)), other);

        vm.expectRevert(IRegistrySet.LengthMismatch.selector);
        vm.prank(agent);
        set.batchRegisterIdentity(wallets, identities, new uint16[](1));
    }

    /// @dev The first that appointed the set: registries that it may only read are passed over.
    function testANewWalletGoesWhereTheSetIsAnAgent() public {
        vm.prank(owner);
        registry.removeAgent(address(set));
        registerBySet(wallet);
        assertFalse(registry.contains(wallet));
        assertTrue(second.isVerified(wallet));

        vm.prank(owner);
        second.removeAgent(address(set));
        vm.expectRevert(IRegistrySet.NoRegistryForNewWallets.selector);
        registerBySet(other);
    }

    /// @dev No agent puts an approval of the first registry before a denial of the second.
    function testNotWhatALaterRegistryContains() public {
        upsertSecond(wallet, approval(1));
        denySecond(wallet, 2, REVOKED);
        vm.expectRevert(STORED);
        registerBySet(wallet);
        assertFalse(set.isVerified(wallet));
    }

    function testNotWhileARegistryFails() public {
        moody.set(MoodyRegistry.Mood.Reverts, false, false);
        arrange(list(address(registry), address(moody)));
        vm.expectRevert(abi.encodeWithSelector(IRegistrySet.RegistryFailed.selector, address(moody)));
        registerBySet(wallet);
    }

    function testRefusedAsTheRegistryRefuses() public {
        deny(wallet, 1, FROZEN);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, wallet));
        registerBySet(wallet);
    }

    // ------------------------------------------------------------------------- removing

    function testRemovesFromAllThatContainIt() public {
        upsert(wallet, approval(1));
        upsertSecond(wallet, approval(1));
        vm.expectEmit(address(set));
        emit IdentityRemoved(wallet, IIdentity(id));
        removeBySet(wallet);
        assertFalse(registry.contains(wallet));
        assertFalse(second.contains(wallet));
    }

    /// @dev No agent uncovers the second registry's approval by removing the first one's denial.
    function testRemovingUncoversNoApproval() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        upsertSecond(wallet, approval(1));
        removeBySet(wallet);
        assertFalse(set.isVerified(wallet));
    }

    /// @dev Nor does it move a denied wallet to another registry by removing and registering it.
    function testARemovedWalletComesBackToItsRegistryAlone() public {
        upsertSecond(wallet, approval(1));
        denySecond(wallet, 2, REVOKED);
        removeBySet(wallet);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, wallet));
        registerBySet(wallet);
        assertFalse(set.isVerified(wallet));
    }

    function testAVerifiedWalletComesBackToItsRegistry() public {
        upsertSecond(wallet, approval(1));
        removeBySet(wallet);
        registerBySet(wallet);
        assertFalse(registry.contains(wallet));
        assertTrue(second.isVerified(wallet));
    }

    /// @dev Once its registry is pruned, a wallet is as new.
    function testAWalletOfAPrunedRegistry() public {
        upsertSecond(wallet, approval(1));
        removeBySet(wallet);
        arrange(list(address(registry)));
        registerBySet(wallet);
        assertTrue(registry.isVerified(wallet));
    }

    /// @dev All or none: a registry that the set may only read keeps the wallet, and so do the others.
    function testAllOrNone() public {
        upsert(wallet, approval(1));
        upsertSecond(wallet, approval(1));
        vm.prank(owner);
        second.removeAgent(address(set));
        vm.expectRevert(NOT_AGENT);
        removeBySet(wallet);
        assertTrue(registry.isVerified(wallet));
    }

    /// @dev A registry that only pretends to remove a wallet would be the next one to decide about it.
    function testARegistryThatKeepsWhatItShouldRemove() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        moody.set(MoodyRegistry.Mood.Answers, true, true);
        arrange(list(address(registry), address(moody)));
        vm.expectRevert(abi.encodeWithSelector(IRegistrySet.RegistryFailed.selector, address(moody)));
        removeBySet(wallet);
        assertFalse(set.isVerified(wallet));
    }

    function testNotStored() public {
        vm.startPrank(agent);
        vm.expectRevert(NOT_STORED);
        set.deleteIdentity(wallet);
        vm.expectRevert(NOT_STORED);
        set.updateIdentity(wallet, IIdentity(id));
        vm.expectRevert(NOT_STORED);
        set.updateCountry(wallet, 40);
    }

    // ------------------------------------------------------------------------- updating

    function testUpdatesTheDecider() public {
        upsertSecond(wallet, approval(1));
        vm.startPrank(agent);
        vm.expectEmit(address(set));
        emit CountryUpdated(wallet, 40);
        set.updateCountry(wallet, 40);
        vm.expectEmit(address(set));
        emit IdentityUpdated(IIdentity(id), IIdentity(other));
        set.updateIdentity(wallet, IIdentity(other));
        vm.stopPrank();
        assertEq(second.investorCountry(wallet), 40);
        assertEq(address(second.identity(wallet)), other);
    }

    function testUpdatesNoOther() public {
        upsert(wallet, approval(1));
        upsertSecond(wallet, approval(1));
        vm.prank(agent);
        set.updateCountry(wallet, 40);
        assertEq(registry.investorCountry(wallet), 40);
        assertEq(second.investorCountry(wallet), 276);
    }

    function testZeroArguments() public {
        vm.startPrank(agent);
        vm.expectRevert(ZERO_ARGUMENT);
        set.registerIdentity(address(0), IIdentity(id), 1);
        vm.expectRevert(ZERO_ARGUMENT);
        set.registerIdentity(wallet, IIdentity(address(0)), 1);
        vm.expectRevert(ZERO_ARGUMENT);
        set.deleteIdentity(address(0));
        vm.expectRevert(ZERO_ARGUMENT);
        set.updateIdentity(wallet, IIdentity(address(0)));
        vm.expectRevert(ZERO_ARGUMENT);
        set.updateCountry(address(0), 1);
    }

    /// @dev Neither an agent of a member nor the owner: the set has agents of its own.
    function testOnlyItsAgents() public {
        address[3] memory others = [owner, mirror, address(registry)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.startPrank(others[i]);
            vm.expectRevert(NOT_AGENT);
            set.registerIdentity(wallet, IIdentity(id), 1);
            vm.expectRevert(NOT_AGENT);
            set.batchRegisterIdentity(list(), new IIdentity[](0), new uint16[](0));
            vm.expectRevert(NOT_AGENT);
            set.deleteIdentity(wallet);
            vm.expectRevert(NOT_AGENT);
            set.updateIdentity(wallet, IIdentity(id));
            vm.expectRevert(NOT_AGENT);
            set.updateCountry(wallet, 1);
            vm.stopPrank();
        }
    }

    function registerBySet(address who) private {
        vm.prank(agent);
        set.registerIdentity(who, IIdentity(id), 276);
    }

    function removeBySet(address who) private {
        vm.prank(agent);
        set.deleteIdentity(who);
    }
}

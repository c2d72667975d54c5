// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegistrySet} from "../../src/RegistrySet.sol";
import {VerifiedSender} from "../../src/VerifiedSender.sol";
import {IERC3643Token} from "../../src/interfaces/IERC3643Compliance.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";
import {TrexSuite} from "./TrexSuite.sol";

/// @dev A set of our registry and T-REX's, in that order, stands in an unmodified T-REX token that has
/// {VerifiedSender} as a module.
contract SetInATokenTest is TrexSuite {
    RegistrySet private set;
    address private theirs;

    function setUp() public override {
        super.setUp();
        theirs = makeAddr("an investor of their registry alone");
        address onchainId = identityFor("theirs", theirs);
        claim(onchainId, theirs);
        vm.prank(agent);
        trexRegistry.registerIdentity(theirs, IIdentity(onchainId), 40);

        set = new RegistrySet(owner);
        VerifiedSender sender = new VerifiedSender(IERC3643Token(address(token)));
        vm.startPrank(owner);
        set.setRegistries(both());
        set.addAgent(agent);
        set.addAgent(address(token));
        registry.addAgent(address(set));
        trexRegistry.addAgent(address(set));
        token.setIdentityRegistry(address(set));
        compliance.addModule(address(sender));
        vm.stopPrank();
        mint(alice, 100);
        mint(theirs, 100);
    }

    function testInvestorsOfBothTrade() public {
        transfer(alice, theirs, 1);
        transfer(theirs, bob, 1);
        assertEq(set.investorCountry(alice), 276);
        assertEq(set.investorCountry(theirs), 40);
        assertEq(address(set.identity(theirs)), address(trexRegistry.identity(theirs)));
        vm.expectRevert("Transfer not possible");
        transfer(alice, stranger, 1);
    }

    /// @dev Their registry verifies alice, too, but ours comes first.
    function testOurDenialStands() public {
        deny(alice, 2, REVOKED);
        assertTrue(trexRegistry.isVerified(alice));
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
        vm.expectRevert("Transfer not possible");
        transfer(theirs, alice, 1);
    }

    function testPruned() public {
        vm.prank(owner);
        set.removeRegistry(address(trexRegistry));
        vm.expectRevert("Transfer not possible");
        transfer(theirs, alice, 1);
        vm.expectRevert("Transfer not possible");
        transfer(alice, theirs, 1);
        transfer(alice, bob, 1);
    }

    /// @dev The lost wallet leaves both registries, the new one enters ours.
    function testRecovery() public {
        address replacement = recover(alice);
        assertEq(token.balanceOf(replacement), 100);
        assertFalse(registry.contains(alice));
        assertFalse(trexRegistry.contains(alice));
        assertTrue(stored(replacement).provisional);
        assertEq(set.investorCountry(replacement), 276);
        transfer(replacement, bob, 1);
    }

    function testRecoveryOfTheirInvestor() public {
        address replacement = recover(theirs);
        assertEq(token.balanceOf(replacement), 100);
        assertFalse(trexRegistry.contains(theirs));
        assertEq(registry.investorCountry(replacement), 40);
        assertFalse(set.isVerified(theirs));
    }

    /// @dev An agent does not move a wallet that ours denies to theirs.
    function testRemovingIsNoWayAroundADenial() public {
        deny(alice, 2, REVOKED);
        vm.startPrank(agent);
        set.deleteIdentity(alice);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, alice));
        set.registerIdentity(alice, IIdentity(id), 276);
        vm.stopPrank();
        assertFalse(set.isVerified(alice));
    }

    function recover(address lost) private returns (address replacement) {
        replacement = makeAddr("replacement");
        address onchainId = address(set.identity(lost));
        addManagementKey(onchainId, lost, replacement);
        vm.prank(agent);
        token.recoveryAddress(lost, replacement, onchainId);
    }

    function both() private view returns (address[] memory registries) {
        registries = new address[](2);
        (registries[0], registries[1]) = (address(registry), address(trexRegistry));
    }
}

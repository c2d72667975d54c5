// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CountryRules} from "../../src/rules/CountryRules.sol";
import {Mode, Terms} from "../../src/rules/Rule.sol";
import {TrexSuite} from "./TrexSuite.sol";

/// @dev What a T-REX token with {CountryRules} does, in whichever way they were put there. Alice is in Germany, Bob and
/// Carol are in France.
abstract contract RulesCheck is TrexSuite {
    CountryRules internal rules;
    address internal carol;

    function install() internal virtual;

    function setUp() public override {
        super.setUp();
        carol = investor("carol", 250);
        switchTo(address(registry));
        rules = new CountryRules(owner, registry, 1 days, true, terms(Mode.Allowed, 0));
        vm.startPrank(owner);
        install();
        vm.stopPrank();
        mint(alice, 100);
    }

    function testBlockedRecipient() public {
        transfer(alice, bob, 1);
        rule(250, terms(Mode.Blocked, 0));
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
        vm.expectRevert("Compliance not followed");
        mint(bob, 1);
    }

    function testBlockedSender() public {
        rule(276, terms(Mode.Blocked, 0));
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
        vm.prank(alice);
        token.approve(stranger, 1);
        vm.expectRevert("Transfer not possible");
        vm.prank(stranger);
        token.transferFrom(alice, bob, 1);
    }

    /// @dev T-REX asks no compliance about them.
    function testABlockedHolderIsRedeemedAndRecovered() public {
        rule(276, terms(Mode.Blocked, 0));
        vm.startPrank(agent);
        token.burn(alice, 10);
        token.forcedTransfer(alice, bob, 90);
        assertEq(token.balanceOf(bob), 90);
        assertEq(holders(276), 0);
        assertEq(holders(250), 1);
    }

    function testHolderCap() public {
        rule(250, terms(Mode.Allowed, 1));
        vm.warp(block.timestamp + 1 days);
        transfer(alice, bob, 10);
        assertEq(holders(250), 1);
        vm.expectRevert("Transfer not possible");
        transfer(alice, carol, 1);
        vm.expectRevert("Compliance not followed");
        mint(carol, 1);
        transfer(bob, alice, 10);
        mint(carol, 1);
        assertEq(holders(250), 1);
    }

    function testARecoveredHolderIsTheSame() public {
        address onchainId = address(registry.identity(alice));
        address replacement = makeAddr("replacement");
        addManagementKey(onchainId, alice, replacement);
        vm.prank(agent);
        token.recoveryAddress(alice, replacement, onchainId);
        assertEq(token.balanceOf(replacement), 100);
        assertEq(holders(276), 1);
    }

    function holders(uint16 country) internal view returns (uint256) {
        return rules.holdersOf(address(token), country);
    }

    function rule(uint16 country, Terms memory given) internal {
        vm.prank(owner);
        rules.announceRule(country, given, 0);
    }

    function terms(Mode mode, uint32 cap) internal pure returns (Terms memory) {
        return Terms(mode, 0, 0, false, cap);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRuleRecords} from "../../src/interfaces/IRuleRecords.sol";
import {Mode, RuleLib, Terms} from "../../src/rules/Rule.sol";
import {RulesTest} from "./RulesTest.sol";

contract AnnounceRuleTest is RulesTest {
    function testAnnounceRule(uint8 level, uint8 rating, bool noUsPerson) public {
        Terms memory terms = Terms(Mode.Allowed, level % 4, rating % 8, noUsPerson, 0);
        uint40 packed = 1 + uint40(terms.leastLevel) * 4 + uint40(terms.leastRating) * 16 + (noUsPerson ? 128 : 0);
        vm.expectEmit(address(rules));
        emit RuleAnnounced(GERMANY, packed, uint40(NOW + DELAY), 1, SOURCE);
        announce(GERMANY, terms);
        assertRule(GERMANY, unset());
        assertAnnounced(GERMANY, terms, NOW + DELAY);
        vm.warp(NOW + DELAY);
        assertRule(GERMANY, terms);
    }

    function testBlocksAtOnce() public {
        vm.expectEmit(address(rules));
        emit CountryBlocked(GERMANY, 1, SOURCE);
        announce(GERMANY, blocked());
        assertRule(GERMANY, blocked());
    }

    /// @dev The owner's key opens nothing at once either.
    function testOpensAfterTheDelay() public {
        announce(GERMANY, blocked());
        announce(GERMANY, allowed());
        assertRule(GERMANY, blocked());
        announce(GERMANY, unset());
        assertRule(GERMANY, blocked());
        vm.warp(NOW + DELAY - 1);
        assertRule(GERMANY, blocked());
    }

    function testWhatMirrorsHaveUnderWayBecomesStale() public {
        announce(GERMANY, 4, ALLOWED);
        announce(GERMANY, unset());
        assertEq(versionOf(GERMANY), 5);
        announce(GERMANY, 5, ALLOWED);
        assertAnnounced(GERMANY, unset(), NOW + DELAY);
    }

    /// @dev A mirror that spends all versions shuts itself out, and not the owner.
    function testTheLastVersion() public {
        for (uint256 version = 4096; version < 65_535; version += 4096) {
            announce(GERMANY, uint16(version), ALLOWED);
        }
        announce(GERMANY, type(uint16).max, BLOCKED);
        assertEq(versionOf(GERMANY), type(uint16).max);
        announce(GERMANY, allowed());
        assertAnnounced(GERMANY, allowed(), NOW + DELAY);
        vm.prank(owner);
        rules.withdrawRule(GERMANY);
        assertNothingAnnounced(GERMANY);
        assertEq(versionOf(GERMANY), type(uint16).max);
        announce(GERMANY, blocked());
        assertRule(GERMANY, blocked());
    }

    function testInvalid() public {
        Terms memory terms = allowed();
        terms.leastLevel = 4;
        vm.expectPartialRevert(RuleLib.InvalidRule.selector);
        announce(GERMANY, terms);
        terms.leastLevel = 0;
        terms.cap = 1;
        vm.expectRevert(IRuleRecords.HoldersNotCounted.selector);
        announce(GERMANY, terms);
        vm.expectRevert(abi.encodeWithSelector(IRuleRecords.CountryOutOfRange.selector, 1024));
        announce(1024, allowed());
    }

    function testOnlyTheOwner() public {
        address[2] memory others = [mirror, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.startPrank(others[i]);
            vm.expectRevert(NOT_OWNER);
            rules.announceRule(GERMANY, blocked(), SOURCE);
            vm.expectRevert(NOT_OWNER);
            rules.withdrawRule(GERMANY);
            vm.stopPrank();
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Mode, Rule, RuleLib, ruleFrom, ruleOf, Terms} from "../../src/rules/Rule.sol";

/// @dev The packed rule against arithmetic of its own.
contract RuleTest is Test {
    function testRoundTrip(uint8 mode, uint8 level, uint8 rating, bool noUsPerson, uint32 cap) public pure {
        Terms memory terms = Terms(Mode(mode % 3), level % 4, rating % 8, noUsPerson, cap);
        Rule rule = ruleOf(terms);
        if (terms.mode != Mode.Allowed) terms = Terms(terms.mode, 0, 0, false, 0);
        assertEq(abi.encode(rule.terms()), abi.encode(terms));

        uint256 packed = uint256(terms.mode) + uint256(terms.leastLevel) * 4 + uint256(terms.leastRating) * 16;
        packed += (terms.noUsPerson ? 128 : 0) + uint256(terms.cap) * 256;
        assertEq(Rule.unwrap(rule), packed);
    }

    function testFields(uint40 packed) public {
        if (packed % 4 == 3) {
            vm.expectRevert(abi.encodeWithSelector(RuleLib.InvalidRule.selector, packed));
            this.from(packed);
            return;
        }
        Rule rule = ruleFrom(packed);
        assertEq(rule.unset(), packed % 4 == 0);
        assertEq(rule.allowed(), packed % 4 == 1);
        assertEq(rule.blocked(), packed % 4 == 2);
        assertEq(rule.asksNothing(), packed == 1);
        if (packed % 4 != 1) {
            assertEq(Rule.unwrap(rule), packed % 4, "only its mode");
            return;
        }
        assertEq(Rule.unwrap(rule), packed);
        assertEq(rule.leastLevel(), packed / 4 % 4);
        assertEq(rule.leastRating(), packed / 16 % 8);
        assertEq(rule.noUsPerson(), packed / 128 % 2 == 1);
        assertEq(rule.cap(), packed / 256);
    }

    function testLevelsAndRatingsThatThereAreNot(uint8 level, uint8 rating) public {
        vm.assume(level > 3 || rating > 7);
        vm.expectPartialRevert(RuleLib.InvalidRule.selector);
        this.pack(Terms(Mode.Allowed, level, rating, false, 0));
    }

    function from(uint40 packed) external pure returns (Rule) {
        return ruleFrom(packed);
    }

    function pack(Terms calldata terms) external pure returns (Rule) {
        return ruleOf(terms);
    }
}

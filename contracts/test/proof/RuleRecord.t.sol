// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Rule} from "../../src/rules/Rule.sol";
import {RuleRecord} from "../../src/rules/RuleRecord.sol";

/// @dev Of the library's functions alone, from any word: what holds, from when, and that nothing but a block changes
/// what holds at the moment of a write.
contract RuleRecordProof is Test {
    /// @dev The layout, written out a second time.
    function testFields(uint40 inForce, uint40 announced, uint40 from, uint16 version, uint40 time) public pure {
        uint256 word = inForce + uint256(announced) * 2 ** 40 + uint256(from) * 2 ** 80 + uint256(version) * 2 ** 120;
        RuleRecord r = RuleRecord.wrap(word);
        assertEq(r.version(), version);
        bool holds = from != 0 && time >= from;
        assertEq(Rule.unwrap(r.inForce(time)), holds ? announced : inForce);
        (Rule next, uint40 start) = r.announced(time);
        bool waits = from != 0 && time < from;
        assertEq(Rule.unwrap(next), waits ? announced : 0);
        assertEq(start, waits ? from : 0);
    }

    function testAnnouncing(uint256 word, uint40 time, uint40 rule, uint40 from, uint16 newer, uint40 later)
        public
        pure
    {
        vm.assume(from > time && later >= time);
        RuleRecord before = RuleRecord.wrap(word);
        RuleRecord r = before.announcing(time, Rule.wrap(rule), from, newer);
        uint40 held = Rule.unwrap(before.inForce(time));
        assertEq(Rule.unwrap(r.inForce(later)), later < from ? held : rule);
        assertEq(r.version(), newer);
        assertEq(RuleRecord.unwrap(r) >> 136, 0);
    }

    /// @dev From then on for ever.
    function testWithdrawn(uint256 word, uint40 time, uint16 newer, uint40 later) public pure {
        RuleRecord before = RuleRecord.wrap(word);
        RuleRecord r = before.withdrawn(time, newer);
        assertEq(Rule.unwrap(r.inForce(later)), Rule.unwrap(before.inForce(time)));
        assertEq(r.version(), newer);
    }

    /// @dev I2: blocked at any time, and the version neither falls nor leaps.
    function testBlocked(uint256 word, uint16 given, uint40 later) public pure {
        RuleRecord before = RuleRecord.wrap(word);
        RuleRecord r = before.blocked(given);
        assertEq(Rule.unwrap(r.inForce(later)), 2);
        (, uint40 from) = r.announced(0);
        assertEq(from, 0);
        assertGe(r.version(), before.version());
        assertGt(r.version(), 0);
        assertLe(uint256(r.version()), uint256(before.version()) + 4096);
        if (before.precedes(given)) assertEq(r.version(), given);
    }

    function testPrecedes(uint256 word, uint16 newer) public pure {
        RuleRecord r = RuleRecord.wrap(word);
        assertEq(r.precedes(newer), newer > r.version() && newer - r.version() <= 4096);
    }
}

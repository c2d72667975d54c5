// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {MAX_VERSION_LEAP} from "../WalletRecord.sol";
import {BLOCKED, Rule} from "./Rule.sol";

/// @notice Everything that a chain knows about one country's rule, in one word.
/// @dev Least significant bit first:
///
/// | bits    | field                                                                          |
/// |---------|--------------------------------------------------------------------------------|
/// | 0–39    | the {Rule} that holds until another one does                                   |
/// | 40–79   | the announced {Rule}                                                           |
/// | 80–119  | from when the announced one holds, unix seconds, 0 = none is announced         |
/// | 120–135 | version                                                                        |
/// | 136–255 | 0                                                                              |
///
/// 1. An announcement stands beside the rule in force, and takes its place by the passing of time alone: no write is
///    needed, so none can be withheld.
/// 2. The next write, whichever it is, first moves what took effect into its place. So nothing that holds is ever
///    withdrawn or replaced before a delay of its own.
/// 3. A block is both places at once: in force, and nothing beside it.
type RuleRecord is uint256;

using RuleRecordLib for RuleRecord global;

/// @notice Reads a {RuleRecord} and derives the next one. Nothing here touches storage.
library RuleRecordLib {
    uint256 private constant ANNOUNCED_AT = 40;
    uint256 private constant FROM_AT = 80;
    uint256 private constant VERSION_AT = 120;

    // ---------------------------------------------------------------- fields

    /// @dev The rule that holds at `time`. A `from` of 0, nothing announced, wraps around to the end of time. Spelt out
    /// without a branch, since each transfer comes here for both parties.
    function inForce(RuleRecord self, uint256 time) internal pure returns (Rule rule) {
        assembly ("memory-safe") {
            let since := gt(time, sub(and(shr(80, self), 0xffffffffff), 1))
            rule := and(shr(mul(40, since), self), 0xffffffffff)
        }
    }

    /// @dev The rule that does not hold yet at `time` and from when it will; both 0 if there is none.
    function announced(RuleRecord self, uint256 time) internal pure returns (Rule rule, uint40 from) {
        uint256 word = RuleRecord.unwrap(self);
        from = uint40(word >> FROM_AT);
        if (time >= from) return (Rule.wrap(0), 0);
        rule = Rule.wrap(uint40(word >> ANNOUNCED_AT));
    }

    function version(RuleRecord self) internal pure returns (uint16) {
        return uint16(RuleRecord.unwrap(self) >> VERSION_AT);
    }

    /// @dev Whether `newer` is a version that may follow: newer, and not absurdly far ahead (I2).
    function precedes(RuleRecord self, uint16 newer) internal pure returns (bool) {
        unchecked {
            // An older or equal version wraps around to a huge step.
            return uint256(newer) - version(self) - 1 < MAX_VERSION_LEAP;
        }
    }

    // ----------------------------------------------------------------- writes

    /// @dev The record at `time` with another announcement in place of the one that it may have.
    function announcing(RuleRecord self, uint256 time, Rule rule, uint40 from, uint16 newer)
        internal
        pure
        returns (RuleRecord)
    {
        uint256 word = Rule.unwrap(inForce(self, time));
        word |= (uint256(Rule.unwrap(rule)) << ANNOUNCED_AT) | (uint256(from) << FROM_AT);
        return RuleRecord.wrap(word | (uint256(newer) << VERSION_AT));
    }

    /// @dev The record at `time` without announcement.
    function withdrawn(RuleRecord self, uint256 time, uint16 newer) internal pure returns (RuleRecord) {
        return RuleRecord.wrap(Rule.unwrap(inForce(self, time)) | (uint256(newer) << VERSION_AT));
    }

    /// @dev The record after a block, which lands whatever its version (I2): the stored one rises to `ofVersion`, by
    /// {MAX_VERSION_LEAP} at most, and to 1 at least.
    function blocked(RuleRecord self, uint16 ofVersion) internal pure returns (RuleRecord) {
        uint256 newVersion = version(self);
        if (ofVersion > newVersion) {
            uint256 furthest = newVersion + MAX_VERSION_LEAP;
            newVersion = ofVersion < furthest ? ofVersion : furthest;
        } else if (newVersion == 0) {
            newVersion = 1;
        }
        return RuleRecord.wrap(Rule.unwrap(BLOCKED) | (newVersion << VERSION_AT));
    }
}

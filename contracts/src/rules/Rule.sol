// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @notice What one country's rule says of its investors, in five bytes.
/// @dev Least significant bit first:
///
/// | bits  | field                                                                       |
/// |-------|-----------------------------------------------------------------------------|
/// | 0–1   | mode: 0 unset, 1 allowed, 2 blocked                                         |
/// | 2–3   | the least level that a recipient needs, as in {WalletRecord}                |
/// | 4–6   | the least rating that a recipient needs, as in {WalletRecord}               |
/// | 7     | no US person receives                                                       |
/// | 8–39  | how many holders there may be, 0 = any number                               |
///
/// An unset or blocked rule has nothing but its mode.
type Rule is uint40;

using RuleLib for Rule global;

enum Mode {
    /// No rule of its own: the default rule holds.
    Unset,
    Allowed,
    Blocked
}

/// @notice A {Rule} field by field, for people to read and to sign.
struct Terms {
    Mode mode;
    uint8 leastLevel;
    uint8 leastRating;
    bool noUsPerson;
    uint32 cap;
}

Rule constant BLOCKED = Rule.wrap(2);

/// @dev A rule as writers may give it. An unset or blocked one loses what has no meaning in it.
function ruleFrom(uint40 packed) pure returns (Rule) {
    uint256 mode = packed & 3;
    if (mode == uint256(Mode.Allowed)) return Rule.wrap(packed);
    require(mode <= uint256(Mode.Blocked), RuleLib.InvalidRule(packed));
    return Rule.wrap(uint40(mode));
}

/// @dev The rule that says this.
function ruleOf(Terms memory terms) pure returns (Rule) {
    uint256 packed = uint256(terms.mode) | (uint256(terms.leastLevel) << 2) | (uint256(terms.leastRating) << 4);
    packed |= (terms.noUsPerson ? 1 << 7 : 0) | (uint256(terms.cap) << 8);
    require(terms.leastLevel < 4 && terms.leastRating < 8, RuleLib.InvalidRule(uint40(packed)));
    return ruleFrom(uint40(packed));
}

/// @notice Reads a {Rule}.
library RuleLib {
    /// @notice The rule has a mode, a level or a rating that there is not.
    error InvalidRule(uint40 rule);

    uint256 private constant MODE = 3;
    uint256 private constant IS_ALLOWED = 1;
    uint256 private constant IS_BLOCKED = 2;
    uint256 private constant NO_US_PERSON = 1 << 7;
    uint256 private constant CAP_AT = 8;

    function unset(Rule self) internal pure returns (bool) {
        return Rule.unwrap(self) & MODE == 0;
    }

    function allowed(Rule self) internal pure returns (bool) {
        return Rule.unwrap(self) & MODE == IS_ALLOWED;
    }

    /// @dev Whether it allows everybody, as most rules do.
    function asksNothing(Rule self) internal pure returns (bool) {
        return Rule.unwrap(self) == IS_ALLOWED;
    }

    function blocked(Rule self) internal pure returns (bool) {
        return Rule.unwrap(self) & MODE == IS_BLOCKED;
    }

    function leastLevel(Rule self) internal pure returns (uint256) {
        return (Rule.unwrap(self) >> 2) & 3;
    }

    function leastRating(Rule self) internal pure returns (uint256) {
        return (Rule.unwrap(self) >> 4) & 7;
    }

    function noUsPerson(Rule self) internal pure returns (bool) {
        return Rule.unwrap(self) & NO_US_PERSON != 0;
    }

    function cap(Rule self) internal pure returns (uint256) {
        return Rule.unwrap(self) >> CAP_AT;
    }

    function terms(Rule self) internal pure returns (Terms memory) {
        return Terms({
            mode: Mode(Rule.unwrap(self) & MODE),
            leastLevel: uint8(leastLevel(self)),
            leastRating: uint8(leastRating(self)),
            noUsPerson: noUsPerson(self),
            cap: uint32(cap(self))
        });
    }
}

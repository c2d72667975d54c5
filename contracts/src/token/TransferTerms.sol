// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransferRules} from "../interfaces/ITransferRules.sol";

/// @notice What each transfer looks at, in one word, so that it is read once and takes no memory.
/// @dev Least significant bit first:
///
/// | bits    | field                                                                                  |
/// |---------|----------------------------------------------------------------------------------------|
/// | 0–159   | the rules, 0 = none                                                                    |
/// | 160     | paused                                                                                 |
/// | 161     | the rules count holders, so they are told what happens                                 |
/// | 162–255 | how many wallets hold frozen tokens: while none does, no transfer looks for the sender's |
type Terms is uint256;

using TermsLib for Terms global;

/// @notice Reads {Terms} and derives the next ones. Nothing here touches storage.
library TermsLib {
    uint256 private constant PAUSED = 1 << 160;
    uint256 private constant COUNTS = 1 << 161;
    uint256 private constant ONE_FROZEN_WALLET = 1 << 162;
    uint256 private constant RULES = COUNTS | type(uint160).max;

    function rules(Terms self) internal pure returns (ITransferRules) {
        return ITransferRules(address(uint160(Terms.unwrap(self))));
    }

    function haveRules(Terms self) internal pure returns (bool) {
        return uint160(Terms.unwrap(self)) != 0;
    }

    function paused(Terms self) internal pure returns (bool) {
        return Terms.unwrap(self) & PAUSED != 0;
    }

    function counts(Terms self) internal pure returns (bool) {
        return Terms.unwrap(self) & COUNTS != 0;
    }

    function anyFrozen(Terms self) internal pure returns (bool) {
        return Terms.unwrap(self) >= ONE_FROZEN_WALLET;
    }

    function withRules(Terms self, ITransferRules rules_, bool counts_) internal pure returns (Terms) {
        uint256 others = Terms.unwrap(self) & ~RULES;
        return Terms.wrap(others | uint160(address(rules_)) | (counts_ ? COUNTS : 0));
    }

    function withPause(Terms self, bool paused_) internal pure returns (Terms) {
        uint256 others = Terms.unwrap(self) & ~PAUSED;
        return Terms.wrap(others | (paused_ ? PAUSED : 0));
    }

    function withOneMoreFrozen(Terms self) internal pure returns (Terms) {
        return Terms.wrap(Terms.unwrap(self) + ONE_FROZEN_WALLET);
    }

    function withOneLessFrozen(Terms self) internal pure returns (Terms) {
        return Terms.wrap(Terms.unwrap(self) - ONE_FROZEN_WALLET);
    }
}

/// @notice Where a token keeps its terms.
abstract contract TransferTerms {
    Terms internal _terms;
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @notice Whose wallet a rule refuses.
enum Party {
    Nobody,
    Sender,
    Recipient
}

/// @notice Why. Beside each: the text that stands for it.
enum Reason {
    /// "": nothing is refused.
    None,
    /// "REGISTRY_FAILED": the registry gives no answer.
    RegistryFailed,
    /// "COUNTRY_BLOCKED": the country's own rule blocks it.
    CountryBlocked,
    /// "COUNTRY_NOT_ALLOWED": the country has no rule of its own, and the default rule does not allow it.
    CountryNotAllowed,
    /// "LEVEL_TOO_LOW"
    LevelTooLow,
    /// "ACCREDITATION_REQUIRED": the rating is too low, or has lapsed.
    AccreditationRequired,
    /// "US_PERSON"
    UsPerson,
    /// "HOLDER_CAP": the country has as many holders as it may.
    HolderCap,
    /// "TOKEN_NOT_BOUND": holders are limited, and whoever asks is neither a bound token nor a bound compliance.
    TokenNotBound
}

/// @notice What a judgement comes to, in one word, so that a yes costs next to nothing.
/// @dev Least significant bit first: reason (8 bits), party (8), country (16). 0 = nothing is refused.
type Refusal is uint256;

using RefusalLib for Refusal global;

Refusal constant NO_REFUSAL = Refusal.wrap(0);

function refusal(Party whose, Reason why, uint256 country) pure returns (Refusal) {
    return Refusal.wrap(uint256(why) | (uint256(whose) << 8) | (country << 16));
}

/// @notice Reads a {Refusal}.
library RefusalLib {
    function none(Refusal self) internal pure returns (bool) {
        return Refusal.unwrap(self) == 0;
    }

    function why(Refusal self) internal pure returns (Reason) {
        return Reason(uint8(Refusal.unwrap(self)));
    }

    function party(Refusal self) internal pure returns (Party) {
        return Party(uint8(Refusal.unwrap(self) >> 8));
    }

    /// @dev Whose rule it is.
    function country(Refusal self) internal pure returns (uint16) {
        return uint16(Refusal.unwrap(self) >> 16);
    }

    function text(Refusal self) internal pure returns (string memory) {
        Reason reason = why(self);
        if (reason == Reason.None) return "";
        if (reason == Reason.RegistryFailed) return "REGISTRY_FAILED";
        if (reason == Reason.CountryBlocked) return "COUNTRY_BLOCKED";
        if (reason == Reason.CountryNotAllowed) return "COUNTRY_NOT_ALLOWED";
        if (reason == Reason.LevelTooLow) return "LEVEL_TOO_LOW";
        if (reason == Reason.AccreditationRequired) return "ACCREDITATION_REQUIRED";
        if (reason == Reason.UsPerson) return "US_PERSON";
        if (reason == Reason.HolderCap) return "HOLDER_CAP";
        return "TOKEN_NOT_BOUND";
    }
}

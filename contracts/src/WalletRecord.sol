// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @notice Everything that a chain knows about one wallet, in one word.
/// @dev Least significant bit first:
///
/// | bits    | field                                                                              |
/// |---------|------------------------------------------------------------------------------------|
/// | 0–159   | identity address                                                                   |
/// | 160–169 | country, ISO 3166-1 numeric                                                        |
/// | 170–203 | expiry, unix seconds, 0 = never                                                    |
/// | 204–219 | accreditation expiry, days since 1970-01-01, 0 = never                             |
/// | 220–235 | version                                                                            |
/// | 236–243 | authority, 0 = the owner                                                           |
/// | 244     | verified                                                                           |
/// | 245     | restricted                                                                         |
/// | 246     | frozen                                                                             |
/// | 247     | US person                                                                          |
/// | 248–249 | level: 0 unset, 1 Basic, 2 Enhanced, 3 Corporate                                   |
/// | 250–252 | rating: 0 unset, 1 None, 2 Professional, 3 Qualified, 4–7 the issuer's own         |
/// | 253     | provisional: written by an agent, not yet confirmed by the register                |
/// | 254     | vacated: an agent removed it while it stood approved, so an agent may register it  |
/// | 255     | reserved, 0                                                                        |
type WalletRecord is uint256;

using WalletRecordLib for WalletRecord global;

/// @dev The largest step that a version may take at once.
uint256 constant MAX_VERSION_LEAP = 4096;

/// @dev The largest country code that fits a record.
uint256 constant MAX_COUNTRY = (1 << 10) - 1;

/// @dev The latest expiry that fits a record (in the year 2514).
uint256 constant MAX_EXPIRY = (1 << 34) - 1;

/// @dev The bits of which ERC-3643's events speak.
uint256 constant IDENTITY_AND_COUNTRY = (1 << 170) - 1;

/// @dev The reasons of a denial, as bits of one byte.
uint256 constant GROUND_REVOKED = 1 << 0;
uint256 constant GROUND_RESTRICTED = 1 << 1;
uint256 constant GROUND_FROZEN = 1 << 2;
uint256 constant GROUND_REMOVED = 1 << 3;

/// @dev A record as the register may write it: without the agents' marks (bits 253 and up), and not verified without
/// an identity.
function fromRegister(uint256 word) pure returns (WalletRecord) {
    word &= (1 << 253) - 1;
    if (uint160(word) == 0) word &= ~uint256(1 << 244);
    return WalletRecord.wrap(word);
}

/// @notice Reads a {WalletRecord} and derives the next one. Nothing here touches storage.
library WalletRecordLib {
    uint256 private constant COUNTRY_AT = 160;
    uint256 private constant EXPIRY_AT = 170;
    uint256 private constant ACCREDITATION_EXPIRY_AT = 204;
    uint256 private constant VERSION_AT = 220;
    uint256 private constant AUTHORITY_AT = 236;
    uint256 private constant VERIFIED_AT = 244;
    uint256 private constant LEVEL_AT = 248;
    uint256 private constant RATING_AT = 250;

    uint256 private constant IDENTITY = (1 << 160) - 1;
    uint256 private constant EXPIRY = MAX_EXPIRY << EXPIRY_AT;
    uint256 private constant VERSION = uint256(type(uint16).max) << VERSION_AT;
    uint256 private constant AUTHORITY = uint256(type(uint8).max) << AUTHORITY_AT;
    uint256 private constant VERIFIED = 1 << VERIFIED_AT;
    uint256 private constant RESTRICTED = 1 << 245;
    uint256 private constant FROZEN = 1 << 246;
    uint256 private constant US_PERSON = 1 << 247;
    uint256 private constant PROVISIONAL = 1 << 253;
    uint256 private constant VACATED = 1 << 254;

    uint256 private constant RATING_NONE = 1;

    /// @dev What {removed} and denials that remove leave standing besides the version.
    uint256 private constant HOLDS = RESTRICTED | FROZEN;
    /// @dev How far above the two grounds that hold a wallet their flags lie.
    uint256 private constant HOLDS_FROM_GROUNDS = 244;
    /// @dev What a denial takes over: neither the version, which it sets, nor an agent's marks.
    uint256 private constant KEPT_BY_DENIAL = ((1 << 253) - 1) & ~VERSION;

    // ---------------------------------------------------------------- fields

    function identity(WalletRecord self) internal pure returns (address) {
        return address(uint160(WalletRecord.unwrap(self)));
    }

    function country(WalletRecord self) internal pure returns (uint16) {
        return uint16((WalletRecord.unwrap(self) >> COUNTRY_AT) & MAX_COUNTRY);
    }

    function expiry(WalletRecord self) internal pure returns (uint256) {
        return (WalletRecord.unwrap(self) >> EXPIRY_AT) & MAX_EXPIRY;
    }

    function accreditationExpiry(WalletRecord self) internal pure returns (uint16) {
        return uint16(WalletRecord.unwrap(self) >> ACCREDITATION_EXPIRY_AT);
    }

    function version(WalletRecord self) internal pure returns (uint256) {
        return uint16(WalletRecord.unwrap(self) >> VERSION_AT);
    }

    function authority(WalletRecord self) internal pure returns (uint256) {
        return uint8(WalletRecord.unwrap(self) >> AUTHORITY_AT);
    }

    function verified(WalletRecord self) internal pure returns (bool) {
        return WalletRecord.unwrap(self) & VERIFIED != 0;
    }

    function restricted(WalletRecord self) internal pure returns (bool) {
        return WalletRecord.unwrap(self) & RESTRICTED != 0;
    }

    function frozen(WalletRecord self) internal pure returns (bool) {
        return WalletRecord.unwrap(self) & FROZEN != 0;
    }

    function usPerson(WalletRecord self) internal pure returns (bool) {
        return WalletRecord.unwrap(self) & US_PERSON != 0;
    }

    function level(WalletRecord self) internal pure returns (uint256) {
        return (WalletRecord.unwrap(self) >> LEVEL_AT) & 3;
    }

    function rating(WalletRecord self) internal pure returns (uint256) {
        return (WalletRecord.unwrap(self) >> RATING_AT) & 7;
    }

    /// @dev The rating at `time`: one above None has fallen to None once the day of the accreditation's expiry is over.
    function ratingAt(WalletRecord self, uint256 time) internal pure returns (uint256 given) {
        given = rating(self);
        if (given > RATING_NONE) {
            uint256 last = accreditationExpiry(self);
            if (last != 0 && time / 1 days > last) given = RATING_NONE;
        }
    }

    function provisional(WalletRecord self) internal pure returns (bool) {
        return WalletRecord.unwrap(self) & PROVISIONAL != 0;
    }

    function vacated(WalletRecord self) internal pure returns (bool) {
        return WalletRecord.unwrap(self) & VACATED != 0;
    }

    // -------------------------------------------------------------- questions

    /// @dev Whether the three flags leave the wallet approved; time and authority may still object.
    function approved(WalletRecord self) internal pure returns (bool) {
        return WalletRecord.unwrap(self) & (VERIFIED | HOLDS) == VERIFIED;
    }

    /// @dev The same, by the owner's authority, which nobody can restrict.
    function approvedByOwner(WalletRecord self) internal pure returns (bool) {
        return WalletRecord.unwrap(self) & (AUTHORITY | VERIFIED | HOLDS) == VERIFIED;
    }

    /// @dev Whether the record has not expired: it counts before its expiry, not at it. An expiry of 0, never, wraps
    /// around to the end of time.
    function currentAt(WalletRecord self, uint256 time) internal pure returns (bool) {
        unchecked {
            return time <= ((WalletRecord.unwrap(self) >> EXPIRY_AT) & MAX_EXPIRY) - 1;
        }
    }

    /// @dev Whether an agent may register the wallet of a record without identity: nobody wrote to it, or an agent
    /// removed it while it stood approved, and nothing holds it.
    function vacant(WalletRecord self) internal pure returns (bool) {
        uint256 word = WalletRecord.unwrap(self);
        return word == 0 || word & (VACATED | HOLDS) == VACATED;
    }

    /// @dev Whether nothing but its version is left of the record: the wallet was removed, and nothing holds it. What it
    /// was before does not show: a revoked wallet stays barred after its removal only if the removal restricts it too.
    function departed(WalletRecord self) internal pure returns (bool) {
        uint256 word = WalletRecord.unwrap(self);
        return word != 0 && word & ~VERSION == 0;
    }

    // ------------------------------------------------------ the register's writes

    /// @dev Whether the record's version makes it replace `stored`: newer, and not absurdly far ahead (I2).
    function supersedes(WalletRecord self, WalletRecord stored) internal pure returns (bool) {
        unchecked {
            // An older or equal version wraps around to a huge step.
            uint256 step = uint256(uint16(WalletRecord.unwrap(self) >> VERSION_AT))
                - uint16(WalletRecord.unwrap(stored) >> VERSION_AT);
            return step - 1 < MAX_VERSION_LEAP;
        }
    }

    /// @dev The grounds on which a record that is not {approved} denies its wallet.
    function grounds(WalletRecord self) internal pure returns (uint256 given) {
        if (!verified(self)) given = GROUND_REVOKED;
        if (restricted(self)) given |= GROUND_RESTRICTED;
        if (frozen(self)) given |= GROUND_FROZEN;
    }

    /// @dev The record after a denial, which is never ignored and never lifts another (I2). `ofVersion` moves the
    /// version up by at most {MAX_VERSION_LEAP}, and to 1 at least, so that a denied wallet is never a blank one.
    function denied(WalletRecord self, uint256 ofVersion, uint256 given) internal pure returns (WalletRecord) {
        uint256 word = WalletRecord.unwrap(self) & KEPT_BY_DENIAL;
        uint256 newVersion = uint16(WalletRecord.unwrap(self) >> VERSION_AT);
        unchecked {
            if (ofVersion - newVersion - 1 < MAX_VERSION_LEAP) newVersion = ofVersion;
            else if (ofVersion > newVersion) newVersion += MAX_VERSION_LEAP;
            else if (newVersion == 0) newVersion = 1;
        }

        if (given == GROUND_REVOKED) {
            word &= ~VERIFIED; // What follows would do the same, but this is what nearly all denials are.
        } else {
            uint256 holds = given & (GROUND_RESTRICTED | GROUND_FROZEN);
            if (given & GROUND_REVOKED != 0 || holds == 0) word &= ~VERIFIED;
            if (given & GROUND_REMOVED != 0) word &= HOLDS;
            word |= holds << HOLDS_FROM_GROUNDS;
        }
        return WalletRecord.wrap(word | (newVersion << VERSION_AT));
    }

    // --------------------------------------------------------- the agents' writes

    /// @dev An agent's registration over a {vacant} record: verified, provisionally, until `until` at most. The
    /// authority and the expiry of a record that was vacated stay: neither is shaken off by removing the wallet.
    function registered(WalletRecord self, address identity_, uint256 country_, uint256 until)
        internal
        pure
        returns (WalletRecord)
    {
        uint256 kept = WalletRecord.unwrap(self) & (VERSION | AUTHORITY | EXPIRY);
        return WalletRecord.wrap(kept | VERIFIED).amended(identity_, country_, until);
    }

    /// @dev The record with another identity and country, provisional, which counts until `until` at most.
    function amended(WalletRecord self, address identity_, uint256 country_, uint256 until)
        internal
        pure
        returns (WalletRecord)
    {
        uint256 word = WalletRecord.unwrap(self) & ~IDENTITY_AND_COUNTRY;
        word |= uint256(uint160(identity_)) | (country_ << COUNTRY_AT) | PROVISIONAL;
        if (until != 0 && (expiry(self) == 0 || until < expiry(self))) word = (word & ~EXPIRY) | (until << EXPIRY_AT);
        return WalletRecord.wrap(word);
    }

    /// @dev What an agent's removal leaves: the version, what holds the wallet, and whether it may come back, which it
    /// does under the authority and the expiry that it had.
    function removed(WalletRecord self, bool mayReturn) internal pure returns (WalletRecord) {
        uint256 kept = VERSION | HOLDS | (mayReturn ? AUTHORITY | EXPIRY : 0);
        uint256 word = WalletRecord.unwrap(self) & kept;
        return WalletRecord.wrap(mayReturn ? word | VACATED : word);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @notice Everything that the registrar knows about one investor, in one word.
/// @dev Least significant bit first:
///
/// | bits    | field                                                          |
/// |---------|----------------------------------------------------------------|
/// | 0–23    | region                                                         |
/// | 24–39   | country, ISO 3166-1 numeric; 0 = there is no such investor     |
/// | 40–47   | rating                                                         |
/// | 48–87   | expires, unix seconds                                          |
/// | 88–103  | authority, by its index; 0 = the owner                         |
/// | 104     | restricted                                                     |
type InvestorRecord is uint256;

using InvestorRecordLib for InvestorRecord global;

/// @dev The record of an investor that is not restricted.
function investorRecord(uint16 country, bytes3 region, uint8 rating, uint40 expires, uint16 authority)
    pure
    returns (InvestorRecord)
{
    return InvestorRecord.wrap(uint256(country) << 24).updated(region, rating, expires, authority);
}

/// @notice Reads an {InvestorRecord} and derives the next one. Nothing here touches storage.
library InvestorRecordLib {
    uint256 private constant COUNTRY_AT = 24;
    uint256 private constant RATING_AT = 40;
    uint256 private constant EXPIRES_AT = 48;
    uint256 private constant AUTHORITY_AT = 88;

    uint256 private constant COUNTRY = uint256(type(uint16).max) << COUNTRY_AT;
    uint256 private constant AUTHORITY = uint256(type(uint16).max) << AUTHORITY_AT;
    uint256 private constant RESTRICTED = 1 << 104;

    // ---------------------------------------------------------------- fields

    function region(InvestorRecord self) internal pure returns (bytes3) {
        return bytes3(uint24(InvestorRecord.unwrap(self)));
    }

    function country(InvestorRecord self) internal pure returns (uint16) {
        return uint16(InvestorRecord.unwrap(self) >> COUNTRY_AT);
    }

    function rating(InvestorRecord self) internal pure returns (uint8) {
        return uint8(InvestorRecord.unwrap(self) >> RATING_AT);
    }

    function expires(InvestorRecord self) internal pure returns (uint40) {
        return uint40(InvestorRecord.unwrap(self) >> EXPIRES_AT);
    }

    function authority(InvestorRecord self) internal pure returns (uint16) {
        return uint16(InvestorRecord.unwrap(self) >> AUTHORITY_AT);
    }

    function restricted(InvestorRecord self) internal pure returns (bool) {
        return InvestorRecord.unwrap(self) & RESTRICTED != 0;
    }

    // -------------------------------------------------------------- questions

    function exists(InvestorRecord self) internal pure returns (bool) {
        return InvestorRecord.unwrap(self) & COUNTRY != 0;
    }

    /// @dev Whether the investor counts before its expiry and is not restricted; its authority may still object. No
    /// investor never does, since it expired at 0.
    function standsAt(InvestorRecord self, uint256 time) internal pure returns (bool) {
        return time < expires(self) && !restricted(self);
    }

    // ----------------------------------------------------------------- writes

    /// @dev The record after a new verification, which changes neither the country nor a restriction.
    function updated(InvestorRecord self, bytes3 region_, uint8 rating_, uint40 expires_, uint16 authority_)
        internal
        pure
        returns (InvestorRecord)
    {
        uint256 word = InvestorRecord.unwrap(self) & (COUNTRY | RESTRICTED);
        word |= uint24(region_) | (uint256(rating_) << RATING_AT);
        word |= (uint256(expires_) << EXPIRES_AT) | (uint256(authority_) << AUTHORITY_AT);
        return InvestorRecord.wrap(word);
    }

    function withAuthority(InvestorRecord self, uint16 authority_) internal pure returns (InvestorRecord) {
        return InvestorRecord.wrap((InvestorRecord.unwrap(self) & ~AUTHORITY) | (uint256(authority_) << AUTHORITY_AT));
    }

    function withRestriction(InvestorRecord self, bool restricted_) internal pure returns (InvestorRecord) {
        uint256 word = InvestorRecord.unwrap(self);
        return InvestorRecord.wrap(restricted_ ? word | RESTRICTED : word & ~RESTRICTED);
    }
}

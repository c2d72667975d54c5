// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @notice Everything that the registrar knows about one investor, in one word.
/// @dev Least significant bit first:
///
/// | bits    | field                                                          |
/// |---------|----------------------------------------------------------------|
/// | 0–7     | authority, by its index; 0 = the owner                         |
/// | 8       | restricted                                                     |
/// | 16–31   | country, ISO 3166-1 numeric; 0 = there is no such investor     |
/// | 32–39   | rating                                                         |
/// | 40–63   | region                                                         |
/// | 216–255 | expires, unix seconds                                          |
type InvestorRecord is uint256;

using InvestorRecordLib for InvestorRecord global;

/// @dev The record of an investor that is not restricted.
function investorRecord(uint16 country, bytes3 region, uint8 rating, uint40 expires, uint8 authority)
    pure
    returns (InvestorRecord)
{
    return InvestorRecord.wrap(uint256(country) << 16).updated(region, rating, expires, authority);
}

/// @notice Reads an {InvestorRecord} and derives the next one. Nothing here touches storage.
library InvestorRecordLib {
    uint256 private constant COUNTRY_AT = 16;
    uint256 private constant RATING_AT = 32;
    uint256 private constant REGION_AT = 40;
    uint256 private constant EXPIRES_AT = 216;

    uint256 private constant AUTHORITY = type(uint8).max;
    uint256 private constant RESTRICTED = 1 << 8;
    uint256 private constant COUNTRY = uint256(type(uint16).max) << COUNTRY_AT;

    // ---------------------------------------------------------------- fields

    function authority(InvestorRecord self) internal pure returns (uint8) {
        return uint8(InvestorRecord.unwrap(self));
    }

    function restricted(InvestorRecord self) internal pure returns (bool) {
        return InvestorRecord.unwrap(self) & RESTRICTED != 0;
    }

    function country(InvestorRecord self) internal pure returns (uint16) {
        return uint16(InvestorRecord.unwrap(self) >> COUNTRY_AT);
    }

    function rating(InvestorRecord self) internal pure returns (uint8) {
        return uint8(InvestorRecord.unwrap(self) >> RATING_AT);
    }

    function region(InvestorRecord self) internal pure returns (bytes3) {
        return bytes3(uint24(InvestorRecord.unwrap(self) >> REGION_AT));
    }

    function expires(InvestorRecord self) internal pure returns (uint40) {
        return uint40(InvestorRecord.unwrap(self) >> EXPIRES_AT);
    }

    // -------------------------------------------------------------- questions

    function exists(InvestorRecord self) internal pure returns (bool) {
        return InvestorRecord.unwrap(self) & COUNTRY != 0;
    }

    function ofOwner(InvestorRecord self) internal pure returns (bool) {
        return InvestorRecord.unwrap(self) & AUTHORITY == 0;
    }

    /// @dev I4: before its expiry, not restricted, and its authority's bit is among those in standing. A restriction
    /// stands where it makes the shift 256 or more, which no bit survives. No investor expired at 0.
    function permittedAt(InvestorRecord self, uint256 time, uint256 standing) internal pure returns (bool) {
        uint256 word = InvestorRecord.unwrap(self);
        return time < word >> EXPIRES_AT && (standing >> (word & (RESTRICTED | AUTHORITY))) & 1 != 0;
    }

    // ----------------------------------------------------------------- writes

    /// @dev The record after a new verification, which changes neither the country nor a restriction.
    function updated(InvestorRecord self, bytes3 region_, uint8 rating_, uint40 expires_, uint8 authority_)
        internal
        pure
        returns (InvestorRecord)
    {
        uint256 word = InvestorRecord.unwrap(self) & (COUNTRY | RESTRICTED);
        word |= authority_ | (uint256(rating_) << RATING_AT);
        word |= (uint256(uint24(region_)) << REGION_AT) | (uint256(expires_) << EXPIRES_AT);
        return InvestorRecord.wrap(word);
    }

    function withAuthority(InvestorRecord self, uint8 authority_) internal pure returns (InvestorRecord) {
        return InvestorRecord.wrap((InvestorRecord.unwrap(self) & ~AUTHORITY) | authority_);
    }

    function withRestriction(InvestorRecord self, bool restricted_) internal pure returns (InvestorRecord) {
        uint256 word = InvestorRecord.unwrap(self);
        return InvestorRecord.wrap(restricted_ ? word | RESTRICTED : word & ~RESTRICTED);
    }
}

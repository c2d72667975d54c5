// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {MAX_EXPIRY, MAX_VERSION_LEAP} from "../WalletRecord.sol";

/// @notice Everything that a chain knows about one certificate of one holder, in one word.
/// @dev Least significant bit first:
///
/// | bits   | field                                                                               |
/// |--------|-------------------------------------------------------------------------------------|
/// | 0–33   | expiry, unix seconds, 0 = never                                                     |
/// | 34–49  | version                                                                             |
/// | 50–81  | version of the requirements under which it was issued                               |
/// | 82     | certified                                                                           |
/// | 83     | revoked                                                                             |
/// | 84     | issued by proof                                                                     |
/// | 85–255 | reserved, 0                                                                         |
///
/// A word that was ever written is either certified or revoked, so that nobody takes whom the register denies for one
/// of whom it never heard.
type CertificateRecord is uint256;

using CertificateRecordLib for CertificateRecord global;

/// @dev A record as the register may write it: certified or revoked, and what is not plainly certified is revoked.
function fromRegister(uint256 word) pure returns (CertificateRecord) {
    word &= (1 << 85) - 1;
    if ((word >> 82) & 3 != 1) word = (word & ~uint256(1 << 82)) | (1 << 83);
    return CertificateRecord.wrap(word);
}

/// @dev A record that certifies until `expiry`, 0 = for ever, by requirements of this version.
function issued(uint16 version, uint256 expiry, uint256 requirementVersion, bool byProof)
    pure
    returns (CertificateRecord)
{
    uint256 word = expiry | (uint256(version) << 34) | (requirementVersion << 50) | (1 << 82);
    return CertificateRecord.wrap(byProof ? word | (1 << 84) : word);
}

/// @notice Reads a {CertificateRecord} and derives the next one. Nothing here touches storage.
library CertificateRecordLib {
    uint256 private constant VERSION_AT = 34;
    uint256 private constant REQUIREMENTS_AT = 50;

    uint256 private constant VERSION = uint256(type(uint16).max) << VERSION_AT;
    uint256 private constant CERTIFIED = 1 << 82;
    uint256 private constant REVOKED = 1 << 83;
    uint256 private constant BY_PROOF = 1 << 84;

    // ---------------------------------------------------------------- fields

    function expiry(CertificateRecord self) internal pure returns (uint256) {
        return CertificateRecord.unwrap(self) & MAX_EXPIRY;
    }

    function version(CertificateRecord self) internal pure returns (uint16) {
        return uint16(CertificateRecord.unwrap(self) >> VERSION_AT);
    }

    function requirementVersion(CertificateRecord self) internal pure returns (uint256) {
        return uint32(CertificateRecord.unwrap(self) >> REQUIREMENTS_AT);
    }

    function certified(CertificateRecord self) internal pure returns (bool) {
        return CertificateRecord.unwrap(self) & CERTIFIED != 0;
    }

    function revoked(CertificateRecord self) internal pure returns (bool) {
        return CertificateRecord.unwrap(self) & REVOKED != 0;
    }

    function byProof(CertificateRecord self) internal pure returns (bool) {
        return CertificateRecord.unwrap(self) & BY_PROOF != 0;
    }

    // -------------------------------------------------------------- questions

    /// @dev The verdict: certified, and before the expiry, not at it. An expiry of 0, never, wraps around to the end of
    /// time.
    function countsAt(CertificateRecord self, uint256 time) internal pure returns (bool) {
        unchecked {
            return certified(self) && time <= expiry(self) - 1;
        }
    }

    /// @dev Whether the record's version makes it replace `stored`: newer, and not absurdly far ahead (I2).
    function supersedes(CertificateRecord self, CertificateRecord stored) internal pure returns (bool) {
        unchecked {
            // An older or equal version wraps around to a huge step.
            return uint256(version(self)) - version(stored) - 1 < MAX_VERSION_LEAP;
        }
    }

    // ----------------------------------------------------------------- writes

    /// @dev The version after this one, of which the last has none.
    function nextVersion(CertificateRecord self) internal pure returns (uint16) {
        uint16 current = version(self);
        return current == type(uint16).max ? current : current + 1;
    }

    /// @dev The record after a denial, which is never ignored (I2). `ofVersion` moves the version up by at most
    /// {MAX_VERSION_LEAP}, and to 1 at least.
    function denied(CertificateRecord self, uint16 ofVersion) internal pure returns (CertificateRecord) {
        uint256 newVersion = version(self);
        unchecked {
            if (uint256(ofVersion) - newVersion - 1 < MAX_VERSION_LEAP) newVersion = ofVersion;
            else if (ofVersion > newVersion) newVersion += MAX_VERSION_LEAP;
            else if (newVersion == 0) newVersion = 1;
        }
        uint256 word = CertificateRecord.unwrap(self) & ~(VERSION | CERTIFIED);
        return CertificateRecord.wrap(word | REVOKED | (newVersion << VERSION_AT));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev A record field by field. {Certificates} packs it from the table in `CertificateRecord.sol`, written out a
/// second time on purpose: the tests would not notice a wrong shift that they shared with the code.
struct Certificate {
    uint64 expiry;
    uint16 version;
    uint32 requirementVersion;
    bool certified;
    bool revoked;
    bool byProof;
    uint256 reserved;
}

library Certificates {
    function pack(Certificate memory c) internal pure returns (uint256 word) {
        word = c.expiry;
        word += uint256(c.version) * 2 ** 34;
        word += uint256(c.requirementVersion) * 2 ** 50;
        if (c.certified) word += 2 ** 82;
        if (c.revoked) word += 2 ** 83;
        if (c.byProof) word += 2 ** 84;
        word += c.reserved * 2 ** 85;
    }

    function unpack(uint256 word) internal pure returns (Certificate memory c) {
        c.expiry = uint64(word % 2 ** 34);
        c.version = uint16(word / 2 ** 34 % 2 ** 16);
        c.requirementVersion = uint32(word / 2 ** 50 % 2 ** 32);
        c.certified = word / 2 ** 82 % 2 == 1;
        c.revoked = word / 2 ** 83 % 2 == 1;
        c.byProof = word / 2 ** 84 % 2 == 1;
        c.reserved = word / 2 ** 85;
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev A record field by field. {Words} packs it from the table in `WalletRecord.sol`, written out a second time on
/// purpose: the tests would not notice a wrong shift that they shared with the code.
struct Word {
    address identity;
    uint16 country;
    uint64 expiry;
    uint16 accreditationExpiry;
    uint16 version;
    uint8 authority;
    bool verified;
    bool restricted;
    bool frozen;
    bool usPerson;
    uint8 level;
    uint8 rating;
    bool provisional;
    bool vacated;
    bool reserved;
}

library Words {
    function pack(Word memory w) internal pure returns (uint256 word) {
        word = uint160(w.identity);
        word += uint256(w.country) * 2 ** 160;
        word += uint256(w.expiry) * 2 ** 170;
        word += uint256(w.accreditationExpiry) * 2 ** 204;
        word += uint256(w.version) * 2 ** 220;
        word += uint256(w.authority) * 2 ** 236;
        if (w.verified) word += 2 ** 244;
        if (w.restricted) word += 2 ** 245;
        if (w.frozen) word += 2 ** 246;
        if (w.usPerson) word += 2 ** 247;
        word += uint256(w.level) * 2 ** 248;
        word += uint256(w.rating) * 2 ** 250;
        if (w.provisional) word += 2 ** 253;
        if (w.vacated) word += 2 ** 254;
        if (w.reserved) word += 2 ** 255;
    }

    function unpack(uint256 word) internal pure returns (Word memory w) {
        w.identity = address(uint160(word % 2 ** 160));
        w.country = uint16(word / 2 ** 160 % 2 ** 10);
        w.expiry = uint64(word / 2 ** 170 % 2 ** 34);
        w.accreditationExpiry = uint16(word / 2 ** 204 % 2 ** 16);
        w.version = uint16(word / 2 ** 220 % 2 ** 16);
        w.authority = uint8(word / 2 ** 236 % 2 ** 8);
        w.verified = word / 2 ** 244 % 2 == 1;
        w.restricted = word / 2 ** 245 % 2 == 1;
        w.frozen = word / 2 ** 246 % 2 == 1;
        w.usPerson = word / 2 ** 247 % 2 == 1;
        w.level = uint8(word / 2 ** 248 % 4);
        w.rating = uint8(word / 2 ** 250 % 8);
        w.provisional = word / 2 ** 253 % 2 == 1;
        w.vacated = word / 2 ** 254 % 2 == 1;
        w.reserved = word / 2 ** 255 == 1;
    }
}

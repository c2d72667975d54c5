// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {MAX_COUNTRY, MAX_EXPIRY, WalletRecord, fromRegister} from "../src/WalletRecord.sol";
import {Word, Words} from "./helpers/Word.sol";

/// @dev The library against {Words}, which packs by the same table with arithmetic of its own.
contract WalletRecordTest is Test {
    using Words for Word;

    function testFields(uint256 word) public pure {
        assertFields(word);
    }

    /// @dev Each bit alone, and each missing: a field that is one bit too wide or too narrow shows here.
    function testEachBit() public pure {
        for (uint256 bit = 0; bit < 256; ++bit) {
            assertFields(1 << bit);
            assertFields(~(uint256(1) << bit));
        }
    }

    function testRoundTrip(uint256 word) public pure {
        assertEq(Words.unpack(word).pack(), word);
    }

    function testWidths() public pure {
        Word memory w = Words.unpack(type(uint256).max);
        assertEq(w.country, MAX_COUNTRY);
        assertEq(w.expiry, MAX_EXPIRY);
        assertEq(w.version, type(uint16).max);
        assertEq(w.authority, type(uint8).max);
    }

    function testFromRegister(uint256 word) public pure {
        Word memory w = Words.unpack(word);
        (w.provisional, w.vacated, w.reserved) = (false, false, false);
        if (w.identity == address(0)) w.verified = false;
        assertEq(WalletRecord.unwrap(fromRegister(word)), w.pack());
        assertEq(WalletRecord.unwrap(fromRegister(word & ~uint256(type(uint160).max))) >> 244 & 1, 0);
    }

    function testSupersedes(uint16 stored, uint16 given) public pure {
        Word memory a;
        Word memory b;
        (a.version, b.version) = (stored, given);
        bool expected = given > stored && given - stored <= 4096;
        assertEq(WalletRecord.wrap(b.pack()).supersedes(WalletRecord.wrap(a.pack())), expected);
    }

    /// @dev The accreditation's last day counts whole.
    function testRatingAt(uint256 word, uint40 time) public pure {
        Word memory w = Words.unpack(word);
        bool lapsed = w.accreditationExpiry != 0 && time >= (uint256(w.accreditationExpiry) + 1) * 86_400;
        uint256 expected = lapsed && w.rating > 1 ? 1 : w.rating;
        assertEq(WalletRecord.wrap(word).ratingAt(time), expected);
    }

    function assertFields(uint256 word) private pure {
        WalletRecord record = WalletRecord.wrap(word);
        Word memory w = Words.unpack(word);
        assertEq(record.identity(), w.identity);
        assertEq(record.country(), w.country);
        assertEq(record.expiry(), w.expiry);
        assertEq(record.accreditationExpiry(), w.accreditationExpiry);
        assertEq(record.version(), w.version);
        assertEq(record.authority(), w.authority);
        assertEq(record.verified(), w.verified);
        assertEq(record.restricted(), w.restricted);
        assertEq(record.frozen(), w.frozen);
        assertEq(record.usPerson(), w.usPerson);
        assertEq(record.level(), w.level);
        assertEq(record.rating(), w.rating);
        assertEq(record.provisional(), w.provisional);
        assertEq(record.vacated(), w.vacated);
        assertEq(record.approved(), w.verified && !w.restricted && !w.frozen);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {MAX_COUNTRY, MAX_EXPIRY, WalletRecord, fromRegister} from "../../src/WalletRecord.sol";
import {Word, Words} from "../helpers/Word.sol";

/// @dev Of the library's functions alone, against {Words}, which packs by the same table with arithmetic of its own:
/// every field reads back, and every write changes the fields that it is about and no other.
contract PackingProof is Test {
    using Words for Word;

    function testFieldsReadBack(Word memory w) public pure {
        keepInRange(w);
        WalletRecord r = WalletRecord.wrap(w.pack());
        assertEq(r.identity(), w.identity);
        assertEq(r.country(), w.country);
        assertEq(r.expiry(), w.expiry);
        assertEq(r.accreditationExpiry(), w.accreditationExpiry);
        assertEq(r.version(), w.version);
        assertEq(r.authority(), w.authority);
        assertEq(r.level(), w.level);
        assertEq(r.rating(), w.rating);
        assertEq(r.verified(), w.verified);
        assertEq(r.restricted(), w.restricted);
        assertEq(r.frozen(), w.frozen);
        assertEq(r.usPerson(), w.usPerson);
        assertEq(r.provisional(), w.provisional);
        assertEq(r.vacated(), w.vacated);
    }

    function testWordsComeBack(uint256 word) public pure {
        assertEq(Words.unpack(word).pack(), word);
    }

    function testFromRegister(Word memory w) public pure {
        keepInRange(w);
        uint256 word = w.pack();
        (w.provisional, w.vacated, w.reserved) = (false, false, false);
        if (w.identity == address(0)) w.verified = false;
        assertEq(WalletRecord.unwrap(fromRegister(word)), w.pack());
    }

    function testAmended(Word memory w, address identity, uint16 country, uint64 until) public pure {
        keepInRange(w);
        vm.assume(country <= MAX_COUNTRY && until <= MAX_EXPIRY);
        WalletRecord after_ = WalletRecord.wrap(w.pack()).amended(identity, country, until);
        (w.identity, w.country, w.provisional) = (identity, country, true);
        if (until != 0 && (w.expiry == 0 || until < w.expiry)) w.expiry = until;
        assertEq(WalletRecord.unwrap(after_), w.pack());
    }

    function testRegistered(Word memory w, address identity, uint16 country, uint64 until) public pure {
        keepInRange(w);
        vm.assume(country <= MAX_COUNTRY && until <= MAX_EXPIRY);
        WalletRecord after_ = WalletRecord.wrap(w.pack()).registered(identity, country, until);
        Word memory expected;
        (expected.identity, expected.country, expected.provisional) = (identity, country, true);
        (expected.version, expected.authority, expected.verified) = (w.version, w.authority, true);
        expected.expiry = until != 0 && (w.expiry == 0 || until < w.expiry) ? until : w.expiry;
        assertEq(WalletRecord.unwrap(after_), expected.pack());
    }

    function testRemoved(Word memory w, bool mayReturn) public pure {
        keepInRange(w);
        WalletRecord after_ = WalletRecord.wrap(w.pack()).removed(mayReturn);
        Word memory expected;
        (expected.version, expected.restricted, expected.frozen) = (w.version, w.restricted, w.frozen);
        if (mayReturn) (expected.authority, expected.expiry, expected.vacated) = (w.authority, w.expiry, true);
        assertEq(WalletRecord.unwrap(after_), expected.pack());
    }

    /// @dev The rule of versions as the interface words it.
    function testSupersedes(uint256 stored, uint256 given) public pure {
        uint256 version = Words.unpack(stored).version;
        uint256 later = Words.unpack(given).version;
        bool expected = later > version && later <= version + 4096;
        assertEq(WalletRecord.wrap(given).supersedes(WalletRecord.wrap(stored)), expected);
    }

    function keepInRange(Word memory w) private pure {
        (w.country, w.expiry) = (w.country & uint16(MAX_COUNTRY), w.expiry & uint64(MAX_EXPIRY));
        (w.level, w.rating) = (w.level & 3, w.rating & 7);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {MAX_COUNTRY, MAX_EXPIRY, WalletRecord, fromRegister} from "../../src/WalletRecord.sol";
import {Word, Words} from "../helpers/Word.sol";

/// @dev Of the library's functions alone. {Words} packs by the same table with arithmetic of its own, and the masks
/// here are written out again: every field reads back, and a write changes what it is about and nothing else.
contract PackingProof is Test {
    using Words for Word;

    uint256 private constant IDENTITY = 2 ** 160 - 1;
    uint256 private constant COUNTRY = (2 ** 10 - 1) * 2 ** 160;
    uint256 private constant EXPIRY = (2 ** 34 - 1) * 2 ** 170;
    uint256 private constant VERSION = (2 ** 16 - 1) * 2 ** 220;
    uint256 private constant AUTHORITY = (2 ** 8 - 1) * 2 ** 236;
    uint256 private constant VERIFIED = 2 ** 244;
    uint256 private constant HOLDS = 3 * 2 ** 245;
    uint256 private constant PROVISIONAL = 2 ** 253;
    uint256 private constant VACATED = 2 ** 254;

    function testRoundTrip(uint256 word) public pure {
        assertEq(Words.unpack(word).pack(), word);
    }

    function testFields(uint256 word) public pure {
        WalletRecord r = WalletRecord.wrap(word);
        Word memory w = Words.unpack(word);
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

    function testFromRegister(uint256 word) public pure {
        uint256 expected = word & (2 ** 253 - 1);
        if (word & IDENTITY == 0) expected &= ~VERIFIED;
        assertEq(WalletRecord.unwrap(fromRegister(word)), expected);
    }

    function testAmended(uint256 word, address identity, uint16 country, uint40 until) public pure {
        vm.assume(country <= MAX_COUNTRY && until <= MAX_EXPIRY);
        WalletRecord later = WalletRecord.wrap(word).amended(identity, country, until);
        assertWritten(later, identity, country, WalletRecord.wrap(word), until);
        assertKept(later, word, ~(IDENTITY | COUNTRY | EXPIRY | PROVISIONAL));
    }

    function testRegistered(uint256 word, address identity, uint16 country, uint40 until) public pure {
        vm.assume(country <= MAX_COUNTRY && until <= MAX_EXPIRY);
        WalletRecord later = WalletRecord.wrap(word).registered(identity, country, until);
        assertWritten(later, identity, country, WalletRecord.wrap(word), until);
        assertKept(later, word, VERSION | AUTHORITY);
        assertKept(later, VERIFIED, ~(IDENTITY | COUNTRY | EXPIRY | PROVISIONAL | VERSION | AUTHORITY));
    }

    function testRemoved(uint256 word, bool mayReturn) public pure {
        WalletRecord later = WalletRecord.wrap(word).removed(mayReturn);
        uint256 kept = VERSION | HOLDS | (mayReturn ? AUTHORITY | EXPIRY : 0);
        assertKept(later, word, kept);
        assertKept(later, mayReturn ? VACATED : 0, ~kept);
    }

    /// @dev The rule of versions as the interface words it.
    function testSupersedes(uint256 stored, uint256 given) public pure {
        uint256 version = Words.unpack(stored).version;
        uint256 later = Words.unpack(given).version;
        bool expected = later > version && later <= version + 4096;
        assertEq(WalletRecord.wrap(given).supersedes(WalletRecord.wrap(stored)), expected);
    }

    /// @dev What an agent's write says, with the earlier of the two expiries, of which 0 is the latest.
    function assertWritten(WalletRecord later, address identity, uint16 country, WalletRecord stored, uint256 until)
        private
        pure
    {
        assertEq(later.identity(), identity);
        assertEq(later.country(), country);
        assertTrue(later.provisional());
        uint256 before = stored.expiry();
        bool sooner = until != 0 && (before == 0 || until < before);
        assertEq(later.expiry(), sooner ? until : before);
    }

    function assertKept(WalletRecord later, uint256 word, uint256 mask) private pure {
        assertEq(WalletRecord.unwrap(later) & mask, word & mask);
    }
}

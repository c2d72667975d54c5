// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {InvestorRecord, investorRecord} from "../../src/kycregistrar/InvestorRecord.sol";

/// @dev Of the library's functions alone: every field reads back, and a write changes what it is about and nothing else.
contract InvestorRecordProof is Test {
    uint256 private constant AUTHORITY = 2 ** 8 - 1;
    uint256 private constant RESTRICTED = 2 ** 8;
    uint256 private constant COUNTRY = (2 ** 16 - 1) * 2 ** 16;

    function testRoundTrip(uint16 country, bytes3 region, uint8 rating, uint40 expires, uint8 authority) public pure {
        InvestorRecord r = investorRecord(country, region, rating, expires, authority);
        assertEq(r.country(), country);
        assertEq(bytes32(r.region()), bytes32(region));
        assertEq(r.rating(), rating);
        assertEq(r.expires(), expires);
        assertEq(r.authority(), authority);
        assertEq(r.exists(), country != 0);
        assertEq(r.ofOwner(), authority == 0);
        assertFalse(r.restricted());
    }

    function testUpdated(uint256 word, bytes3 region, uint8 rating, uint40 expires, uint8 authority) public pure {
        InvestorRecord before = InvestorRecord.wrap(word);
        InvestorRecord r = before.updated(region, rating, expires, authority);
        assertEq(r.country(), before.country());
        assertEq(r.restricted(), before.restricted());
        assertEq(bytes32(r.region()), bytes32(region));
        assertEq(r.rating(), rating);
        assertEq(r.expires(), expires);
        assertEq(r.authority(), authority);
    }

    function testWithAuthority(uint256 word, uint8 authority) public pure {
        uint256 later = InvestorRecord.unwrap(InvestorRecord.wrap(word).withAuthority(authority));
        assertEq(later & AUTHORITY, authority);
        assertEq(later & ~AUTHORITY, word & ~AUTHORITY);
    }

    function testWithRestriction(uint256 word, bool restricted) public pure {
        uint256 later = InvestorRecord.unwrap(InvestorRecord.wrap(word).withRestriction(restricted));
        assertEq(later & RESTRICTED != 0, restricted);
        assertEq(later & ~RESTRICTED, word & ~RESTRICTED);
    }

    /// @dev I4, written out a second time.
    function testVerdict(uint256 word, uint64 time, uint256 standing) public pure {
        InvestorRecord r = InvestorRecord.wrap(word);
        bool expected = time < r.expires() && !r.restricted() && (standing >> r.authority()) % 2 == 1;
        assertEq(r.permittedAt(time, standing), expected);
    }

    function testRestrictedAuthorityDenies(uint256 word, uint64 time, uint256 standing) public pure {
        InvestorRecord r = InvestorRecord.wrap(word);
        assertFalse(r.permittedAt(time, standing & ~(uint256(1) << r.authority())));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {InvestorRecord, investorRecord} from "../../src/kycregistrar/InvestorRecord.sol";

/// @dev The library against the table in its file, read a second time with arithmetic of its own.
contract InvestorRecordTest is Test {
    struct Fields {
        uint8 authority;
        bool restricted;
        uint16 country;
        uint8 rating;
        bytes3 region;
        uint40 expires;
    }

    function pack(Fields memory f) private pure returns (uint256 word) {
        word = f.authority;
        if (f.restricted) word += 2 ** 8;
        word += uint256(f.country) * 2 ** 16;
        word += uint256(f.rating) * 2 ** 32;
        word += uint256(uint24(f.region)) * 2 ** 40;
        word += uint256(f.expires) * 2 ** 216;
    }

    function assertFields(InvestorRecord record, Fields memory f) private pure {
        assertEq(InvestorRecord.unwrap(record), pack(f));
        assertEq(record.authority(), f.authority);
        assertEq(record.restricted(), f.restricted);
        assertEq(record.country(), f.country);
        assertEq(record.rating(), f.rating);
        assertEq(record.region(), f.region);
        assertEq(record.expires(), f.expires);
        assertEq(record.exists(), f.country != 0);
        assertEq(record.ofOwner(), f.authority == 0);
    }

    function testFields(Fields memory f) public pure {
        assertFields(InvestorRecord.wrap(pack(f)), f);
    }

    /// @dev Each field alone at its largest, and all but that one: a field that is one bit too wide or too narrow shows
    /// here.
    function testEdges() public pure {
        for (uint256 at = 0; at < 6; ++at) {
            Fields memory alone;
            Fields memory others = Fields(255, true, type(uint16).max, 255, 0xffffff, type(uint40).max);
            if (at == 0) (alone.authority, others.authority) = (255, 0);
            if (at == 1) (alone.restricted, others.restricted) = (true, false);
            if (at == 2) (alone.country, others.country) = (type(uint16).max, 0);
            if (at == 3) (alone.rating, others.rating) = (255, 0);
            if (at == 4) (alone.region, others.region) = (0xffffff, 0);
            if (at == 5) (alone.expires, others.expires) = (type(uint40).max, 0);
            assertFields(InvestorRecord.wrap(pack(alone)), alone);
            assertFields(InvestorRecord.wrap(pack(others)), others);
        }
    }

    function testNew(Fields memory f) public pure {
        f.restricted = false;
        assertFields(investorRecord(f.country, f.region, f.rating, f.expires, f.authority), f);
    }

    /// @dev Whatever was there before, neither the country nor a restriction changes.
    function testUpdated(Fields memory f, Fields memory to) public pure {
        (to.country, to.restricted) = (f.country, f.restricted);
        assertFields(InvestorRecord.wrap(pack(f)).updated(to.region, to.rating, to.expires, to.authority), to);
    }

    function testWithAuthority(Fields memory f, uint8 authority) public pure {
        InvestorRecord record = InvestorRecord.wrap(pack(f)).withAuthority(authority);
        f.authority = authority;
        assertFields(record, f);
    }

    function testWithRestriction(Fields memory f, bool restricted) public pure {
        InvestorRecord record = InvestorRecord.wrap(pack(f)).withRestriction(restricted);
        f.restricted = restricted;
        assertFields(record, f);
    }

    /// @dev I4.
    function testPermitted(Fields memory f, uint256 time, uint256 standing) public pure {
        time = bound(time, 0, uint256(f.expires) * 2 + 2);
        bool expected = time < f.expires && !f.restricted && standing / 2 ** f.authority % 2 == 1;
        InvestorRecord record = InvestorRecord.wrap(pack(f));
        assertEq(record.permittedAt(time, standing), expected);
        assertFalse(record.permittedAt(time, 0));
        assertEq(record.permittedAt(time, type(uint256).max), time < f.expires && !f.restricted);
        assertFalse(InvestorRecord.wrap(0).permittedAt(0, type(uint256).max));
    }
}

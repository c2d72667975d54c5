// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {CertificateRecord, fromRegister, issued} from "../../src/certificates/CertificateRecord.sol";
import {Certificate, Certificates} from "../certificates/Certificate.sol";

/// @dev Of the library's functions alone, which are all that decides about a word. {Certificates} packs by the same
/// table with arithmetic of its own.
contract CertificateRecordProof is Test {
    using Certificates for Certificate;

    uint256 private constant VERSION = (2 ** 16 - 1) * 2 ** 34;
    uint256 private constant MARKS = 3 * 2 ** 82;
    uint256 private constant MAX_LEAP = 4096;

    function testRoundTrip(uint256 word) public pure {
        assertEq(Certificates.unpack(word).pack(), word);
    }

    function testFields(uint256 word) public pure {
        CertificateRecord r = CertificateRecord.wrap(word);
        Certificate memory c = Certificates.unpack(word);
        assertEq(r.expiry(), c.expiry);
        assertEq(r.version(), c.version);
        assertEq(r.requirementVersion(), c.requirementVersion);
        assertEq(r.certified(), c.certified);
        assertEq(r.revoked(), c.revoked);
        assertEq(r.byProof(), c.byProof);
    }

    function testVerdict(uint256 word, uint64 time) public pure {
        Certificate memory c = Certificates.unpack(word);
        bool expected = c.certified && (c.expiry == 0 || time < c.expiry);
        assertEq(CertificateRecord.wrap(word).countsAt(time), expected);
    }

    /// @dev Either certified or revoked, and certified only if the register said so and nothing else.
    function testFromRegister(uint256 word) public pure {
        uint256 later = CertificateRecord.unwrap(fromRegister(word));
        assertEq(later & ~MARKS, word & (2 ** 85 - 1) & ~MARKS);
        assertEq(later & MARKS, word & MARKS == 2 ** 82 ? 2 ** 82 : 2 ** 83);
    }

    function testIssued(uint16 version, uint64 expiry, uint32 requirementVersion, bool byProof) public pure {
        vm.assume(expiry < 2 ** 34);
        Certificate memory c;
        (c.version, c.expiry, c.requirementVersion) = (version, expiry, requirementVersion);
        (c.certified, c.byProof) = (true, byProof);
        assertEq(CertificateRecord.unwrap(issued(version, expiry, requirementVersion, byProof)), c.pack());
    }

    /// @dev The rule of versions as the interface words it.
    function testSupersedes(uint256 stored, uint256 given) public pure {
        uint256 version = versionOf(stored);
        uint256 later = versionOf(given);
        bool expected = later > version && later <= version + MAX_LEAP;
        assertEq(CertificateRecord.wrap(given).supersedes(CertificateRecord.wrap(stored)), expected);
    }

    /// @dev It lands at any time, leaves a trace, and moves the version up alone.
    function testDenied(uint256 word, uint16 version, uint64 time) public pure {
        CertificateRecord r = CertificateRecord.wrap(word).denied(version);
        uint256 later = CertificateRecord.unwrap(r);
        assertFalse(r.countsAt(time));
        assertTrue(r.revoked());
        assertEq(later & ~(VERSION | MARKS), word & ~(VERSION | MARKS));
        assertGe(versionOf(later), versionOf(word));
        assertLe(versionOf(later), versionOf(word) + MAX_LEAP);
        assertGe(versionOf(later), 1);
    }

    /// @dev So what was decided before a denial is stale after it, unless the chain had fallen behind by more versions
    /// than one step may take.
    function testNothingOlderOvertakesADenial(uint256 word, uint16 version, uint256 given) public pure {
        vm.assume(version <= versionOf(word) + MAX_LEAP);
        vm.assume(versionOf(given) <= version);
        assertFalse(CertificateRecord.wrap(given).supersedes(CertificateRecord.wrap(word).denied(version)));
    }

    /// @dev The admin's write makes stale what the register decided for the version that it takes.
    function testNextVersion(uint256 word) public pure {
        uint256 next = CertificateRecord.wrap(word).nextVersion();
        assertEq(next, versionOf(word) == 65_535 ? 65_535 : versionOf(word) + 1);
    }

    function versionOf(uint256 word) private pure returns (uint256) {
        return uint16(word >> 34);
    }
}

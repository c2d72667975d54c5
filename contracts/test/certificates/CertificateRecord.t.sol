// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {CertificateRecord} from "../../src/certificates/CertificateRecord.sol";
import {MAX_EXPIRY} from "../../src/WalletRecord.sol";
import {Certificate, Certificates} from "./Certificate.sol";

/// @dev The library against {Certificates}, which packs by the same table with arithmetic of its own. What it derives
/// is proven in `test/proof`.
contract CertificateRecordTest is Test {
    using Certificates for Certificate;

    /// @dev Each bit alone, and each missing: a field that is one bit too wide or too narrow shows here.
    function testEachBit() public pure {
        for (uint256 bit = 0; bit < 256; ++bit) {
            assertFields(1 << bit);
            assertFields(~(uint256(1) << bit));
        }
    }

    function testWidths() public pure {
        Certificate memory c = Certificates.unpack(type(uint256).max);
        assertEq(c.expiry, MAX_EXPIRY);
        assertEq(c.version, type(uint16).max);
        assertEq(c.requirementVersion, type(uint32).max);
    }

    function testNextVersion() public pure {
        Certificate memory c;
        assertEq(CertificateRecord.wrap(c.pack()).nextVersion(), 1);
        c.version = 65_534;
        assertEq(CertificateRecord.wrap(c.pack()).nextVersion(), 65_535);
        c.version = 65_535;
        assertEq(CertificateRecord.wrap(c.pack()).nextVersion(), 65_535);
    }

    function assertFields(uint256 word) private pure {
        CertificateRecord record = CertificateRecord.wrap(word);
        Certificate memory c = Certificates.unpack(word);
        assertEq(record.expiry(), c.expiry);
        assertEq(record.version(), c.version);
        assertEq(record.requirementVersion(), c.requirementVersion);
        assertEq(record.certified(), c.certified);
        assertEq(record.revoked(), c.revoked);
        assertEq(record.byProof(), c.byProof);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRecords} from "../../src/interfaces/ICertificateRecords.sol";
import {IMirrorRole} from "../../src/interfaces/IMirrorRole.sol";
import {Certificate, Certificates} from "./Certificate.sol";
import {CertificateTest} from "./CertificateTest.sol";

contract DenyTest is CertificateTest {
    using Certificates for Certificate;

    /// @dev The rule as the interface words it, applied to any record and version.
    function testRule(uint256 word, uint16 version) public {
        Certificate memory c = Certificates.unpack(word);
        c.version = uint16(bound(c.version, 1, 4096));
        (c.requirementVersion, c.revoked, c.reserved) = (1, !c.certified, 0);
        upsert(holder, c);
        uint256 before = c.version;
        deny(holder, version);

        uint256 reached = version > before + 4096 ? before + 4096 : version;
        c.version = uint16(reached > before ? reached : before);
        (c.certified, c.revoked) = (false, true);
        assertStored(holder, c);
        assertFalse(verified(holder));
    }

    function testAHolder() public {
        upsert(holder, approval(1));
        Certificate memory c = approval(2);
        (c.certified, c.revoked) = (false, true);
        vm.expectEmit(address(registry));
        emit RegisterHead(HEAD);
        expectEnded(holder, c);
        deny(holder, 2);
    }

    function testStaleDenialLands() public {
        upsert(holder, approval(9));
        deny(holder, 0);
        assertFalse(verified(holder));
        assertEq(stored(holder).version, 9);
    }

    function testWhoNeverHeldOneIsBarred() public {
        deny(holder, 0);
        assertEq(stored(holder).version, 1);
        assertTrue(stored(holder).revoked);
    }

    function testRepeatedDenialIsSilent() public {
        deny(holder, 2);
        vm.recordLogs();
        deny(holder, 2);
        assertEq(vm.getRecordedLogs().length, 1, "only RegisterHead");
    }

    function testFarAhead() public {
        deny(holder, 65_535);
        assertEq(stored(holder).version, 4096);
        for (uint256 i = 0; i < 16; ++i) {
            deny(holder, 65_535);
        }
        assertEq(stored(holder).version, 65_535);
        upsert(holder, approval(65_535));
        assertFalse(verified(holder));
    }

    function testBatch() public {
        upsert(holder, approval(1));
        vm.prank(mirror);
        registry.deny(HEAD, bytes.concat(denial(holder, ID, 2), denial(stranger, UNKNOWN, 0x0102)));
        assertFalse(verified(holder));
        assertEq(Certificates.unpack(registry.recordOf(stranger, UNKNOWN)).version, 0x0102);
    }

    function testZeroHolder() public {
        vm.expectRevert(abi.encodeWithSelector(ICertificateRecords.ZeroHolderAt.selector, 1));
        vm.prank(mirror);
        registry.deny(HEAD, bytes.concat(denial(holder, ID, 1), denial(address(0), ID, 1)));
    }

    function testLength() public {
        uint256[4] memory lengths = [uint256(0), 33, 35, 501 * 34];
        for (uint256 i = 0; i < lengths.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICertificateRecords.InvalidBatchLength.selector, lengths[i]));
            vm.prank(mirror);
            registry.deny(HEAD, new bytes(lengths[i]));
        }
    }

    function testOnlyMirrors() public {
        address[3] memory others = [owner, holder, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, others[i]));
            vm.prank(others[i]);
            registry.deny(HEAD, denial(holder, ID, 1));
        }
    }
}

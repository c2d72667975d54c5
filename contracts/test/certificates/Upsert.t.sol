// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRecords} from "../../src/interfaces/ICertificateRecords.sol";
import {IMirrorRole} from "../../src/interfaces/IMirrorRole.sol";
import {Certificate, Certificates} from "./Certificate.sol";
import {CertificateTest} from "./CertificateTest.sol";

contract UpsertTest is CertificateTest {
    using Certificates for Certificate;

    function testNewRecord() public {
        vm.expectEmit(address(registry));
        emit RegisterHead(HEAD);
        expectIssued(holder, approval(1));
        upsert(holder, approval(1));
        assertStored(holder, approval(1));
        assertTrue(verified(holder));
    }

    function testNewerReplacesTheWholeWord(uint256 before, uint256 later, uint16 step) public {
        setRequirements(ID, requirements("<", 1));
        Certificate memory first = sound(before);
        Certificate memory second = sound(later);
        first.version = uint16(bound(first.version, 1, 4096));
        second.version = first.version + uint16(bound(step, 1, 4096));
        upsert(holder, first);
        assertStored(holder, first);
        upsert(holder, second);
        assertStored(holder, second);
        assertEq(verified(holder), second.certified && (second.expiry == 0 || second.expiry > NOW));
    }

    function testStaleApprovalIsSkipped() public {
        upsert(holder, approval(7));
        for (uint16 version = 0; version <= 7; ++version) {
            Certificate memory c = approval(version);
            c.expiry = 1;
            assertSkipped(c);
        }
    }

    function testStaleApprovalAfterARevocation() public {
        upsert(holder, approval(5));
        deny(holder, 0);
        for (uint16 version = 0; version <= 5; ++version) {
            assertSkipped(approval(version));
        }
        assertFalse(verified(holder));
        upsert(holder, approval(6));
        assertTrue(verified(holder));
    }

    function testLeap() public {
        assertSkipped(approval(4097));
        upsert(holder, approval(4096));
        assertEq(stored(holder).version, 4096);
        assertSkipped(approval(8193));
        upsert(holder, approval(8192));
        assertEq(stored(holder).version, 8192);
    }

    function testStaleDenialLands() public {
        Certificate memory held = approval(7);
        held.expiry = uint64(NOW + 1 days);
        upsert(holder, held);
        Certificate memory stale;
        (stale.version, stale.revoked) = (3, true);
        (held.certified, held.revoked) = (false, true);
        expectEnded(holder, held);
        upsert(holder, stale);
        assertStored(holder, held);
    }

    function testDenialFarAheadLands() public {
        upsert(holder, approval(7));
        Certificate memory ahead;
        (ahead.version, ahead.revoked) = (60_000, true);
        upsert(holder, ahead);
        assertEq(stored(holder).version, 7 + 4096);
        assertFalse(verified(holder));
    }

    /// @dev Neither mark, or both: what is not plainly certified is revoked.
    function testWhatIsNotPlainlyCertifiedDenies() public {
        for (uint16 i = 0; i < 2; ++i) {
            upsert(holder, approval(2 * i + 1));
            Certificate memory c = approval(2 * i + 2);
            (c.certified, c.revoked) = (i == 1, i == 1);
            upsert(holder, c);
            (c.certified, c.revoked) = (false, true);
            assertStored(holder, c);
            assertFalse(verified(holder));
        }
    }

    function testReservedBitsAreMasked() public {
        Certificate memory c = approval(1);
        c.reserved = 2 ** 171 - 1;
        upsert(holder, c);
        assertStored(holder, approval(1));
    }

    /// @dev Nobody is certified by what nobody can read; but an entry of its own, and a denial, still land.
    function testUnderRequirementsThatAreNotThere() public {
        Certificate memory c = approval(1);
        c.requirementVersion = 2;
        assertSkipped(c);
        c.requirementVersion = 0;
        assertSkipped(c);

        address other = makeAddr("other");
        vm.startPrank(mirror);
        registry.upsert(
            HEAD, bytes.concat(entry(holder, UNKNOWN, approval(1).pack()), entry(other, ID, approval(1).pack()))
        );
        assertEq(registry.recordOf(holder, UNKNOWN), 0);
        assertTrue(verified(other));

        (c.certified, c.revoked) = (false, true);
        registry.upsert(HEAD, entry(holder, UNKNOWN, c.pack()));
        vm.stopPrank();
        assertEq(registry.recordOf(holder, UNKNOWN), c.pack());
    }

    function testUnderOldRequirements() public {
        setRequirements(ID, requirements("<", 1));
        upsert(holder, approval(1));
        assertEq(stored(holder).requirementVersion, 1);
        assertTrue(verified(holder));
    }

    /// @dev The register may keep the mark of what it confirms, and what it knows has expired.
    function testOfAnotherTime() public {
        Certificate memory c = approval(1);
        (c.byProof, c.expiry) = (true, uint64(NOW - 1));
        upsert(holder, c);
        assertStored(holder, c);
        assertFalse(verified(holder));
        assertEq(registry.ownerOf(token(holder)), holder);
    }

    function testBatch(uint256 seed) public {
        uint256 count = bound(seed, 2, 40);
        bytes memory packed;
        for (uint256 i = 1; i <= count; ++i) {
            packed = bytes.concat(packed, entry(vm.addr(i), ID, approval(uint16(i)).pack()));
        }
        vm.recordLogs();
        vm.prank(mirror);
        registry.upsert(HEAD, packed);
        assertEq(vm.getRecordedLogs().length, 1 + 4 * count);
        uint256[] memory tokens = new uint256[](count);
        for (uint256 i = 1; i <= count; ++i) {
            assertStored(vm.addr(i), approval(uint16(i)));
            tokens[i - 1] = token(vm.addr(i));
        }
        uint256[] memory words = registry.recordsOf(tokens);
        for (uint256 i = 1; i <= count; ++i) {
            assertEq(words[i - 1], approval(uint16(i)).pack());
        }
    }

    function testTheSameTwice() public {
        vm.prank(mirror);
        registry.upsert(
            HEAD, bytes.concat(entry(holder, ID, approval(2).pack()), entry(holder, ID, approval(1).pack()))
        );
        assertStored(holder, approval(2));
    }

    function testZeroHolder() public {
        bytes memory packed =
            bytes.concat(entry(holder, ID, approval(1).pack()), entry(address(0), ID, approval(1).pack()));
        vm.expectRevert(abi.encodeWithSelector(ICertificateRecords.ZeroHolderAt.selector, 1));
        vm.prank(mirror);
        registry.upsert(HEAD, packed);
    }

    function testLength() public {
        uint256[4] memory lengths = [uint256(0), 63, 65, 501 * 64];
        for (uint256 i = 0; i < lengths.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICertificateRecords.InvalidBatchLength.selector, lengths[i]));
            vm.prank(mirror);
            registry.upsert(HEAD, new bytes(lengths[i]));
        }
    }

    function testOnlyMirrors() public {
        address[3] memory others = [owner, holder, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, others[i]));
            vm.prank(others[i]);
            registry.upsert(HEAD, entry(holder, ID, approval(1).pack()));
        }
        vm.prank(owner);
        registry.removeMirror(mirror);
        vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, mirror));
        upsert(holder, approval(1));
    }

    /// @dev A word as the register would write it.
    function sound(uint256 word) private pure returns (Certificate memory c) {
        c = Certificates.unpack(word);
        c.revoked = !c.certified;
        c.requirementVersion = 1 + c.requirementVersion % 2;
        c.reserved = 0;
    }

    function assertSkipped(Certificate memory c) private {
        uint256 before = registry.recordOf(holder, ID);
        vm.recordLogs();
        upsert(holder, c);
        assertEq(vm.getRecordedLogs().length, 1, "only RegisterHead");
        assertEq(registry.recordOf(holder, ID), before);
    }
}

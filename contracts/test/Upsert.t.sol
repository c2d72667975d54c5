// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../src/interfaces/IERC3643IdentityRegistry.sol";
import {IMirrorRole} from "../src/interfaces/IMirrorRole.sol";
import {IWalletRecords} from "../src/interfaces/IWalletRecords.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";
import {Word, Words} from "./helpers/Word.sol";

contract UpsertTest is RegistryTest {
    using Words for Word;

    function testNewRecord() public {
        Word memory w = approval(1);
        vm.expectEmit(address(registry));
        emit RegisterHead(HEAD);
        expectRecorded(wallet, w);
        vm.expectEmit(address(registry));
        emit IdentityRegistered(wallet, IIdentity(id));
        upsert(wallet, w);

        assertStored(wallet, w);
        assertTrue(registry.isVerified(wallet));
        assertTrue(registry.contains(wallet));
    }

    function testNewerReplacesTheWholeWord(uint256 before, uint256 later, uint16 step) public {
        Word memory first = Words.unpack(before);
        Word memory second = Words.unpack(later);
        first.version = uint16(bound(first.version, 1, 4096));
        second.version = first.version + uint16(bound(step, 1, 4096));
        upsert(wallet, first);
        upsert(wallet, second);
        assertStored(wallet, asWritten(second));
    }

    function testStaleApprovalIsSkipped() public {
        upsert(wallet, approval(7));
        for (uint16 version = 0; version <= 7; ++version) {
            Word memory w = approval(version);
            w.country = 1;
            assertSkipped(w);
        }
        assertStored(wallet, approval(7));
    }

    function testLeap() public {
        assertSkipped(approval(4097));
        upsert(wallet, approval(4096));
        assertEq(stored(wallet).version, 4096);
        assertSkipped(approval(8193));
        upsert(wallet, approval(8192));
        assertEq(stored(wallet).version, 8192);
    }

    function testLastVersion() public {
        for (uint256 version = 4095; version <= 65_535; version += 4096) {
            upsert(wallet, approval(uint16(version)));
        }
        assertEq(stored(wallet).version, 65_535);
        assertSkipped(approval(65_535));
        assertSkipped(approval(0));
        deny(wallet, 65_535, REVOKED);
        assertFalse(registry.isVerified(wallet));
        assertEq(stored(wallet).version, 65_535);
    }

    function testStaleDenialLands() public {
        upsert(wallet, approval(7));
        Word memory stale = approval(3);
        stale.verified = false;
        stale.country = 1;

        Word memory expected = approval(7);
        expected.verified = false;
        expectRecorded(wallet, expected);
        upsert(wallet, stale);
        assertStored(wallet, expected);
    }

    function testStaleHoldsLand() public {
        upsert(wallet, approval(7));
        Word memory stale = approval(7);
        stale.frozen = true;
        upsert(wallet, stale);
        stale.frozen = false;
        stale.restricted = true;
        upsert(wallet, stale);

        Word memory expected = approval(7);
        expected.frozen = true;
        expected.restricted = true;
        assertStored(wallet, expected);
        assertFalse(registry.isVerified(wallet));
    }

    function testDenialFarAheadLands() public {
        upsert(wallet, approval(7));
        Word memory ahead = approval(60_000);
        ahead.verified = false;
        upsert(wallet, ahead);
        assertEq(stored(wallet).version, 7 + 4096);
        assertFalse(registry.isVerified(wallet));
        assertEq(stored(wallet).country, 276);
    }

    function testNewerApprovalLiftsDenial() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, REVOKED | RESTRICTED | FROZEN);
        assertFalse(registry.isVerified(wallet));
        upsert(wallet, approval(3));
        assertTrue(registry.isVerified(wallet));
    }

    function testConfirmsWhatAnAgentWrote() public {
        register(wallet);
        upsert(wallet, approval(1));
        assertStored(wallet, approval(1));
    }

    function testNobodyIsVerifiedWithoutIdentity() public {
        Word memory w = approval(1);
        w.identity = address(0);
        upsert(wallet, w);
        assertFalse(stored(wallet).verified);
        assertFalse(registry.isVerified(wallet));
    }

    function testAgentsMarksAreMasked() public {
        Word memory w = approval(1);
        w.provisional = true;
        w.vacated = true;
        w.reserved = true;
        upsert(wallet, w);
        assertStored(wallet, approval(1));
    }

    function testEventsOfErc3643() public {
        upsert(wallet, approval(1));

        Word memory w = approval(2);
        w.identity = stranger;
        vm.expectEmit(address(registry));
        emit IdentityUpdated(IIdentity(id), IIdentity(stranger));
        upsert(wallet, w);

        w.version = 3;
        w.country = 840;
        vm.expectEmit(address(registry));
        emit CountryUpdated(wallet, 840);
        upsert(wallet, w);

        w = Words.unpack(0);
        w.version = 4;
        vm.expectEmit(address(registry));
        emit IdentityRemoved(wallet, IIdentity(stranger));
        upsert(wallet, w);
        assertFalse(registry.contains(wallet));
    }

    function testBatch(uint256 seed) public {
        uint256 count = bound(seed, 2, 40);
        bytes memory packed;
        for (uint256 i = 1; i <= count; ++i) {
            packed = bytes.concat(packed, entry(vm.addr(i), approval(uint16(i)).pack()));
        }
        vm.recordLogs();
        vm.prank(mirror);
        registry.upsert(HEAD, packed);

        assertEq(vm.getRecordedLogs().length, 1 + 2 * count);
        for (uint256 i = 1; i <= count; ++i) {
            assertStored(vm.addr(i), approval(uint16(i)));
        }
    }

    function testSameWalletTwice() public {
        vm.prank(mirror);
        registry.upsert(HEAD, bytes.concat(entry(wallet, approval(2).pack()), entry(wallet, approval(1).pack())));
        assertStored(wallet, approval(2));
    }

    function testZeroWallet() public {
        bytes memory packed = bytes.concat(entry(wallet, approval(1).pack()), entry(address(0), approval(1).pack()));
        vm.expectRevert(abi.encodeWithSelector(IWalletRecords.ZeroWallet.selector, 1));
        vm.prank(mirror);
        registry.upsert(HEAD, packed);
    }

    function testLength() public {
        assertLengthRefused(0);
        assertLengthRefused(51);
        assertLengthRefused(53);
        assertLengthRefused(501 * 52);
    }

    function testOnlyMirrors() public {
        address[3] memory others = [owner, agent, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, others[i]));
            vm.prank(others[i]);
            registry.upsert(HEAD, entry(wallet, approval(1).pack()));
        }
    }

    /// @dev What the register may write of `w`.
    function asWritten(Word memory w) private pure returns (Word memory) {
        (w.provisional, w.vacated, w.reserved) = (false, false, false);
        if (w.identity == address(0)) w.verified = false;
        return w;
    }

    function assertSkipped(Word memory w) private {
        uint256 before = registry.recordOf(wallet);
        vm.recordLogs();
        upsert(wallet, w);
        assertEq(registry.recordOf(wallet), before);
        assertEq(vm.getRecordedLogs().length, 1, "only RegisterHead");
    }

    function assertLengthRefused(uint256 length) private {
        vm.expectRevert(abi.encodeWithSelector(IWalletRecords.InvalidBatchLength.selector, length));
        vm.prank(mirror);
        registry.upsert(HEAD, new bytes(length));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityRegistry} from "../src/interfaces/IIdentityRegistry.sol";
import {IMirrorRole} from "../src/interfaces/IMirrorRole.sol";
import {IWalletRecords} from "../src/interfaces/IWalletRecords.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";
import {Word, Words} from "./helpers/Word.sol";

contract DenyTest is RegistryTest {
    using Words for Word;

    /// @dev The rule as the interface words it, applied to any record, version and grounds.
    function testRule(uint256 word, uint16 version, uint8 grounds) public {
        Word memory w = Words.unpack(word);
        w.version = uint16(bound(w.version, 1, 4096));
        upsert(wallet, w);
        w = stored(wallet);
        uint256 before = w.version;
        deny(wallet, version, grounds);

        uint256 reached = version > before + 4096 ? before + 4096 : version;
        w.version = uint16(reached > before ? reached : before);
        if (grounds & REMOVED != 0) {
            Word memory tombstone;
            tombstone.version = w.version;
            tombstone.restricted = w.restricted;
            tombstone.frozen = w.frozen;
            w = tombstone;
        }
        if (grounds & RESTRICTED != 0) w.restricted = true;
        if (grounds & FROZEN != 0) w.frozen = true;
        if (grounds & REVOKED != 0 || grounds & 0x0f == 0) w.verified = false;

        assertStored(wallet, w);
        assertFalse(registry.isVerified(wallet));
    }

    function testRevocationKeepsTheRest() public {
        upsert(wallet, approval(1));
        Word memory expected = approval(2);
        expected.verified = false;
        vm.expectEmit(address(registry));
        emit RegisterHead(HEAD);
        expectRecorded(wallet, expected);
        deny(wallet, 2, REVOKED);

        assertTrue(registry.contains(wallet));
        assertEq(address(registry.identity(wallet)), id);
        assertEq(registry.investorCountry(wallet), 276);
    }

    function testStaleDenialLands() public {
        upsert(wallet, approval(9));
        deny(wallet, 0, REVOKED);
        assertFalse(registry.isVerified(wallet));
        assertEq(stored(wallet).version, 9);
    }

    function testStaleApprovalCannotUndoIt() public {
        upsert(wallet, approval(1));
        deny(wallet, 3, REVOKED);
        upsert(wallet, approval(2));
        upsert(wallet, approval(3));
        assertFalse(registry.isVerified(wallet));
    }

    function testUnknownWalletLeavesATrace() public {
        deny(wallet, 0, REVOKED);
        assertEq(stored(wallet).version, 1);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, wallet));
        register(wallet);
    }

    function testFarAhead() public {
        deny(wallet, 65_535, REVOKED);
        assertEq(stored(wallet).version, 4096);
        deny(wallet, 65_535, REVOKED);
        assertEq(stored(wallet).version, 8192);
    }

    function testRemoval() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, FROZEN);
        vm.expectEmit(address(registry));
        emit IdentityRemoved(wallet, IIdentity(id));
        deny(wallet, 3, REMOVED);

        Word memory tombstone;
        tombstone.version = 3;
        tombstone.frozen = true;
        assertStored(wallet, tombstone);
        assertFalse(registry.contains(wallet));
    }

    function testClearsAgentsMarks() public {
        register(wallet);
        assertTrue(stored(wallet).provisional);
        deny(wallet, 1, RESTRICTED);
        assertFalse(stored(wallet).provisional);

        address other = makeAddr("other");
        register(other);
        upsert(other, approval(1));
        remove(other);
        assertTrue(stored(other).vacated);
        deny(other, 2, REVOKED);
        assertFalse(stored(other).vacated);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, other));
        register(other);
    }

    function testRepeatedDenialIsSilent() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        vm.recordLogs();
        deny(wallet, 2, REVOKED);
        assertEq(vm.getRecordedLogs().length, 1, "only RegisterHead");
    }

    function testBatch() public {
        address other = makeAddr("other");
        upsert(wallet, approval(1));
        upsert(other, approval(1));
        vm.prank(mirror);
        registry.deny(HEAD, bytes.concat(denial(wallet, 2, RESTRICTED), denial(other, 0x0102, FROZEN)));
        assertTrue(stored(wallet).restricted);
        assertTrue(stored(other).frozen);
        assertEq(stored(other).version, 0x0102);
    }

    function testZeroWallet() public {
        vm.expectRevert(abi.encodeWithSelector(IWalletRecords.ZeroWallet.selector, 1));
        vm.prank(mirror);
        registry.deny(HEAD, bytes.concat(denial(wallet, 1, REVOKED), denial(address(0), 1, REVOKED)));
    }

    function testLength() public {
        uint256[4] memory lengths = [uint256(0), 22, 24, 501 * 23];
        for (uint256 i = 0; i < lengths.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWalletRecords.InvalidBatchLength.selector, lengths[i]));
            vm.prank(mirror);
            registry.deny(HEAD, new bytes(lengths[i]));
        }
    }

    function testOnlyMirrors() public {
        address[3] memory others = [owner, agent, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, others[i]));
            vm.prank(others[i]);
            registry.deny(HEAD, denial(wallet, 1, REVOKED));
        }
    }
}

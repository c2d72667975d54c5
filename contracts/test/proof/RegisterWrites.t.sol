// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegistryProof} from "./RegistryProof.sol";

/// @dev I2, of what the register's mirrors write.
contract RegisterWritesProof is RegistryProof {
    /// @dev Whom such a word finds not verified stays so, at any time and whichever authority is restricted.
    function testStaleApprovalNeverWins(
        address wallet,
        uint256 stored,
        uint256 given,
        uint64 time,
        uint8 authority,
        bool restricted
    ) public {
        vm.assume(versionOf(given) <= versionOf(stored) || versionOf(given) > versionOf(stored) + MAX_LEAP);
        bool before = permits(stored, time, authority, restricted);
        assertTrue(before || !permits(upserted(wallet, stored, given), time, authority, restricted));
    }

    function testDenyingRecordLands(address wallet, uint256 stored, uint256 given) public {
        vm.assume(!approves(given));
        assertFalse(approves(upserted(wallet, stored, given)));
    }

    /// @dev It leaves a trace too, so that no agent takes the wallet for one that nobody wrote to.
    function testDenialLands(address wallet, uint256 stored, uint16 version, uint8 grounds) public {
        uint256 later = denied(wallet, stored, version, grounds);
        assertFalse(approves(later));
        assertFalse(open(later));
    }

    /// @dev So what was decided before a denial is stale afterwards, unless the chain had fallen behind by more versions
    /// than one step may take.
    function testDenialTakesItsVersionAlong(address wallet, uint256 stored, uint16 version, uint8 grounds) public {
        vm.assume(version <= versionOf(stored) + MAX_LEAP);
        assertGe(versionOf(denied(wallet, stored, version, grounds)), version);
    }

    function testVersionsOnlyRise(address wallet, uint256 stored, uint256 given) public {
        assertRisen(stored, upserted(wallet, stored, given));
    }

    function testVersionsOnlyRiseByDenials(address wallet, uint256 stored, uint16 version, uint8 grounds) public {
        assertRisen(stored, denied(wallet, stored, version, grounds));
    }

    function testRecordsStaySound(address wallet, uint256 stored, uint256 given) public {
        vm.assume(sound(stored));
        assertTrue(sound(upserted(wallet, stored, given)));
    }

    function testDeniedRecordsStaySound(address wallet, uint256 stored, uint16 version, uint8 grounds) public {
        vm.assume(sound(stored));
        assertTrue(sound(denied(wallet, stored, version, grounds)));
    }

    function testOthersStayAsTheyAre(address wallet, address other, uint256 stored, uint256 word, uint256 given)
        public
    {
        vm.assume(wallet != other);
        registry.put(other, word);
        upserted(wallet, stored, given);
        assertEq(registry.recordOf(other), word);
    }

    function testDenialsLeaveOthersAsTheyAre(
        address wallet,
        address other,
        uint256 stored,
        uint256 word,
        uint16 version,
        uint8 grounds
    ) public {
        vm.assume(wallet != other);
        registry.put(other, word);
        denied(wallet, stored, version, grounds);
        assertEq(registry.recordOf(other), word);
    }

    function assertRisen(uint256 stored, uint256 later) private pure {
        assertGe(versionOf(later), versionOf(stored));
        assertLe(versionOf(later), versionOf(stored) + MAX_LEAP);
    }
}

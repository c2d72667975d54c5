// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {HALMOS} from "./Halmos.sol";
import {RegistryProof} from "./RegistryProof.sol";

/// @dev No agent lifts a denial, an expiry or a restriction, or moves a version.
contract AgentsWritesProof is RegistryProof {
    /// @dev Any call by anybody who is no mirror: agents, the owner, strangers.
    function check_NobodyButMirrorsLiftsADenial(
        address caller,
        address wallet,
        uint256 stored,
        uint40 term,
        uint64 written,
        uint64 asked,
        uint8 authority
    ) public {
        vm.assume(caller != mirror);
        begin(wallet, stored, term, written);

        bytes memory call = HALMOS.createCalldata("IdentityRegistry");
        vm.assume(bytes4(call) != registry.put.selector);
        vm.prank(caller);
        (bool done,) = address(registry).call(call);
        vm.assume(done);
        judge(stored, registry.recordOf(wallet), asked, authority);
    }

    function testRegistration(
        address wallet,
        uint256 stored,
        uint40 term,
        uint64 written,
        uint64 asked,
        uint8 authority,
        address identity,
        uint16 country
    ) public {
        begin(wallet, stored, term, written);
        vm.prank(agent);
        try registry.registerIdentity(wallet, IIdentity(identity), country) {
            assertTrue(open(stored));
            judge(stored, registry.recordOf(wallet), asked, authority);
        } catch {}
    }

    function testUpdateOfIdentity(
        address wallet,
        uint256 stored,
        uint40 term,
        uint64 written,
        uint64 asked,
        uint8 authority,
        address identity
    ) public {
        begin(wallet, stored, term, written);
        vm.prank(agent);
        try registry.updateIdentity(wallet, IIdentity(identity)) {
            judge(stored, registry.recordOf(wallet), asked, authority);
        } catch {}
    }

    function testUpdateOfCountry(
        address wallet,
        uint256 stored,
        uint40 term,
        uint64 written,
        uint64 asked,
        uint8 authority,
        uint16 country
    ) public {
        begin(wallet, stored, term, written);
        vm.prank(agent);
        try registry.updateCountry(wallet, country) {
            judge(stored, registry.recordOf(wallet), asked, authority);
        } catch {}
    }

    /// @dev What the register wrote comes back only if it was verified when it was removed, and then under its old expiry
    /// and authority. What agents alone wrote (version 0) may come back for another term.
    function testRemovalIsNoWayAround(
        address wallet,
        uint256 stored,
        uint64 removed,
        uint8 restricted,
        uint64 asked,
        uint8 authority
    ) public {
        restrict(restricted, true);
        begin(wallet, stored, 0, removed);
        vm.prank(agent);
        try registry.deleteIdentity(wallet) {
            uint256 later = registry.recordOf(wallet);
            judge(stored, later, asked, authority);
            assertFalse(approves(later));
            assertFalse(registry.contains(wallet));
            if (later != 0 && open(later)) {
                assertTrue(permits(stored, removed, restricted, true));
                assertEq((stored ^ later) & ((0x3ffffffff << 170) | (0xff << 236)), 0);
            }
        } catch {}
    }

    function begin(address wallet, uint256 stored, uint40 term, uint64 written) private {
        vm.assume(sound(stored));
        registry.put(wallet, stored);
        vm.prank(owner);
        registry.setAgentTerm(term);
        vm.warp(written);
    }

    /// @param authority One that is restricted when the wallet is asked about; a wallet that is open to agents may get
    /// verified, but not in spite of that or of its expiry.
    function judge(uint256 stored, uint256 later, uint64 asked, uint8 authority) private pure {
        assertEq(versionOf(later), versionOf(stored));
        assertEq((later >> 245) & 3, (stored >> 245) & 3);
        assertTrue(sound(later));
        uint256 atMost = open(stored) ? stored | (1 << 244) : stored;
        assertTrue(permits(atMost, asked, authority, true) || !permits(later, asked, authority, true));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../src/interfaces/IERC3643IdentityRegistry.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";
import {Word, Words} from "./helpers/Word.sol";

contract UpdateIdentityTest is RegistryTest {
    /// @dev Nothing moves but the identity, the mark and the expiry, whatever the record was.
    function testChangesNothingElse(uint256 word, address identity) public {
        vm.assume(identity != address(0));
        Word memory w = Words.unpack(word);
        vm.assume(w.identity != address(0));
        w.version = uint16(bound(w.version, 1, 4096));
        upsert(wallet, w);

        Word memory expected = stored(wallet);
        expected.identity = identity;
        expected.provisional = true;
        if (expected.expiry == 0 || expected.expiry > NOW + 1 days) expected.expiry = uint64(NOW + 1 days);
        update(identity);
        assertStored(wallet, expected);
    }

    function testEvent() public {
        upsert(wallet, approval(1));
        vm.expectEmit(address(registry));
        emit IdentityUpdated(IIdentity(id), IIdentity(stranger));
        update(stranger);
    }

    function testLiftsNoDenial() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, REVOKED | FROZEN);
        update(stranger);
        assertFalse(registry.isVerified(wallet));
        assertFalse(stored(wallet).verified);
        assertTrue(stored(wallet).frozen);
        assertEq(stored(wallet).version, 2);
    }

    function testDoesNotProlong() public {
        Word memory w = approval(1);
        w.expiry = uint64(NOW + 60);
        upsert(wallet, w);
        update(stranger);
        assertEq(stored(wallet).expiry, NOW + 60);
    }

    function testNotStored() public {
        vm.expectRevert(NOT_STORED);
        update(stranger);
    }

    function testZeroArguments() public {
        upsert(wallet, approval(1));
        vm.expectRevert(ZERO_ARGUMENT);
        update(address(0));
        vm.expectRevert(ZERO_ARGUMENT);
        vm.prank(agent);
        registry.updateIdentity(address(0), IIdentity(id));
    }

    function testOnlyAgents() public {
        upsert(wallet, approval(1));
        vm.expectRevert(NOT_AGENT);
        registry.updateIdentity(wallet, IIdentity(stranger));
    }

    function update(address identity) private {
        vm.prank(agent);
        registry.updateIdentity(wallet, IIdentity(identity));
    }
}

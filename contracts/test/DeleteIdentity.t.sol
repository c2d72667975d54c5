// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityRegistry} from "../src/interfaces/IIdentityRegistry.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";
import {Word} from "./helpers/Word.sol";

contract DeleteIdentityTest is RegistryTest {
    function testLeavesTheVersion() public {
        upsert(wallet, approval(5));
        Word memory expected;
        expected.version = 5;
        expected.vacated = true;
        expectRecorded(wallet, expected);
        vm.expectEmit(address(registry));
        emit IdentityRemoved(wallet, IIdentity(id));
        remove(wallet);

        assertStored(wallet, expected);
        assertFalse(registry.contains(wallet));
        assertFalse(registry.isVerified(wallet));
        register(wallet);
        assertTrue(registry.isVerified(wallet));
    }

    function testRevokedStaysDenied() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        remove(wallet);
        assertStaysDenied();
    }

    function testHoldsStay(bool restricted) public {
        upsert(wallet, approval(1));
        deny(wallet, 2, restricted ? RESTRICTED : FROZEN);
        remove(wallet);
        assertEq(stored(wallet).restricted, restricted);
        assertEq(stored(wallet).frozen, !restricted);
        assertStaysDenied();
    }

    function testRestrictedAuthorityStaysDenied() public {
        Word memory w = approval(1);
        w.authority = 4;
        upsert(wallet, w);
        restrictAuthority(4, true);
        remove(wallet);
        assertStaysDenied();
    }

    function testExpiredStaysDenied() public {
        Word memory w = approval(1);
        w.expiry = uint64(NOW + 1);
        upsert(wallet, w);
        vm.warp(NOW + 1);
        remove(wallet);
        assertStaysDenied();
    }

    /// @dev What ends or is restricted after the removal ends the registration that follows it, too.
    function testAuthorityAndExpiryComeBack() public {
        Word memory w = approval(1);
        w.authority = 4;
        w.expiry = uint64(NOW + 1 hours);
        upsert(wallet, w);
        remove(wallet);
        register(wallet);
        assertEq(stored(wallet).authority, 4);
        assertEq(stored(wallet).expiry, NOW + 1 hours);
        assertTrue(registry.isVerified(wallet));
        restrictAuthority(4, true);
        assertFalse(registry.isVerified(wallet));
        restrictAuthority(4, false);
        vm.warp(NOW + 1 hours);
        assertFalse(registry.isVerified(wallet));
    }

    /// @dev A record that only ever was an agent's leaves nothing to deny.
    function testExpiredProvisionalOfUnknownWallet() public {
        register(wallet);
        vm.warp(NOW + 1 days);
        remove(wallet);
        assertEq(registry.recordOf(wallet), 0);
        register(wallet);
    }

    function testRecoveryOfAToken() public {
        upsert(wallet, approval(1));
        address replacement = makeAddr("replacement");
        vm.startPrank(agent);
        registry.registerIdentity(replacement, registry.identity(wallet), registry.investorCountry(wallet));
        registry.deleteIdentity(wallet);
        vm.stopPrank();
        assertTrue(registry.isVerified(replacement));
        assertFalse(registry.contains(wallet));
    }

    function testNotStored() public {
        vm.expectRevert(NOT_STORED);
        remove(wallet);
        vm.expectRevert(ZERO_ARGUMENT);
        remove(address(0));
    }

    function testOnlyAgents() public {
        upsert(wallet, approval(1));
        vm.expectRevert(NOT_AGENT);
        vm.prank(mirror);
        registry.deleteIdentity(wallet);
    }

    function assertStaysDenied() private {
        assertFalse(stored(wallet).vacated);
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, wallet));
        register(wallet);
    }
}

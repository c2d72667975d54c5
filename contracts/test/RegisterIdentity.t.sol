// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityRegistry} from "../src/interfaces/IIdentityRegistry.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";
import {Word, Words} from "./helpers/Word.sol";

contract RegisterIdentityTest is RegistryTest {
    function testRegisters(address identity, uint16 country) public {
        vm.assume(identity != address(0));
        country = uint16(bound(country, 0, 1023));

        Word memory expected;
        expected.identity = identity;
        expected.country = country;
        expected.expiry = uint64(NOW + 1 days);
        expected.verified = true;
        expected.provisional = true;
        expectRecorded(wallet, expected);
        vm.expectEmit(address(registry));
        emit IdentityRegistered(wallet, IIdentity(identity));
        vm.prank(agent);
        registry.registerIdentity(wallet, IIdentity(identity), country);

        assertStored(wallet, expected);
        assertTrue(registry.isVerified(wallet));
    }

    function testStoredAlready() public {
        register(wallet);
        vm.expectRevert(STORED);
        register(wallet);
    }

    function testRevokedIsStoredAlready() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        vm.expectRevert(STORED);
        register(wallet);
    }

    /// @dev Whatever the register last wrote without an identity, no agent registers over it.
    function testNotOverADenial(uint256 word, uint8 grounds) public {
        Word memory w = Words.unpack(word);
        w.identity = address(0);
        w.version = uint16(bound(w.version, 1, 4096));
        upsert(wallet, w);
        assertDenied();
        deny(wallet, 0, grounds | REMOVED);
        assertDenied();
    }

    /// @dev Not even one that landed between two writes of an agent.
    function testNotOverADenialOfAVacatedWallet(uint8 grounds) public {
        upsert(wallet, approval(1));
        remove(wallet);
        deny(wallet, 0, grounds);
        assertDenied();
    }

    function testKeepsTheVersionOfAVacatedWallet() public {
        upsert(wallet, approval(9));
        remove(wallet);
        register(wallet);
        assertEq(stored(wallet).version, 9);
        assertEq(stored(wallet).rating, 0);
        assertEq(stored(wallet).level, 0);
        assertFalse(stored(wallet).vacated);
    }

    function testZeroArguments() public {
        vm.startPrank(agent);
        vm.expectRevert(ZERO_ARGUMENT);
        registry.registerIdentity(address(0), IIdentity(id), 1);
        vm.expectRevert(ZERO_ARGUMENT);
        registry.registerIdentity(wallet, IIdentity(address(0)), 1);
    }

    function testCountry() public {
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.CountryOutOfRange.selector, 1024));
        vm.prank(agent);
        registry.registerIdentity(wallet, IIdentity(id), 1024);
    }

    function testOnlyAgents() public {
        address[3] memory others = [owner, mirror, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(NOT_AGENT);
            vm.prank(others[i]);
            registry.registerIdentity(wallet, IIdentity(id), 1);
        }
    }

    function assertDenied() private {
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.WalletDenied.selector, wallet));
        register(wallet);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegistryTest} from "./helpers/RegistryTest.sol";
import {Word, Words} from "./helpers/Word.sol";

contract ViewsTest is RegistryTest {
    using Words for Word;

    address private other = makeAddr("other");

    /// @dev I4, written out a second time and compared over every record, time and set of restricted authorities.
    function testVerdict(uint256 word, uint40 time, uint8 restricted) public {
        time = uint40(bound(time, 1, 2 ** 34 + 10));
        restricted = uint8(bound(restricted, 1, 255));
        Word memory w = Words.unpack(word);
        w.version = uint16(bound(w.version, 1, 4096));
        assertVerdict(w, time, restricted);
        w.authority = 0;
        assertVerdict(Words.unpack(w.pack()), time, restricted);
    }

    /// @dev The same where it matters: an approval, at and around its expiry, by the restricted authority and not.
    function testVerdictAtItsEdges(uint40 time, uint8 restricted, bool byIt) public {
        time = uint40(bound(time, 1, 2 ** 34 - 2));
        restricted = uint8(bound(restricted, 1, 255));
        Word memory w = approval(1);
        w.authority = byIt ? restricted : 0;
        uint64[4] memory expiries = [uint64(0), time - 1, time, time + 1];
        for (uint16 i = 0; i < 4; ++i) {
            w.expiry = expiries[i];
            w.version = i + 1;
            assertVerdict(w, time, restricted);
        }
    }

    function testUnknownWallet() public view {
        assertFalse(registry.isVerified(wallet));
        assertFalse(registry.contains(wallet));
        assertFalse(registry.areVerified(wallet, wallet));
        assertEq(address(registry.identity(wallet)), address(0));
        assertEq(registry.investorCountry(wallet), 0);
        assertEq(registry.recordOf(wallet), 0);
        assertFalse(registry.isVerified(address(0)));
    }

    function testAreVerified(bool a, bool b) public {
        if (a) upsert(wallet, approval(1));
        if (b) upsert(other, approval(1));
        assertEq(registry.areVerified(wallet, other), a && b);
        assertEq(registry.areVerified(other, wallet), a && b);
        assertEq(registry.areVerified(wallet, wallet), a);
    }

    function testRecordsOf() public {
        upsert(wallet, approval(1));
        address[] memory wallets = new address[](3);
        (wallets[0], wallets[1], wallets[2]) = (other, wallet, wallet);
        uint256[] memory words = registry.recordsOf(wallets);
        assertEq(words.length, 3);
        assertEq(words[0], 0);
        assertEq(words[1], approval(1).pack());
        assertEq(words[2], approval(1).pack());
        assertEq(registry.recordsOf(new address[](0)).length, 0);
    }

    function testRevokedStillAnswers() public {
        upsert(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        assertTrue(registry.contains(wallet));
        assertEq(address(registry.identity(wallet)), id);
        assertEq(registry.investorCountry(wallet), 276);
    }

    function testConstants() public view {
        assertEq(registry.MAX_LEAP(), 4096);
        assertEq(registry.MAX_BATCH(), 500);
    }

    /// @dev Selectors and topics that T-REX's clients use.
    function testAbiOfErc3643() public view {
        assertEq(registry.isVerified.selector, bytes4(0xb9209e33));
        assertEq(registry.registerIdentity.selector, bytes4(0x454a03e0));
        assertEq(registry.batchRegisterIdentity.selector, bytes4(0x653dc9f1));
        assertEq(
            IdentityRegistered.selector, bytes32(0x6ae73635c50d24a45af6fbd5e016ac4bed179addbc8bf24e04ff0fcc6d33af19)
        );
    }

    function assertVerdict(Word memory w, uint40 time, uint8 restricted) private {
        vm.warp(NOW);
        address who = vm.randomAddress();
        upsert(who, w);
        restrictAuthority(restricted, true);
        vm.warp(time);
        bool expected = w.identity != address(0) && w.verified && !w.restricted && !w.frozen
            && (w.expiry == 0 || time < w.expiry) && (w.authority == 0 || w.authority != restricted);
        assertEq(registry.isVerified(who), expected);
        assertEq(registry.areVerified(who, who), expected);
    }
}

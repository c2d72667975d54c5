// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Word, Words} from "../helpers/Word.sol";
import {VerifiedProbe} from "./VerifiedProbe.sol";

/// @dev Takes the figures in `snapshots/` and holds them to the limits that the project promises. Every call here is
/// a transaction of its own (`isolate` in `foundry.toml`), so a figure includes 21,000 and the calldata.
contract GasTest is RegistryTest {
    using Words for Word;

    /// @dev EIP-7825: no transaction may use more.
    uint256 private constant TRANSACTION_CAP = 16_777_216;

    VerifiedProbe private probe = new VerifiedProbe();
    address private from = wallets(1)[0];
    address private to = makeAddr("recipient");

    /// @dev Addresses as dense as real ones, identities likewise.
    function wallets(uint256 count) private pure returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = address(uint160(uint256(keccak256(abi.encode("wallet", i)))));
        }
    }

    function record(uint256 i, uint16 version) private pure returns (Word memory w) {
        w.identity = address(uint160(uint256(keccak256(abi.encode("identity", i)))));
        w.country = 840;
        w.expiry = uint64(NOW + 365 days);
        w.accreditationExpiry = uint16(NOW / 1 days + 300);
        w.version = version;
        w.usPerson = true;
        w.verified = true;
        w.level = 2;
        w.rating = 3;
    }

    function upsertBatch(uint256 count, uint16 version) private returns (uint256) {
        address[] memory list = wallets(count);
        bytes memory packed;
        for (uint256 i = 0; i < count; ++i) {
            packed = bytes.concat(packed, entry(list[i], record(i, version).pack()));
        }
        vm.prank(mirror);
        registry.upsert(HEAD, packed);
        return vm.lastCallGas().gasTotalUsed;
    }

    function denyBatch(uint256 count, uint16 version, uint8 grounds) private returns (uint256) {
        address[] memory list = wallets(count);
        bytes memory packed;
        for (uint256 i = 0; i < count; ++i) {
            packed = bytes.concat(packed, denial(list[i], version, grounds));
        }
        vm.prank(mirror);
        registry.deny(HEAD, packed);
        return vm.lastCallGas().gasTotalUsed;
    }

    function take(string memory name, uint256 gas, uint256 limit) private {
        vm.snapshotValue("IdentityRegistry", name, gas);
        assertLe(gas, limit, name);
    }

    function testBatches() public {
        take("upsert of 350 new wallets, a wallet", upsertBatch(350, 1) / 350, 26_600);
        take("upsert of 350 known wallets, a wallet", upsertBatch(350, 2) / 350, 8_000);
        take("upsert of 350 repeated records, a wallet", upsertBatch(350, 2) / 350, 4_000);
        take("deny of 350 wallets, a wallet", denyBatch(350, 3, REVOKED) / 350, 7_400);
        take("deny of 350 denied wallets, a wallet", denyBatch(350, 3, REVOKED) / 350, 3_200);
        take("removal of 350 wallets, a wallet", denyBatch(350, 4, REMOVED) / 350, 9_300);
    }

    function testLargestBatches() public {
        take("upsert of 500 new wallets", upsertBatch(500, 1), TRANSACTION_CAP);
        take("removal of 500 wallets", denyBatch(500, 2, REMOVED), TRANSACTION_CAP);
    }

    function testLargestBatchOfUnknownDenials() public {
        take("deny of 500 unknown wallets", denyBatch(500, 1, FROZEN), TRANSACTION_CAP);
    }

    function testSingles() public {
        take("upsert of one new wallet", upsertBatch(1, 1), 52_700);
        take("deny of one wallet", denyBatch(1, 2, REVOKED), 33_600);
    }

    /// @dev The first that the registry ever hears of costs the most.
    function testRestriction() public {
        restrictAuthority(7, true);
        take("restrictAuthority, the first", vm.lastCallGas().gasTotalUsed, 60_000);
        restrictAuthority(7, false);
        take("liftRestriction", vm.lastCallGas().gasTotalUsed, 40_000);
        restrictAuthority(7, true);
        take("restrictAuthority, once more", vm.lastCallGas().gasTotalUsed, 40_000);
    }

    function testAgent() public {
        register(wallet);
        take("registerIdentity", vm.lastCallGas().gasTotalUsed, 56_000);
        remove(wallet);
        take("deleteIdentity", vm.lastCallGas().gasTotalUsed, 40_000);
    }

    function testVerdict() public {
        approveBoth(0);
        (bool verified, uint256 gas) = probe.isVerified(registry, from);
        assertTrue(verified);
        take("isVerified called by a contract, cold", gas, 5_400);

        (verified, gas) = probe.isVerifiedInSolidity(registry, from);
        assertTrue(verified);
        take("isVerified called by a contract, cold, with what Solidity adds", gas, 5_700);

        (verified, gas) = probe.areVerified(registry, from, to);
        assertTrue(verified);
        take("areVerified called by a contract, cold", gas, 7_900);
    }

    function testVerdictOfAuthority() public {
        approveBoth(7);
        (bool verified, uint256 gas) = probe.isVerified(registry, from);
        assertTrue(verified);
        take("isVerified called by a contract, cold, of another authority", gas, 7_600);
    }

    function testDeployment() public {
        IdentityRegistry another = new IdentityRegistry(owner);
        vm.snapshotValue("IdentityRegistry", "bytes of runtime code", address(another).code.length);
        assertLt(address(another).code.length, 24_576);
    }

    function approveBoth(uint8 authority) private {
        Word memory w = record(0, 1);
        w.authority = authority;
        upsert(from, w);
        upsert(to, w);
    }
}

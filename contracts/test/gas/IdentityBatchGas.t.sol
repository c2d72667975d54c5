// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityTest} from "../identity/IdentityTest.sol";

/// @dev What it costs the register to keep identities. Each call is a transaction of its own.
contract IdentityBatchGasTest is IdentityTest {
    /// @dev EIP-7825: no transaction may use more.
    uint256 private constant TRANSACTION_CAP = 16_777_216;
    uint256 private constant COUNT = 80;
    uint256 private constant MAX_BATCH = 200;
    uint256 private constant MANAGES_AND_ACTS = 6;

    function take(string memory name, uint256 gas, uint256 limit) private {
        vm.snapshotValue("Identity", name, gas);
        assertLe(gas, limit, name);
    }

    function saltAt(uint256 i) private pure returns (bytes32) {
        return keccak256(abi.encode("investor", i));
    }

    function walletAt(uint256 i) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("wallet", i)))));
    }

    function keys(uint256 count, uint256 firstWallet, uint256 purposes) private returns (uint256) {
        bytes memory packed;
        for (uint256 i = 0; i < count; ++i) {
            packed = bytes.concat(packed, keyEntry(saltAt(i), walletAt(firstWallet + i), purposes));
        }
        vm.prank(mirror);
        factory.keepKeys(registry, packed);
        return vm.lastCallGas().gasTotalUsed;
    }

    function claims(uint256 count, uint16 version) private returns (uint256) {
        bytes memory packed;
        for (uint256 i = 0; i < count; ++i) {
            packed = bytes.concat(packed, claimEntry(saltAt(i), KYC, uint40(NOW + 365 days), version));
        }
        addClaims(packed);
        return vm.lastCallGas().gasTotalUsed;
    }

    function denials(uint256 count, uint16 version) private returns (uint256) {
        bytes memory packed;
        for (uint256 i = 0; i < count; ++i) {
            packed = bytes.concat(packed, denial(address(factory.identityOf(registry, saltAt(i))), KYC, version));
        }
        vm.prank(mirror);
        claimIssuer.denyClaims(packed);
        return vm.lastCallGas().gasTotalUsed;
    }

    function testKeys() public {
        take("keepKeys of 80 new identities, an identity", keys(COUNT, 0, MANAGES_AND_ACTS) / COUNT, 120_000);
        take("keepKeys of 80 repeated keys, a key", keys(COUNT, 0, MANAGES_AND_ACTS) / COUNT, 15_000);
        take("keepKeys of 80 further keys, a key", keys(COUNT, COUNT, MANAGES_AND_ACTS) / COUNT, 90_000);
        take("keepKeys of 80 lost keys, a key", keys(COUNT, 0, 0) / COUNT, 30_000);
    }

    function testClaims() public {
        keys(COUNT, 0, MANAGES_AND_ACTS);
        take("addClaims of 80 new claims, a claim", claims(COUNT, 1) / COUNT, 190_000);
        take("addClaims of 80 newer claims, a claim", claims(COUNT, 2) / COUNT, 140_000);
        take("addClaims of 80 repeated claims, a claim", claims(COUNT, 2) / COUNT, 50_000);
        take("denyClaims of 80 claims, a claim", denials(COUNT, 2) / COUNT, 30_000);
        take("addClaims of 80 denied claims, a claim", claims(COUNT, 2) / COUNT, 45_000);
    }

    function testLargestBatches() public {
        take("keepKeys of 140 new identities", keys(140, 0, MANAGES_AND_ACTS), TRANSACTION_CAP);
        take("addClaims of 90 new claims", claims(90, 1), TRANSACTION_CAP);
        take("denyClaims of 200 claims", denials(MAX_BATCH, 1), TRANSACTION_CAP);
    }
}

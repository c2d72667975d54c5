// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IVerdict} from "../../src/interfaces/IVerdict.sol";
import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {SetTest} from "../set/SetTest.sol";
import {VerifiedProbe} from "./VerifiedProbe.sol";

/// @dev What it costs to ask a set, everything cold, as {GasTest} asks a registry.
contract SetGasTest is SetTest {
    VerifiedProbe private probe = new VerifiedProbe();
    IdentityRegistry private third = new IdentityRegistry(owner);

    function take(string memory name, uint256 gas, uint256 limit) private {
        vm.snapshotValue("RegistrySet", name, gas);
        assertLe(gas, limit, name);
    }

    function testOfOne() public {
        arrange(list(address(registry)));
        upsert(wallet, approval(1));
        upsert(other, approval(1));
        takeVerdict("isVerified called by a contract, cold, one registry", 10_800);
        takePair("areVerified called by a contract, cold, one registry", 14_200);
    }

    function testOfThree() public {
        arrange(list(address(third), address(second), address(registry)));
        upsert(wallet, approval(1));
        upsert(other, approval(1));
        takeVerdict("isVerified called by a contract, cold, by the last of three registries", 28_000);
        takePair("areVerified called by a contract, cold, by the last of three registries", 40_000);
    }

    function testOfThreeByTheFirst() public {
        arrange(list(address(registry), address(second), address(third)));
        upsert(wallet, approval(1));
        takeVerdict("isVerified called by a contract, cold, by the first of three registries", 10_800);
    }

    function testPruning() public {
        arrange(list(address(third), address(second), address(registry)));
        vm.prank(owner);
        set.removeRegistry(address(third));
        take("removeRegistry, the first of three", vm.lastCallGas().gasTotalUsed, 42_000);
    }

    function testDeployment() public {
        uint256 size = address(set).code.length;
        vm.snapshotValue("RegistrySet", "bytes of runtime code", size);
        assertLt(size, 24_576);
    }

    function takeVerdict(string memory name, uint256 limit) private {
        (bool verified, uint256 gas) = probe.isVerified(IVerdict(address(set)), wallet);
        assertTrue(verified, name);
        take(name, gas, limit);
    }

    function takePair(string memory name, uint256 limit) private {
        (bool verified, uint256 gas) = probe.areVerified(IVerdict(address(set)), wallet, other);
        assertTrue(verified, name);
        take(name, gas, limit);
    }
}

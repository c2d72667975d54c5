// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {RegistrySet} from "../../src/RegistrySet.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Word, Words} from "../helpers/Word.sol";

/// @dev A set whose first registry is that of {RegistryTest}, followed by a second one of the same roles. Both have
/// appointed the set as an agent.
abstract contract SetTest is RegistryTest {
    using Words for Word;

    RegistrySet internal set;
    IdentityRegistry internal second;
    address internal other = makeAddr("other");

    function setUp() public virtual override {
        super.setUp();
        set = new RegistrySet(owner);
        second = new IdentityRegistry(owner);
        vm.startPrank(owner);
        second.addMirror(mirror);
        second.addAgent(address(set));
        registry.addAgent(address(set));
        set.addAgent(agent);
        vm.stopPrank();
        arrange(list(address(registry), address(second)));
    }

    function arrange(address[] memory registries) internal {
        vm.prank(owner);
        set.setRegistries(registries);
    }

    function upsertSecond(address who, Word memory w) internal {
        vm.prank(mirror);
        second.upsert(HEAD, entry(who, w.pack()));
    }

    function denySecond(address who, uint16 version, uint8 grounds) internal {
        vm.prank(mirror);
        second.deny(HEAD, denial(who, version, grounds));
    }

    function list() internal pure returns (address[] memory) {
        return new address[](0);
    }

    function list(address a) internal pure returns (address[] memory registries) {
        registries = new address[](1);
        registries[0] = a;
    }

    function list(address a, address b) internal pure returns (address[] memory registries) {
        registries = new address[](2);
        (registries[0], registries[1]) = (a, b);
    }

    function list(address a, address b, address c) internal pure returns (address[] memory registries) {
        registries = new address[](3);
        (registries[0], registries[1], registries[2]) = (a, b, c);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegistrySet} from "../../src/RegistrySet.sol";
import {IBuiltInStorage} from "../../src/interfaces/IBuiltInStorage.sol";
import {IRegistrySet} from "../../src/interfaces/IRegistrySet.sol";
import {MoodyRegistry} from "../helpers/MoodyRegistry.sol";
import {SetTest} from "./SetTest.sol";

/// @dev How the owner arranges the set: `setRegistries` and `removeRegistry`.
contract SetRegistriesTest is SetTest {
    event RegistriesSet(address[] registries);

    function testConstructor() public {
        RegistrySet another = new RegistrySet(stranger);
        assertEq(another.owner(), stranger);
        assertEq(another.registries().length, 0);
        assertEq(another.MAX_REGISTRIES(), 8);
        vm.expectRevert(ZERO_ARGUMENT);
        new RegistrySet(address(0));
    }

    function testReplacesAll(uint8 before, uint8 count) public {
        arrange(many(bound(before, 0, 8)));
        address[] memory expected = many(bound(count, 0, 8));
        vm.expectEmit(address(set));
        emit RegistriesSet(expected);
        arrange(expected);
        assertEq(set.registries(), expected);
    }

    function testRemovesOne(uint8 count, uint8 at) public {
        address[] memory all = many(bound(count, 1, 8));
        at = uint8(bound(at, 0, all.length - 1));
        address[] memory expected = new address[](all.length - 1);
        for (uint256 i = 0; i < expected.length; ++i) {
            expected[i] = all[i < at ? i : i + 1];
        }
        arrange(all);
        vm.expectEmit(address(set));
        emit RegistriesSet(expected);
        vm.prank(owner);
        set.removeRegistry(all[at]);
        assertEq(set.registries(), expected);
    }

    function testTooMany() public {
        address[] memory nine = many(9);
        vm.expectRevert(abi.encodeWithSelector(IRegistrySet.TooManyRegistries.selector, 9));
        arrange(nine);
    }

    function testNotARegistry() public {
        assertRefused(list(address(registry), stranger), IRegistrySet.NotARegistry.selector, stranger);
        assertRefused(list(address(0)), IRegistrySet.NotARegistry.selector, address(0));
        assertRefused(list(address(set)), IRegistrySet.NotARegistry.selector, address(set));
    }

    function testDuplicate() public {
        address[] memory registries = list(address(second), address(registry), address(second));
        assertRefused(registries, IRegistrySet.DuplicateRegistry.selector, address(second));
    }

    function testUnknown() public {
        address[2] memory unknown = [stranger, address(0)];
        for (uint256 i = 0; i < unknown.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegistrySet.UnknownRegistry.selector, unknown[i]));
            vm.prank(owner);
            set.removeRegistry(unknown[i]);
        }
    }

    /// @dev Pruning calls no registry, so the one that is pruned has no say in it.
    function testAHostileRegistryCannotPreventItsRemoval() public {
        MoodyRegistry moody = new MoodyRegistry();
        moody.set(MoodyRegistry.Mood.BurnsAllGas, false, false);
        arrange(list(address(moody), address(registry)));
        vm.expectCall(address(moody), "", 0);
        vm.prank(owner);
        set.removeRegistry(address(moody));
        arrange(list(address(registry)));
        assertEq(set.registries(), list(address(registry)));
    }

    function testOnlyTheOwner() public {
        vm.startPrank(agent);
        vm.expectRevert(NOT_OWNER);
        set.setRegistries(list());
        vm.expectRevert(NOT_OWNER);
        set.removeRegistry(address(registry));
        vm.expectRevert(NOT_OWNER);
        set.addAgent(agent);
        vm.expectRevert(NOT_OWNER);
        set.setClaimTopicsRegistry(stranger);
    }

    function testOwnershipTakesTwoSteps() public {
        vm.prank(owner);
        set.transferOwnership(stranger);
        assertEq(set.owner(), owner);
        vm.prank(stranger);
        set.acceptOwnership();
        assertEq(set.owner(), stranger);
    }

    function testIsItsOwnStorage() public {
        upsert(wallet, approval(1));
        assertEq(address(set.identityStorage()), address(set));
        assertEq(address(set.storedIdentity(wallet)), id);
        assertEq(set.storedInvestorCountry(wallet), 276);
        vm.expectRevert(abi.encodeWithSelector(IBuiltInStorage.StorageIsBuiltIn.selector, stranger));
        vm.prank(owner);
        set.setIdentityRegistryStorage(stranger);
    }

    function many(uint256 count) private returns (address[] memory registries) {
        registries = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            registries[i] = address(new MoodyRegistry());
        }
    }

    function assertRefused(address[] memory registries, bytes4 reason, address about) private {
        vm.expectRevert(abi.encodeWithSelector(reason, about));
        arrange(registries);
        assertEq(set.registries().length, 2);
    }
}

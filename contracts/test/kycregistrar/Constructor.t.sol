// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {KYCRegistrar} from "../../src/KYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract ConstructorTest is RegistrarTest {
    function testTheOwnerIsTheFirstAuthority() public view {
        assertEq(ownerID, keccak256(abi.encodePacked(address(registrar))));
        assertEq(registrar.getAuthorityAt(0), ownerID);
        (uint8 index, uint32 addressCount, uint32 threshold, bool restricted) = registrar.getAuthority(ownerID);
        assertEq(index, 0);
        assertEq(addressCount, 3);
        assertEq(threshold, 1);
        assertFalse(restricted);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(registrar.getAuthorityID(owners[i]), ownerID);
        }
    }

    function testEvents() public {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        bytes32 id = keccak256(abi.encodePacked(next));
        vm.expectEmit(next);
        emit IAuthorities.NewAuthority(id);
        vm.expectEmit(next);
        emit IAuthorities.AuthorityIndexed(id, 0);
        vm.expectEmit(next);
        emit IAuthorities.AuthorityThresholdSet(id, 2);
        vm.expectEmit(next);
        emit IAddressIds.RegisteredAddresses(id, owners, id);
        new KYCRegistrar(owners, 2);
    }

    function testZeroThreshold() public {
        vm.expectRevert(IAuthorities.ZeroThreshold.selector);
        new KYCRegistrar(owners, 0);
    }

    function testThresholdTooHigh() public {
        vm.expectRevert(abi.encodeWithSelector(IAuthorities.ThresholdTooHigh.selector, 4, 3));
        new KYCRegistrar(owners, 4);
        vm.expectRevert(abi.encodeWithSelector(IAuthorities.ThresholdTooHigh.selector, 1, 0));
        new KYCRegistrar(new address[](0), 1);
    }

    function testAnOwnerTwice() public {
        vm.expectRevert(abi.encodeWithSelector(IAddressIds.KnownAddress.selector, owner));
        new KYCRegistrar(list(owner, owner), 2);
    }

    function testZeroAddress() public {
        vm.expectRevert(IAddressIds.ZeroAddress.selector);
        new KYCRegistrar(list(owner, address(0)), 1);
    }

    function testTooManyOwners() public {
        new KYCRegistrar(many(64), 64);
        vm.expectRevert(abi.encodeWithSelector(IAddressIds.TooMany.selector, 65, 64));
        new KYCRegistrar(many(65), 1);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract AddAuthorityTest is RegistrarTest {
    address[] private french = [makeAddr("french 0"), makeAddr("french 1")];

    function call(address[] memory addr, uint16[] memory where, uint32 threshold) private view returns (bytes memory) {
        return abi.encodeCall(registrar.addAuthority, (addr, where, threshold));
    }

    function testAppoints() public {
        bytes32 id = keccak256(abi.encodePacked(address(registrar), french[0]));
        vm.expectEmit(address(registrar));
        emit IAuthorities.NewAuthority(id);
        vm.expectEmit(address(registrar));
        emit IAuthorities.AuthorityIndexed(id, 3);
        vm.expectEmit(address(registrar));
        emit IAuthorities.AuthorityThresholdSet(id, 2);
        vm.expectEmit(address(registrar));
        emit IAddressIds.RegisteredAddresses(id, french, ownerID);
        vm.expectEmit(address(registrar));
        emit IAuthorities.AuthorityCountriesSet(id, countries(250), true);
        assertTrue(send(owner, call(french, countries(250), 2)));

        (uint8 index, uint32 addressCount, uint32 threshold, bool restricted) = registrar.getAuthority(id);
        assertEq(index, 3);
        assertEq(addressCount, 2);
        assertEq(threshold, 2);
        assertFalse(restricted);
        assertEq(registrar.getAuthorityAt(3), id);
        assertEq(registrar.getAuthorityID(french[1]), id);
        assertTrue(registrar.isApprovedAuthority(french[1], 250));
        assertFalse(registrar.isApprovedAuthority(french[1], US));
    }

    function testWithoutCountries() public {
        assertTrue(send(owner, call(french, new uint16[](0), 1)));
        assertFalse(registrar.isApprovedAuthority(french[0], 250));
    }

    function testTheLargest() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.TooMany.selector, 65, 64);
        refuse(owner, call(many(65), countries(250), 1), refusal);
        assertTrue(send(owner, call(many(64), countries(250), 64)));
    }

    function testOnlyTheOwner() public {
        bytes memory data = call(french, countries(250), 1);
        refuse(stranger, data, abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, stranger));
        refuse(americans[0], data, abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, americans[0]));
        restrictAddress(owners[1], ownerID, owner);
        refuse(owner, data, abi.encodeWithSelector(IAuthorities.RestrictedOwner.selector, owner));
    }

    function testThreshold() public {
        refuse(owner, call(french, countries(250), 0), abi.encodeWithSelector(IAuthorities.ZeroThreshold.selector));
        bytes memory tooHigh = abi.encodeWithSelector(IAuthorities.ThresholdTooHigh.selector, 3, 2);
        refuse(owner, call(french, countries(250), 3), tooHigh);
        tooHigh = abi.encodeWithSelector(IAuthorities.ThresholdTooHigh.selector, 1, 0);
        refuse(owner, call(new address[](0), countries(250), 1), tooHigh);
    }

    function testAuthorityExists() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.AuthorityExists.selector, american);
        refuse(owner, call(americans, countries(250), 1), refusal);
    }

    function testInvestorID() public {
        bytes32 id = keccak256(abi.encodePacked(address(registrar), french[0]));
        add(americans[0], id, US, wallet);
        refuse(owner, call(french, countries(250), 1), abi.encodeWithSelector(IAuthorities.InvestorID.selector, id));
    }

    function testKnownAddress() public {
        addJane();
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, wallet);
        refuse(owner, call(list(french[0], wallet), countries(250), 1), refusal);
        restrictAddress(americans[0], jane, wallet);
        refuse(owner, call(list(french[0], wallet), countries(250), 1), refusal);
    }

    function testAnAddressTwice() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, french[0]);
        refuse(owner, call(list(french[0], french[0]), countries(250), 2), refusal);
    }

    function testZeroAddress() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.ZeroAddress.selector);
        refuse(owner, call(list(address(0)), countries(250), 1), refusal);
    }

    function testCountries() public {
        refuse(owner, call(french, countries(0), 1), abi.encodeWithSelector(IAuthorities.CountryZero.selector));
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryOutOfRange.selector, 1024);
        refuse(owner, call(french, countries(1024), 1), refusal);
        refusal = abi.encodeWithSelector(IAddressIds.TooMany.selector, 257, 256);
        refuse(owner, call(french, new uint16[](257), 1), refusal);
    }

    function testTheLastIndex() public {
        for (uint256 i = 3; i < 256; ++i) {
            appoint(list(address(uint160(1000 + i))), DE);
        }
        address last = address(uint160(1000 + 255));
        (uint8 index,,,) = registrar.getAuthority(registrar.getAuthorityID(last));
        assertEq(index, 255);
        add(last, jane, DE, wallet);
        assertTrue(registrar.isPermitted(wallet));
        restrictAuthority(registrar.getAuthorityID(last), true);
        assertFalse(registrar.isPermitted(wallet));

        bytes memory refusal = abi.encodeWithSelector(IAuthorities.TooManyAuthorities.selector);
        refuse(owner, call(french, countries(250), 1), refusal);
    }
}

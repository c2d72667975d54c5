// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract AddInvestorTest is RegistrarTest {
    function call(bytes32 id, uint16 country, uint8 rating, uint40 expires, address[] memory addr)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(registrar.addInvestor, (id, country, ALABAMA, rating, expires, addr));
    }

    function testAdds() public {
        vm.expectEmit(address(registrar));
        emit IKYCRegistrar.NewInvestor(jane, US, ALABAMA, 2, EXPIRES, american);
        vm.expectEmit(address(registrar));
        emit IAddressIds.RegisteredAddresses(jane, list(wallet, other), american);
        assertTrue(send(americans[0], call(jane, US, 2, EXPIRES, list(wallet, other))));

        assertEq(registrar.getID(wallet), jane);
        assertEq(registrar.getID(other), jane);
        assertTrue(registrar.isPermitted(wallet));
        assertTrue(registrar.isPermitted(other));
        assertEq(registrar.getInvestorAuthority(jane), american);
    }

    function testEveryField(uint16 country, bytes3 region, uint8 rating, uint40 expires) public {
        country = uint16(bound(country, 1, 1023));
        rating = uint8(bound(rating, 1, 255));
        expires = uint40(bound(expires, NOW + 1, type(uint40).max));
        vm.prank(owner);
        assertTrue(registrar.addInvestor(jane, country, region, rating, expires, list(wallet)));
        assertEq(registrar.getCountry(jane), country);
        assertEq(registrar.getRegion(jane), region);
        assertEq(registrar.getRating(jane), rating);
        assertEq(registrar.getExpires(jane), expires);
        assertEq(registrar.getInvestorAuthority(jane), ownerID);
        assertFalse(registrar.isInvestorRestricted(jane));
    }

    /// @dev The addresses may come later.
    function testWithoutAddresses() public {
        assertTrue(send(americans[0], call(jane, US, 2, EXPIRES, new address[](0))));
        assertTrue(registrar.isPermittedID(jane));
    }

    function testTheOwnerActsEverywhere() public {
        assertTrue(send(owner, call(jane, 756, 2, EXPIRES, list(wallet))));
        assertTrue(registrar.isPermitted(wallet));
    }

    /// @dev I5.
    function testCountryNotPermitted() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryNotPermitted.selector, german, US);
        refuse(germans[0], call(jane, US, 2, EXPIRES, list(wallet)), refusal);
    }

    function testCountryZero() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryZero.selector);
        refuse(americans[0], call(jane, 0, 2, EXPIRES, list(wallet)), refusal);
        refuse(owner, call(jane, 0, 2, EXPIRES, list(wallet)), refusal);
    }

    function testCountryOutOfRange() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryOutOfRange.selector, 1024);
        refuse(americans[0], call(jane, 1024, 2, EXPIRES, list(wallet)), refusal);
        refuse(owner, call(jane, 1024, 2, EXPIRES, list(wallet)), refusal);
    }

    function testOnlyAuthorities() public {
        addJane();
        bytes memory data = call("new", US, 2, EXPIRES, list(other));
        refuse(stranger, data, abi.encodeWithSelector(IAuthorities.NotAuthorityAddress.selector, stranger));
        refuse(wallet, data, abi.encodeWithSelector(IAuthorities.NotAuthorityAddress.selector, wallet));
    }

    function testARestrictedAddressOfAnAuthority() public {
        restrictAddress(owner, american, americans[0]);
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.RestrictedAddress.selector, americans[0]);
        refuse(americans[0], call(jane, US, 2, EXPIRES, list(wallet)), refusal);
    }

    function testARestrictedAddressOfTheOwner() public {
        restrictAddress(owners[1], ownerID, owner);
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.RestrictedAddress.selector, owner);
        refuse(owner, call(jane, US, 2, EXPIRES, list(wallet)), refusal);
    }

    function testAuthorityID() public {
        bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.AuthorityID.selector, german);
        refuse(americans[0], call(german, US, 2, EXPIRES, list(wallet)), refusal);
        refusal = abi.encodeWithSelector(IKYCRegistrar.AuthorityID.selector, ownerID);
        refuse(americans[0], call(ownerID, US, 2, EXPIRES, list(wallet)), refusal);
    }

    function testInvestorExists() public {
        addJane();
        bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.InvestorExists.selector, jane);
        refuse(americans[0], call(jane, US, 2, EXPIRES, list(other)), refusal);
    }

    function testReservedID() public {
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IAddressIds.ReservedID.selector, i);
            refuse(americans[0], call(bytes32(i), US, 2, EXPIRES, list(wallet)), refusal);
        }
        assertTrue(send(americans[0], call(bytes32(uint256(2)), US, 2, EXPIRES, list(wallet))));
    }

    function testRatingZero() public {
        bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.RatingZero.selector);
        refuse(americans[0], call(jane, US, 0, EXPIRES, list(wallet)), refusal);
    }

    function testExpiryPassed(uint40 expires) public {
        expires = uint40(bound(expires, 0, NOW));
        bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.ExpiryPassed.selector, expires, NOW);
        refuse(americans[0], call(jane, US, 2, expires, list(wallet)), refusal);
        refusal = abi.encodeWithSelector(IKYCRegistrar.ExpiryPassed.selector, uint40(NOW), NOW);
        refuse(americans[0], call(jane, US, 2, uint40(NOW), list(wallet)), refusal);
    }

    function testKnownAddress() public {
        addJane();
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, wallet);
        refuse(americans[0], call("new", US, 2, EXPIRES, list(other, wallet)), refusal);
        restrictAddress(americans[0], jane, wallet);
        refuse(americans[0], call("new", US, 2, EXPIRES, list(other, wallet)), refusal);
        refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, germans[0]);
        refuse(americans[0], call("new", US, 2, EXPIRES, list(germans[0])), refusal);
    }

    function testAnAddressTwice() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, wallet);
        refuse(americans[0], call(jane, US, 2, EXPIRES, list(wallet, wallet)), refusal);
    }

    function testZeroAddress() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.ZeroAddress.selector);
        refuse(americans[0], call(jane, US, 2, EXPIRES, list(wallet, address(0))), refusal);
    }

    function testTooManyAddresses() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.TooMany.selector, 65, 64);
        refuse(americans[0], call(jane, US, 2, EXPIRES, many(65)), refusal);
        assertTrue(send(americans[0], call(jane, US, 2, EXPIRES, many(64))));
    }

    /// @dev An expiry of 41 bits is no `uint40`, and is not cut down to one.
    function testWiderThanItsType() public {
        bytes memory data = call(jane, US, 2, EXPIRES, list(wallet));
        assembly ("memory-safe") {
            mstore(add(data, 164), shl(40, 1))
        }
        refuse(americans[0], data, "");
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract SetAuthorityCountriesTest is RegistrarTest {
    function call(bytes32 id, uint16[] memory where, bool permitted) private view returns (bytes memory) {
        return abi.encodeCall(registrar.setAuthorityCountries, (id, where, permitted));
    }

    function testPermitsAndWithdraws(uint16 country, uint16 another) public {
        country = uint16(bound(country, 1, 1023));
        another = uint16(bound(another, 1, 1023));
        vm.assume(country != another && another != US);

        vm.expectEmit(address(registrar));
        emit IAuthorities.AuthorityCountriesSet(american, countries(country), true);
        assertTrue(send(owner, call(american, countries(country), true)));
        assertTrue(registrar.isApprovedAuthority(americans[0], country));
        assertFalse(registrar.isApprovedAuthority(americans[0], another));
        assertEq(registrar.isApprovedAuthority(germans[0], country), country == DE);

        vm.expectEmit(address(registrar));
        emit IAuthorities.AuthorityCountriesSet(american, countries(country), false);
        assertTrue(send(owner, call(american, countries(country), false)));
        assertFalse(registrar.isApprovedAuthority(americans[0], country));
    }

    /// @dev The edges of the four words, all in one call.
    function testEdges() public {
        uint16[] memory edges = new uint16[](8);
        (edges[0], edges[1], edges[2], edges[3]) = (1, 255, 256, 511);
        (edges[4], edges[5], edges[6], edges[7]) = (512, 767, 768, 1023);
        assertTrue(send(owner, call(german, edges, true)));
        for (uint256 i = 0; i < edges.length; ++i) {
            assertTrue(registrar.isApprovedAuthority(germans[0], edges[i]));
            bytes32 id = bytes32(1000 + i);
            add(germans[0], id, edges[i], address(uint160(1000 + i)));
            assertEq(registrar.getCountry(id), edges[i]);
        }
        assertFalse(registrar.isApprovedAuthority(germans[0], 2));
        assertFalse(registrar.isApprovedAuthority(germans[0], 1022));
        assertTrue(send(owner, call(german, edges, false)));
        for (uint256 i = 0; i < edges.length; ++i) {
            assertFalse(registrar.isApprovedAuthority(germans[0], edges[i]));
        }
        assertTrue(registrar.isApprovedAuthority(germans[0], DE));
    }

    /// @dev The original's bitmap: country 840 is bit 72 of word 3.
    function testTheBitmap() public {
        uint256[4] memory words = registrar.getAuthorityCountries(american);
        assertEq(words[0] | words[1] | words[2], 0);
        assertEq(words[3], 1 << 72);
        assertTrue(send(owner, call(american, countries(DE), true)));
        words = registrar.getAuthorityCountries(american);
        assertEq(words[1], 1 << 20);
        assertEq(words[3], 1 << 72);
        vm.expectRevert(abi.encodeWithSelector(IAuthorities.NotAuthority.selector, jane));
        registrar.getAuthorityCountries(jane);
    }

    function testInvestorsOfAWithdrawnCountryStay() public {
        addJane();
        assertTrue(send(owner, call(american, countries(US), false)));
        assertTrue(registrar.isPermitted(wallet));
        refuse(
            americans[0],
            abi.encodeCall(registrar.updateInvestor, (jane, ALABAMA, 2, EXPIRES)),
            abi.encodeWithSelector(IAuthorities.CountryNotPermitted.selector, american, US)
        );
    }

    function testCountriesThatAreNone() public {
        refuse(owner, call(american, countries(0), true), abi.encodeWithSelector(IAuthorities.CountryZero.selector));
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryOutOfRange.selector, 1024);
        refuse(owner, call(american, countries(1024), true), refusal);
        refusal = abi.encodeWithSelector(IAuthorities.CountryOutOfRange.selector, type(uint16).max);
        refuse(owner, call(american, countries(type(uint16).max), false), refusal);
    }

    function testTooMany() public {
        uint16[] memory all = new uint16[](256);
        for (uint16 i = 0; i < 256; ++i) {
            all[i] = i + 1;
        }
        assertTrue(send(owner, call(american, all, true)));
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.TooMany.selector, 257, 256);
        refuse(owner, call(american, new uint16[](257), true), refusal);
    }

    function testNotAuthority() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.NotAuthority.selector, jane);
        refuse(owner, call(jane, countries(US), true), refusal);
    }

    function testOnlyTheOwner() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, americans[0]);
        refuse(americans[0], call(american, countries(DE), true), refusal);
        restrictAddress(owners[1], ownerID, owner);
        refusal = abi.encodeWithSelector(IAuthorities.RestrictedOwner.selector, owner);
        refuse(owner, call(american, countries(DE), true), refusal);
    }
}

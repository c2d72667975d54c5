// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract SetInvestorRestrictionTest is RegistrarTest {
    function setUp() public override {
        super.setUp();
        addJane();
        registerAddress(americans[0], jane, other);
    }

    function call(bytes32 id, bool restricted) private view returns (bytes memory) {
        return abi.encodeCall(registrar.setInvestorRestriction, (id, restricted));
    }

    function testAllAddressesAtOnce() public {
        vm.expectEmit(address(registrar));
        emit IKYCRegistrar.InvestorRestriction(jane, true, american);
        assertTrue(send(americans[0], call(jane, true)));
        assertTrue(registrar.isInvestorRestricted(jane));
        assertFalse(registrar.isPermittedID(jane));
        assertFalse(registrar.isPermitted(wallet));
        assertFalse(registrar.isPermitted(other));
        assertEq(registrar.getID(wallet), jane);

        vm.expectEmit(address(registrar));
        emit IKYCRegistrar.InvestorRestriction(jane, false, ownerID);
        assertTrue(send(owner, call(jane, false)));
        assertTrue(registrar.isPermitted(wallet));
        assertTrue(registrar.isPermitted(other));
    }

    /// @dev Who restricts an investor does not become its authority.
    function testTheAuthorityStays() public {
        assertTrue(send(owner, call(jane, true)));
        assertEq(registrar.getInvestorAuthority(jane), american);
        assertEq(registrar.getRating(jane), 2);
        assertEq(registrar.getExpires(jane), EXPIRES);
        assertEq(registrar.getRegion(jane), ALABAMA);
        assertEq(registrar.getCountry(jane), US);
    }

    function testUnknownID() public {
        bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, NOBODY);
        refuse(americans[0], call(NOBODY, true), refusal);
    }

    function testCountryNotPermitted() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryNotPermitted.selector, german, US);
        refuse(germans[0], call(jane, true), refusal);
    }

    function testOnlyAuthorities() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.NotAuthorityAddress.selector, wallet);
        refuse(wallet, call(jane, true), refusal);
        restrictAddress(owner, american, americans[0]);
        refusal = abi.encodeWithSelector(IAuthorities.RestrictedAddress.selector, americans[0]);
        refuse(americans[0], call(jane, true), refusal);
    }
}

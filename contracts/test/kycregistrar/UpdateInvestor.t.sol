// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract UpdateInvestorTest is RegistrarTest {
    function setUp() public override {
        super.setUp();
        addJane();
    }

    function call(bytes32 id, uint8 rating, uint40 expires) private view returns (bytes memory) {
        return abi.encodeCall(registrar.updateInvestor, (id, ALABAMA, rating, expires));
    }

    function testUpdates(bytes3 region, uint8 rating, uint40 expires) public {
        rating = uint8(bound(rating, 1, 255));
        expires = uint40(bound(expires, NOW + 1, type(uint40).max));
        vm.expectEmit(address(registrar));
        emit IKYCRegistrar.UpdatedInvestor(jane, region, rating, expires, american);
        vm.prank(americans[0]);
        assertTrue(registrar.updateInvestor(jane, region, rating, expires));
        assertEq(registrar.getRegion(jane), region);
        assertEq(registrar.getRating(jane), rating);
        assertEq(registrar.getExpires(jane), expires);
        assertEq(registrar.getCountry(jane), US);
    }

    function testTheInvestorIsTheCallersFromNowOn() public {
        vm.expectEmit(address(registrar));
        emit IKYCRegistrar.UpdatedInvestor(jane, ALABAMA, 2, EXPIRES, ownerID);
        assertTrue(send(owner, call(jane, 2, EXPIRES)));
        assertEq(registrar.getInvestorAuthority(jane), ownerID);
        restrictAuthority(american, true);
        assertTrue(registrar.isPermitted(wallet));
    }

    function testDoesNotLiftARestriction() public {
        vm.prank(americans[0]);
        registrar.setInvestorRestriction(jane, true);
        assertTrue(send(owner, call(jane, 2, EXPIRES)));
        assertTrue(registrar.isInvestorRestricted(jane));
        assertFalse(registrar.isPermitted(wallet));
    }

    function testRenewsAnExpiredInvestor() public {
        vm.warp(EXPIRES);
        assertFalse(registrar.isPermitted(wallet));
        assertTrue(send(americans[0], call(jane, 2, EXPIRES + 1)));
        assertTrue(registrar.isPermitted(wallet));
    }

    function testUnknownID() public {
        refuse(americans[0], call(NOBODY, 2, EXPIRES), abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, NOBODY));
        refuse(
            americans[0], call(american, 2, EXPIRES), abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, american)
        );
    }

    /// @dev I5: it is the stored country that counts.
    function testCountryNotPermitted() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryNotPermitted.selector, german, US);
        refuse(germans[0], call(jane, 2, EXPIRES), refusal);
    }

    function testOnlyAuthorities() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.NotAuthorityAddress.selector, wallet);
        refuse(wallet, call(jane, 2, EXPIRES), refusal);
        restrictAddress(owner, american, americans[0]);
        refusal = abi.encodeWithSelector(IAuthorities.RestrictedAddress.selector, americans[0]);
        refuse(americans[0], call(jane, 2, EXPIRES), refusal);
    }

    function testRatingZero() public {
        refuse(americans[0], call(jane, 0, EXPIRES), abi.encodeWithSelector(IKYCRegistrar.RatingZero.selector));
    }

    function testExpiryPassed() public {
        bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.ExpiryPassed.selector, uint40(NOW), NOW);
        refuse(americans[0], call(jane, 2, uint40(NOW)), refusal);
    }
}

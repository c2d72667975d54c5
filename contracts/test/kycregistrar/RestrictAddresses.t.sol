// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract RestrictAddressesTest is RegistrarTest {
    function setUp() public override {
        super.setUp();
        addJane();
        registerAddress(americans[0], jane, other);
    }

    function call(bytes32 id, address[] memory addr) private view returns (bytes memory) {
        return abi.encodeCall(registrar.restrictAddresses, (id, addr));
    }

    function testOfAnInvestor() public {
        vm.expectEmit(address(registrar));
        emit IAddressIds.RestrictedAddresses(jane, list(wallet), american);
        assertTrue(send(americans[0], call(jane, list(wallet))));
        assertFalse(registrar.isPermitted(wallet));
        assertTrue(registrar.isPermitted(other));
        assertTrue(registrar.isPermittedID(jane));
        assertEq(registrar.getID(wallet), jane);
    }

    function testOfAnAuthority() public {
        vm.expectEmit(address(registrar));
        emit IAddressIds.RestrictedAddresses(american, list(americans[0], americans[2]), ownerID);
        assertTrue(send(owner, call(american, list(americans[0], americans[2]))));
        (, uint32 addressCount,,) = registrar.getAuthority(american);
        assertEq(addressCount, 1);
        assertFalse(registrar.isApprovedAuthority(americans[0], US));
        assertTrue(registrar.isApprovedAuthority(americans[1], US));
        assertEq(registrar.getAuthorityID(americans[0]), american);
    }

    /// @dev The investors that it added as an authority's address stay.
    function testItsInvestorsStay() public {
        assertTrue(send(owner, call(american, list(americans[0]))));
        assertTrue(registrar.isPermitted(wallet));
    }

    function testBelowThreshold() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.BelowThreshold.selector, 0, 1);
        refuseOnce(owner, call(american, americans), refusal);
        setThreshold(american, 3);
        refusal = abi.encodeWithSelector(IAuthorities.BelowThreshold.selector, 2, 3);
        refuseOnce(owner, call(american, list(americans[0])), refusal);
        setThreshold(american, 2);
        assertTrue(send(owner, call(american, list(americans[0]))));
        refusal = abi.encodeWithSelector(IAuthorities.BelowThreshold.selector, 1, 2);
        refuseOnce(owner, call(american, list(americans[1])), refusal);
    }

    function testTheOwnersLastAddress() public {
        assertTrue(send(owner, call(ownerID, list(owners[1], owners[2]))));
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.BelowThreshold.selector, 0, 1);
        refuseOnce(owner, call(ownerID, list(owner)), refusal);
    }

    function testWrongID() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.WrongID.selector, stranger, jane);
        refuse(americans[0], call(jane, list(wallet, stranger)), refusal);
        refusal = abi.encodeWithSelector(IAddressIds.WrongID.selector, germans[0], american);
        refuse(owner, call(american, list(germans[0])), refusal);
        refusal = abi.encodeWithSelector(IAddressIds.WrongID.selector, address(0), jane);
        refuse(americans[0], call(jane, list(address(0))), refusal);
    }

    function testAlreadyRestricted() public {
        restrictAddress(americans[0], jane, wallet);
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.AlreadyRestricted.selector, wallet);
        refuse(americans[0], call(jane, list(wallet)), refusal);
    }

    /// @dev An address that stands twice would count twice against the threshold.
    function testAnAddressTwice() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.AlreadyRestricted.selector, americans[0]);
        refuse(owner, call(american, list(americans[0], americans[0])), refusal);
        refusal = abi.encodeWithSelector(IAddressIds.AlreadyRestricted.selector, wallet);
        refuse(americans[0], call(jane, list(wallet, wallet)), refusal);
    }

    function testTooMany() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.TooMany.selector, 65, 64);
        refuse(americans[0], call(jane, many(65)), refusal);
    }

    /// @dev The original let a restricted address of the owner restrict those of authorities.
    function testARestrictedOwnerCanDoNothing() public {
        restrictAddress(owners[1], ownerID, owner);
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.RestrictedOwner.selector, owner);
        refuse(owner, call(american, list(americans[0])), refusal);
        refuse(owner, call(ownerID, list(owners[1])), refusal);
        refusal = abi.encodeWithSelector(IAuthorities.RestrictedAddress.selector, owner);
        refuse(owner, call(jane, list(wallet)), refusal);
    }

    function testOnlyTheOwnerForAnAuthority() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, americans[1]);
        refuse(americans[1], call(american, list(americans[0])), refusal);
        refuse(americans[1], call(ownerID, list(owner)), refusal);
    }

    function testCountryNotPermitted() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryNotPermitted.selector, german, US);
        refuse(germans[0], call(jane, list(wallet)), refusal);
    }

    function testUnknownID() public {
        bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, NOBODY);
        refuse(americans[0], call(NOBODY, list(wallet)), refusal);
        refusal = abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, bytes32(0));
        refuse(americans[0], call(0, list(stranger)), refusal);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract RegisterAddressesTest is RegistrarTest {
    address private added = makeAddr("added");

    function setUp() public override {
        super.setUp();
        addJane();
    }

    function call(bytes32 id, address[] memory addr) private view returns (bytes memory) {
        return abi.encodeCall(registrar.registerAddresses, (id, addr));
    }

    function addressCountOf(bytes32 id) private view returns (uint32 addressCount) {
        (, addressCount,,) = registrar.getAuthority(id);
    }

    function testOfAnInvestor() public {
        vm.expectEmit(address(registrar));
        emit IAddressIds.RegisteredAddresses(jane, list(other, added), american);
        assertTrue(send(americans[0], call(jane, list(other, added))));
        assertEq(registrar.getID(other), jane);
        assertTrue(registrar.isPermitted(other));
        assertTrue(registrar.isPermitted(added));
    }

    function testOfAnAuthority() public {
        vm.expectEmit(address(registrar));
        emit IAddressIds.RegisteredAddresses(american, list(added), ownerID);
        assertTrue(send(owner, call(american, list(added))));
        assertEq(registrar.getAuthorityID(added), american);
        assertEq(addressCountOf(american), 4);
        assertTrue(registrar.isApprovedAuthority(added, US));
    }

    function testOfTheOwner() public {
        assertTrue(send(owner, call(ownerID, list(added))));
        assertEq(addressCountOf(ownerID), 4);
        assertTrue(send(added, call(ownerID, list(other))));
    }

    /// @dev New signers leave what is pending as it is.
    function testANewSignerVoidsNothing() public {
        setThreshold(american, 2);
        bytes memory pending = call(jane, list(other));
        assertFalse(send(americans[0], pending));
        assertTrue(send(owner, call(american, list(added))));
        assertTrue(send(added, pending));
    }

    function testLiftsARestriction() public {
        restrictAddress(americans[0], jane, wallet);
        assertFalse(registrar.isPermitted(wallet));
        assertTrue(send(americans[0], call(jane, list(other, wallet))));
        assertTrue(registrar.isPermitted(wallet));
        assertEq(registrar.getID(wallet), jane);
        restrictAddress(americans[0], jane, wallet);
        assertFalse(registrar.isPermitted(wallet));
    }

    /// @dev A signer that comes back brings nothing along that it approved before it was restricted.
    function testAReturningSignerVoidsWhatIsPending() public {
        setThreshold(american, 2);
        bytes memory pending = call(jane, list(other));
        assertFalse(send(americans[0], pending));
        restrictAddress(owner, american, americans[0]);
        assertEq(addressCountOf(american), 2);
        vm.expectEmit(address(registrar));
        emit IApprovals.ApprovalsVoided(american);
        assertTrue(send(owner, call(american, list(americans[0]))));
        assertEq(addressCountOf(american), 3);
        assertFalse(send(americans[1], pending));
        assertTrue(send(americans[0], pending));
    }

    function testKnownAddress() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, wallet);
        refuse(americans[0], call(jane, list(wallet)), refusal);
        refuse(americans[0], call(jane, list(other, wallet)), refusal);
        refuse(owner, call(american, list(wallet)), refusal);
        refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, germans[0]);
        refuse(owner, call(american, list(germans[0])), refusal);
        refuse(americans[0], call(jane, list(germans[0])), refusal);
    }

    /// @dev A restricted address comes back to its own id, and to no other.
    function testARestrictedAddressOfAnotherId() public {
        restrictAddress(americans[0], jane, wallet);
        add(americans[0], "John", US, other);
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, wallet);
        refuse(americans[0], call("John", list(wallet)), refusal);
        refuse(owner, call(american, list(wallet)), refusal);
    }

    function testAnAddressTwice() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, other);
        refuse(americans[0], call(jane, list(other, other)), refusal);
        restrictAddress(owner, american, americans[1]);
        refusal = abi.encodeWithSelector(IAddressIds.KnownAddress.selector, americans[1]);
        refuse(owner, call(american, list(americans[1], americans[1])), refusal);
    }

    function testZeroAddress() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.ZeroAddress.selector);
        refuse(americans[0], call(jane, list(address(0))), refusal);
    }

    function testTooMany() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.TooMany.selector, 65, 64);
        refuse(americans[0], call(jane, many(65)), refusal);
        assertTrue(send(americans[0], call(jane, many(64))));
    }

    function testAnAuthorityOfTooManyAddresses() public {
        bytes memory refusal = abi.encodeWithSelector(IAddressIds.TooMany.selector, 65, 64);
        refuse(owner, call(american, many(62)), refusal);
        assertTrue(send(owner, call(american, many(61))));
        refuse(owner, call(american, list(added)), refusal);
        restrictAddress(owner, american, americans[0]);
        assertTrue(send(owner, call(american, list(added))));
    }

    function testOnlyTheOwnerForAnAuthority() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, americans[0]);
        refuse(americans[0], call(american, list(added)), refusal);
        refuse(americans[0], call(ownerID, list(added)), refusal);
        restrictAddress(owners[1], ownerID, owner);
        refusal = abi.encodeWithSelector(IAuthorities.RestrictedOwner.selector, owner);
        refuse(owner, call(american, list(added)), refusal);
        refuse(owner, call(ownerID, list(owner)), refusal);
    }

    function testCountryNotPermitted() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryNotPermitted.selector, german, US);
        refuse(germans[0], call(jane, list(other)), refusal);
    }

    function testUnknownID() public {
        bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, NOBODY);
        refuse(americans[0], call(NOBODY, list(other)), refusal);
    }

    function testOnlyAuthorities() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.NotAuthorityAddress.selector, wallet);
        refuse(wallet, call(jane, list(other)), refusal);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

/// @dev What a signer in bad faith tries, and what it gets.
contract AttacksTest is RegistrarTest {
    address private evil = makeAddr("evil");

    function setUp() public override {
        super.setUp();
        addJane();
    }

    /// @dev One of two signers cannot make up the other: not by asking twice, nor by coming back after an expiry or a
    /// cancellation, nor by padding its calldata.
    function testAloneAgainstAThreshold() public {
        setThreshold(american, 2);
        bytes memory call = abi.encodeCall(registrar.addInvestor, ("evil", US, ALABAMA, 7, EXPIRES, list(evil)));
        address signer = americans[0];
        assertFalse(send(signer, call));
        refuseOnce(signer, call, abi.encodeWithSelector(IApprovals.RepeatCaller.selector, signer));
        assertFalse(send(signer, bytes.concat(call, hex"00")));
        vm.prank(signer);
        registrar.cancelApproval(keccak256(call));
        assertFalse(send(signer, call));
        vm.warp(NOW + 7 days);
        assertFalse(send(signer, call));
        refuseOnce(signer, call, abi.encodeWithSelector(IApprovals.RepeatCaller.selector, signer));
        assertFalse(registrar.isRegistered("evil"));
    }

    /// @dev A signer of two authorities' worth of addresses cannot exist: an address has one id for good.
    function testAnAddressOfTwoAuthorities() public {
        bytes memory call = abi.encodeCall(registrar.registerAddresses, (german, list(americans[0])));
        refuse(owner, call, abi.encodeWithSelector(IAddressIds.KnownAddress.selector, americans[0]));
        restrictAddress(owner, american, americans[0]);
        refuse(owner, call, abi.encodeWithSelector(IAddressIds.KnownAddress.selector, americans[0]));
    }

    /// @dev An authority cannot make its investor's address a signer, nor a signer an investor.
    function testFromInvestorToSigner() public {
        bytes memory call = abi.encodeCall(registrar.registerAddresses, (american, list(wallet)));
        refuse(americans[0], call, abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, americans[0]));
        call = abi.encodeCall(registrar.registerAddresses, (jane, list(owner)));
        refuse(americans[0], call, abi.encodeWithSelector(IAddressIds.KnownAddress.selector, owner));
        call = abi.encodeCall(registrar.restrictAddresses, (jane, list(owner)));
        refuse(americans[0], call, abi.encodeWithSelector(IAddressIds.WrongID.selector, owner, jane));
    }

    /// @dev The German authority wants Jane, who is American: by any function, and by giving her a second record.
    function testAnInvestorOfAnotherCountry() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.CountryNotPermitted.selector, german, US);
        refuse(germans[0], abi.encodeCall(registrar.updateInvestor, (jane, ALABAMA, 7, EXPIRES)), refusal);
        refuse(germans[0], abi.encodeCall(registrar.setInvestorRestriction, (jane, true)), refusal);
        refuse(germans[0], abi.encodeCall(registrar.registerAddresses, (jane, list(evil))), refusal);
        refuse(germans[0], abi.encodeCall(registrar.restrictAddresses, (jane, list(wallet))), refusal);
        refuse(
            germans[0],
            abi.encodeCall(registrar.addInvestor, (jane, DE, ALABAMA, 7, EXPIRES, list(evil))),
            abi.encodeWithSignature("InvestorExists(bytes32)", jane)
        );
        refuse(
            germans[0],
            abi.encodeCall(registrar.setInvestorAuthority, (german, list(jane))),
            abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, germans[0])
        );
        refuse(
            germans[0],
            abi.encodeCall(registrar.setAuthorityCountries, (german, countries(US), true)),
            abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, germans[0])
        );
    }

    /// @dev A restricted investor is not freed by a new address, by the old one coming back, or by a new verification.
    function testAroundAnInvestorsRestriction() public {
        vm.startPrank(americans[0]);
        registrar.setInvestorRestriction(jane, true);
        registrar.registerAddresses(jane, list(other));
        registrar.restrictAddresses(jane, list(wallet));
        registrar.registerAddresses(jane, list(wallet));
        registrar.updateInvestor(jane, ALABAMA, 7, type(uint40).max);
        vm.stopPrank();
        assertFalse(registrar.isPermitted(wallet));
        assertFalse(registrar.isPermitted(other));
    }

    /// @dev A restricted authority's investors are not freed by restricting and registering, since only others may act.
    function testAroundAnAuthoritysRestriction() public {
        restrictAuthority(american, true);
        bytes memory call = abi.encodeCall(registrar.setAuthorityRestriction, (american, false));
        refuse(americans[0], call, abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, americans[0]));
        registerAddress(owner, american, evil);
        refuse(
            evil,
            abi.encodeCall(registrar.updateInvestor, (jane, ALABAMA, 7, EXPIRES)),
            abi.encodeWithSelector(IAuthorities.RestrictedID.selector, american)
        );
        setThreshold(american, 2);
        assertFalse(registrar.isPermitted(wallet));
    }

    /// @dev An authority that takes the id of one that the owner is about to appoint only delays that.
    function testSquattingAnAuthoritysId() public {
        address[] memory french = list(makeAddr("french 0"), makeAddr("french 1"));
        bytes32 id = keccak256(abi.encodePacked(address(registrar), french[0]));
        add(americans[0], id, US, evil);
        bytes memory call = abi.encodeCall(registrar.addAuthority, (french, countries(250), 1));
        refuse(owner, call, abi.encodeWithSelector(IAuthorities.InvestorID.selector, id));
        restrictAuthority(american, true);
        (french[0], french[1]) = (french[1], french[0]);
        appoint(french, 250);
        assertTrue(registrar.isApprovedAuthority(french[1], 250));
        assertFalse(registrar.isPermitted(evil));
    }

    /// @dev The markers of unknown and restricted addresses are ids that nobody gets: or every stranger would be an
    /// investor's, every restricted address permitted.
    function testTheReservedIds() public {
        restrictAddress(americans[0], jane, wallet);
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory call = abi.encodeCall(registrar.addInvestor, (bytes32(i), US, ALABAMA, 7, EXPIRES, list(evil)));
            refuse(americans[0], call, abi.encodeWithSelector(IAddressIds.ReservedID.selector, i));
            call = abi.encodeCall(registrar.restrictAddresses, (bytes32(i), list(wallet)));
            refuse(americans[0], call, abi.encodeWithSignature("UnknownID(bytes32)", i));
        }
    }

    /// @dev A function that takes no value refuses it.
    function testValue() public {
        vm.deal(americans[0], 1);
        vm.prank(americans[0]);
        (bool success,) =
            address(registrar).call{value: 1}(abi.encodeCall(registrar.updateInvestor, (jane, ALABAMA, 7, EXPIRES)));
        assertFalse(success);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Test.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

/// @dev What goes wrong in the life of a registrar, and how those concerned get out of it. A compromised owner is the
/// one story that a registrar cannot tell: there the issuer leaves it.
contract StoriesTest is RegistrarTest {
    RegulatedToken private bond;
    address private issuer = makeAddr("issuer");
    bytes32 private john = keccak256("John");
    address private johnsWallet = makeAddr("John's wallet");

    function setUp() public override {
        super.setUp();
        addJane();
        bond = new RegulatedToken("Bond", "BOND", registrar, issuer);
        vm.prank(issuer);
        bond.mint(wallet, 100);
    }

    /// @dev Jane moves from the United States to Germany: another country makes another id, at another address.
    function testAnInvestorChangesCountry() public {
        bytes32 janeInGermany = keccak256("JANEDOE31121980DE99999");
        add(germans[0], janeInGermany, DE, other);

        vm.prank(wallet);
        bond.transfer(other, 100);
        vm.prank(americans[0]);
        registrar.setInvestorRestriction(jane, true);

        assertEq(bond.balanceOf(other), 100);
        assertEq(registrar.investorCountry(other), DE);
        assertTrue(registrar.isPermitted(other));
        assertFalse(registrar.isPermitted(wallet));
        assertNotEq(registrar.getID(wallet), registrar.getID(other));

        // Nobody gives the old address to the new id.
        bytes memory call = abi.encodeCall(registrar.registerAddresses, (janeInGermany, list(wallet)));
        refuse(germans[0], call, abi.encodeWithSignature("KnownAddress(address)", wallet));
    }

    /// @dev Jane loses a key. The authority knows her, restricts the address and gives her another.
    function testAnInvestorLosesAKey() public {
        restrictAddress(americans[0], jane, wallet);
        registerAddress(americans[0], jane, other);

        assertEq(registrar.getID(other), registrar.getID(wallet));
        assertTrue(registrar.isPermitted(other));
        assertTrue(registrar.isPermittedID(jane));

        // Whoever has the key now moves nothing and gets nothing.
        assertFalse(registrar.isPermitted(wallet));
        vm.prank(wallet);
        vm.expectRevert("KYC_NOT_VERIFIED");
        bond.transfer(other, 100);
        vm.prank(issuer);
        vm.expectRevert("KYC_NOT_VERIFIED");
        bond.mint(wallet, 1);
        vm.prank(issuer);
        bond.mint(other, 100);
        assertEq(bond.balanceOf(other), 100);
    }

    /// @dev An authority turns out to be in bad faith. All its investors are out at once; those who prove genuine come
    /// back one by one, by either of two ways.
    function testACompromisedAuthority() public {
        add(americans[0], john, US, johnsWallet);
        address accomplice = makeAddr("accomplice");
        add(americans[0], "accomplice", US, accomplice);
        address[] memory others = list(makeAddr("another American authority"));
        bytes32 successor = appoint(others, US);

        restrictAuthority(american, true);
        assertFalse(registrar.isPermitted(wallet));
        assertFalse(registrar.isPermitted(johnsWallet));
        assertFalse(registrar.isPermitted(accomplice));

        // Another authority of the country verifies Jane anew.
        vm.prank(others[0]);
        registrar.updateInvestor(jane, ALABAMA, 2, EXPIRES);
        assertTrue(registrar.isPermitted(wallet));

        // The owner is satisfied about John and hands him over.
        vm.prank(owner);
        registrar.setInvestorAuthority(successor, list(john));
        assertTrue(registrar.isPermitted(johnsWallet));

        assertFalse(registrar.isPermitted(accomplice));
        refuse(
            americans[0],
            abi.encodeCall(registrar.updateInvestor, (jane, ALABAMA, 7, EXPIRES)),
            abi.encodeWithSignature("RestrictedID(bytes32)", american)
        );
        assertEq(registrar.getRating(jane), 2);
    }

    /// @dev Whom the restricted authority had approved is found in the events.
    function testACompromisedAuthoritysInvestorsAreFound() public {
        vm.recordLogs();
        add(americans[0], john, US, johnsWallet);
        add(germans[0], "Hans", DE, makeAddr("Hans's wallet"));
        vm.prank(americans[0]);
        registrar.updateInvestor(jane, ALABAMA, 3, EXPIRES);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        bytes32[] memory found = new bytes32[](2);
        uint256 count = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32[] memory topics = logs[i].topics;
            bool added = topics[0] == IKYCRegistrar.NewInvestor.selector && topics[3] == american;
            bool updated = topics[0] == IKYCRegistrar.UpdatedInvestor.selector && topics[2] == american;
            if (added || updated) found[count++] = topics[1];
        }
        assertEq(count, 2);
        assertEq(found[0], john);
        assertEq(found[1], jane);
    }

    /// @dev A single key of the owner's is stolen: the others take it away before it does anything.
    function testAStolenKeyOfTheOwner() public {
        setThreshold(ownerID, 2);
        bytes memory evil = abi.encodeCall(registrar.setAuthorityRestriction, (german, true));
        assertFalse(send(owner, evil));

        bytes memory rescue = abi.encodeCall(registrar.restrictAddresses, (ownerID, list(owner)));
        assertFalse(send(owners[1], rescue));
        assertTrue(send(owners[2], rescue));

        refuseOnce(owner, evil, abi.encodeWithSignature("RestrictedOwner(address)", owner));
        (address[] memory callers,) = registrar.getApprovals(ownerID, keccak256(evil));
        assertEq(callers.length, 0);
        assertTrue(registrar.isApprovedAuthority(germans[0], DE));
    }
}

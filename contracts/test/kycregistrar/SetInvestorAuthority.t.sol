// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract SetInvestorAuthorityTest is RegistrarTest {
    bytes32 private john = keccak256("John");
    address private johnsWallet = makeAddr("John's wallet");

    function setUp() public override {
        super.setUp();
        addJane();
        add(americans[0], john, US, johnsWallet);
    }

    function call(bytes32 authID, bytes32[] memory ids) private view returns (bytes memory) {
        return abi.encodeCall(registrar.setInvestorAuthority, (authID, ids));
    }

    function both() private view returns (bytes32[] memory ids) {
        ids = new bytes32[](2);
        (ids[0], ids[1]) = (jane, john);
    }

    function testHandsOver() public {
        vm.prank(americans[0]);
        registrar.setInvestorRestriction(john, true);

        vm.expectEmit(address(registrar));
        emit IKYCRegistrar.UpdatedInvestor(jane, ALABAMA, 2, EXPIRES, german);
        vm.expectEmit(address(registrar));
        emit IKYCRegistrar.UpdatedInvestor(john, ALABAMA, 2, EXPIRES, german);
        assertTrue(send(owner, call(german, both())));

        assertEq(registrar.getInvestorAuthority(jane), german);
        assertEq(registrar.getInvestorAuthority(john), german);
        assertTrue(registrar.isPermitted(wallet));
        assertFalse(registrar.isPermitted(johnsWallet));
        assertEq(registrar.getCountry(jane), US);
    }

    function testToTheOwnerItself() public {
        restrictAuthority(american, true);
        assertTrue(send(owner, call(ownerID, list(jane))));
        assertTrue(registrar.isPermitted(wallet));
        assertFalse(registrar.isPermitted(johnsWallet));
    }

    function testToARestrictedAuthority() public {
        restrictAuthority(german, true);
        assertTrue(send(owner, call(german, list(jane))));
        assertFalse(registrar.isPermitted(wallet));
    }

    function testNobody() public {
        assertTrue(send(owner, call(german, new bytes32[](0))));
    }

    function testUnknownID() public {
        bytes32[] memory ids = both();
        ids[1] = NOBODY;
        refuse(owner, call(german, ids), abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, NOBODY));
        refuse(owner, call(german, list(german)), abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, german));
    }

    function testNotAuthority() public {
        refuse(owner, call(jane, both()), abi.encodeWithSelector(IAuthorities.NotAuthority.selector, jane));
    }

    function testTooMany() public {
        bytes32[] memory ids = new bytes32[](65);
        for (uint256 i = 0; i < 65; ++i) {
            ids[i] = jane;
        }
        refuse(owner, call(german, ids), abi.encodeWithSelector(IAddressIds.TooMany.selector, 65, 64));
    }

    function testOnlyTheOwner() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, germans[0]);
        refuse(germans[0], call(german, both()), refusal);
        restrictAddress(owners[1], ownerID, owner);
        refuse(owner, call(german, both()), abi.encodeWithSelector(IAuthorities.RestrictedOwner.selector, owner));
    }
}

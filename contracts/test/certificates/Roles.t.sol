// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CertificateRegistry} from "../../src/certificates/CertificateRegistry.sol";
import {CertificateTest} from "./CertificateTest.sol";

/// @dev The roles themselves are those of the identity registry, and are tested there.
contract RolesTest is CertificateTest {
    address private next = makeAddr("next admin");
    address private afterNext = makeAddr("the admin after that");

    function testTheAdminIsTheOwner() public view {
        assertEq(registry.admin(), owner);
    }

    function testConstructor() public {
        vm.expectRevert("invalid argument - zero address");
        new CertificateRegistry(address(0));
        CertificateRegistry another = new CertificateRegistry(stranger);
        assertEq(another.admin(), stranger);
        assertFalse(another.isMirror(stranger));
    }

    function testHandOver() public {
        vm.prank(owner);
        registry.transferOwnership(next);
        assertEq(registry.admin(), owner);
        vm.prank(next);
        registry.acceptOwnership();
        assertEq(registry.admin(), next);
        expectNotOwner();
        vm.prank(owner);
        registry.certify(holder, ID);
        vm.prank(next);
        registry.certify(holder, ID);
    }

    /// @dev The second offer withdraws the first, and neither is accepted twice.
    function testHandedOverTwice() public {
        vm.startPrank(owner);
        registry.transferOwnership(next);
        registry.transferOwnership(afterNext);
        vm.stopPrank();
        expectNotOffered();
        vm.prank(next);
        registry.acceptOwnership();
        vm.prank(afterNext);
        registry.acceptOwnership();

        vm.prank(afterNext);
        registry.transferOwnership(owner);
        expectNotOffered();
        vm.prank(afterNext);
        registry.acceptOwnership();
        vm.prank(owner);
        registry.acceptOwnership();
        expectNotOffered();
        vm.prank(afterNext);
        registry.acceptOwnership();
        assertEq(registry.admin(), owner);
    }

    function testTakesNoEther() public {
        vm.deal(address(this), 1 ether);
        (bool done,) = address(registry).call{value: 1}("");
        assertFalse(done);
    }

    function expectNotOffered() private {
        vm.expectRevert("Ownable2Step: caller is not the new owner");
    }
}

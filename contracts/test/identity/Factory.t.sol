// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {Identity} from "../../src/identity/Identity.sol";
import {IIdentityContract} from "../../src/interfaces/IIdentityContract.sol";
import {IIdentityFactory} from "../../src/interfaces/IIdentityFactory.sol";
import {IRoles} from "../../src/interfaces/IRoles.sol";
import {IdentityTest} from "./IdentityTest.sol";

contract FactoryTest is IdentityTest {
    bytes32 private constant ANOTHER = keccak256("another investor");

    function testAnAddressIsKnownBeforeItsIdentityIsThere() public {
        IIdentityContract expected = factory.identityOf(registry, ANOTHER);
        assertEq(address(expected).code.length, 0);
        vm.expectEmit(address(factory));
        emit IIdentityFactory.IdentityDeployed(expected, registry, friend);
        vm.prank(mirror);
        assertEq(address(factory.deploy(registry, ANOTHER, friend)), address(expected));
        assertEq(address(expected.registry()), address(registry));
        assertTrue(expected.keyHasPurpose(keyOf(friend), MANAGEMENT));
    }

    function testToldTwiceItDeploysOnce() public {
        vm.prank(mirror);
        assertEq(address(factory.deploy(registry, SALT, stranger)), address(identity));
        assertFalse(has(stranger, MANAGEMENT));
    }

    function testOnlyARegistrysMirrorsDeployItsIdentities() public {
        vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.NotItsMirror.selector, stranger, registry));
        vm.prank(stranger);
        factory.deploy(registry, ANOTHER, stranger);

        IdentityRegistry theirs = new IdentityRegistry(stranger);
        vm.startPrank(stranger);
        theirs.addMirror(stranger);
        IIdentityContract other = factory.deploy(theirs, SALT, stranger);
        vm.stopPrank();
        assertNotEq(address(other), address(identity), "whoever owns another registry takes nobody's place");
        expectNotFor(mirror, MANAGEMENT);
        vm.prank(mirror);
        other.addKey(keyOf(friend), ACTION, ECDSA_KEY);
    }

    function testNobodyInitializesAgain() public {
        vm.expectRevert(abi.encodeWithSelector(IIdentityContract.NotTheFactory.selector, stranger));
        vm.prank(stranger);
        Identity(address(identity)).initialize(stranger, 6);
    }

    function testTheCodeBehindIsNobodys() public {
        Identity code = Identity(factory.implementation());
        assertEq(code.allKeys().length, 0);
        vm.expectRevert(abi.encodeWithSelector(IIdentityContract.NotTheFactory.selector, stranger));
        vm.prank(stranger);
        code.initialize(stranger, 6);
    }

    /// @dev The register computes the same addresses: `identity_address` in `core::mirror::record`.
    function testFuzzAnAddressFollowsFromRegistryAndSalt(address registry_, bytes32 salt) public view {
        bytes memory init = abi.encodePacked(
            hex"6100413d81600a3d39f3363d3d373d3d3d363d73",
            factory.implementation(),
            hex"5af43d82803e903d91602b57fd5bf3",
            registry_
        );
        bytes32 hash = keccak256(abi.encodePacked(hex"ff", factory, salt, keccak256(init)));
        assertEq(address(factory.identityOf(IRoles(registry_), salt)), address(uint160(uint256(hash))));
    }
}

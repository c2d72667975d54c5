// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../src/IdentityRegistry.sol";
import {IBuiltInStorage} from "../src/interfaces/IBuiltInStorage.sol";
import {IMirrorRole} from "../src/interfaces/IMirrorRole.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";

contract RolesTest is RegistryTest {
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event AgentAdded(address indexed _agent);
    event AgentRemoved(address indexed _agent);
    event MirrorAdded(address indexed mirror);
    event MirrorRemoved(address indexed mirror);
    event ClaimTopicsRegistrySet(address indexed claimTopicsRegistry);
    event IdentityStorageSet(address indexed identityStorage);
    event TrustedIssuersRegistrySet(address indexed trustedIssuersRegistry);

    function testConstructor() public {
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.expectEmit(predicted);
        emit OwnershipTransferred(address(0), stranger);
        vm.expectEmit(predicted);
        emit ClaimTopicsRegistrySet(address(0));
        vm.expectEmit(predicted);
        emit TrustedIssuersRegistrySet(address(0));
        vm.expectEmit(predicted);
        emit IdentityStorageSet(predicted);
        IdentityRegistry another = new IdentityRegistry(stranger);
        assertEq(another.owner(), stranger);
        assertFalse(another.isMirror(stranger));
        assertFalse(another.isAgent(stranger));

        vm.expectRevert(ZERO_ARGUMENT);
        new IdentityRegistry(address(0));
    }

    /// @dev Constructor arguments without signers: the same code and owner give the same address on every chain.
    function testDeterministicAddress() public {
        bytes memory code = abi.encodePacked(type(IdentityRegistry).creationCode, abi.encode(owner));
        address predicted = vm.computeCreate2Address(bytes32(0), keccak256(code), CREATE2_FACTORY);
        (bool success,) = CREATE2_FACTORY.call(abi.encodePacked(bytes32(0), code));
        assertTrue(success);
        assertEq(IdentityRegistry(predicted).owner(), owner);
    }

    function testOwnershipTakesTwoSteps() public {
        vm.expectEmit(address(registry));
        emit OwnershipTransferStarted(owner, stranger);
        vm.prank(owner);
        registry.transferOwnership(stranger);
        assertEq(registry.owner(), owner);
        assertEq(registry.pendingOwner(), stranger);

        vm.expectRevert("Ownable2Step: caller is not the new owner");
        vm.prank(agent);
        registry.acceptOwnership();

        vm.expectEmit(address(registry));
        emit OwnershipTransferred(owner, stranger);
        vm.prank(stranger);
        registry.acceptOwnership();
        assertEq(registry.owner(), stranger);
        assertEq(registry.pendingOwner(), address(0));

        vm.expectRevert(NOT_OWNER);
        vm.prank(owner);
        registry.addAgent(owner);
    }

    function testAnOfferCanBeWithdrawn() public {
        vm.startPrank(owner);
        registry.transferOwnership(stranger);
        registry.transferOwnership(address(0));
        vm.stopPrank();
        vm.expectRevert("Ownable2Step: caller is not the new owner");
        vm.prank(stranger);
        registry.acceptOwnership();
    }

    function testAgents() public {
        vm.startPrank(owner);
        vm.expectEmit(address(registry));
        emit AgentAdded(stranger);
        registry.addAgent(stranger);
        assertTrue(registry.isAgent(stranger));
        vm.expectRevert("Roles: account already has role");
        registry.addAgent(stranger);

        vm.expectEmit(address(registry));
        emit AgentRemoved(stranger);
        registry.removeAgent(stranger);
        assertFalse(registry.isAgent(stranger));
        vm.expectRevert("Roles: account does not have role");
        registry.removeAgent(stranger);

        vm.expectRevert(ZERO_ARGUMENT);
        registry.addAgent(address(0));
        vm.expectRevert(ZERO_ARGUMENT);
        registry.removeAgent(address(0));
    }

    function testMirrors() public {
        vm.startPrank(owner);
        vm.expectEmit(address(registry));
        emit MirrorAdded(stranger);
        registry.addMirror(stranger);
        assertTrue(registry.isMirror(stranger));
        assertTrue(registry.isMirror(mirror));
        vm.expectRevert(abi.encodeWithSelector(IMirrorRole.AlreadyMirror.selector, stranger));
        registry.addMirror(stranger);
        vm.expectRevert(ZERO_ARGUMENT);
        registry.addMirror(address(0));

        vm.expectEmit(address(registry));
        emit MirrorRemoved(stranger);
        registry.removeMirror(stranger);
        assertFalse(registry.isMirror(stranger));
        vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, stranger));
        registry.removeMirror(stranger);
    }

    function testARemovedMirrorWritesNoMore() public {
        vm.prank(owner);
        registry.removeMirror(mirror);
        vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, mirror));
        upsert(wallet, approval(1));
    }

    function testRegistriesOfErc3643() public {
        vm.startPrank(owner);
        vm.expectEmit(address(registry));
        emit ClaimTopicsRegistrySet(stranger);
        registry.setClaimTopicsRegistry(stranger);
        vm.expectEmit(address(registry));
        emit TrustedIssuersRegistrySet(wallet);
        registry.setTrustedIssuersRegistry(wallet);
        vm.expectEmit(address(registry));
        emit IdentityStorageSet(address(registry));
        registry.setIdentityRegistryStorage(address(registry));
        vm.expectRevert(abi.encodeWithSelector(IBuiltInStorage.StorageIsBuiltIn.selector, stranger));
        registry.setIdentityRegistryStorage(stranger);

        assertEq(address(registry.topicsRegistry()), stranger);
        assertEq(address(registry.issuersRegistry()), wallet);
        assertEq(address(registry.identityStorage()), address(registry));
    }

    function testOnlyTheOwner() public {
        bytes[7] memory calls = [
            abi.encodeCall(registry.transferOwnership, (stranger)),
            abi.encodeCall(registry.addAgent, (stranger)),
            abi.encodeCall(registry.removeAgent, (agent)),
            abi.encodeCall(registry.addMirror, (stranger)),
            abi.encodeCall(registry.removeMirror, (mirror)),
            abi.encodeCall(registry.setClaimTopicsRegistry, (stranger)),
            abi.encodeCall(registry.setTrustedIssuersRegistry, (stranger))
        ];
        address[3] memory others = [mirror, agent, stranger];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 k = 0; k < others.length; ++k) {
                assertRevertsNotOwner(others[k], calls[i]);
            }
        }
        assertRevertsNotOwner(agent, abi.encodeCall(registry.setIdentityRegistryStorage, (address(registry))));
    }

    function testTakesNoEtherAndNoUnknownCall() public {
        vm.deal(address(this), 1 ether);
        (bool success,) = address(registry).call{value: 1}("");
        assertFalse(success);
        (success,) = address(registry).call(hex"deadbeef");
        assertFalse(success);
    }

    function assertRevertsNotOwner(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool success, bytes memory answer) = address(registry).call(data);
        assertFalse(success);
        assertEq(answer, abi.encodeWithSignature("Error(string)", string(NOT_OWNER)));
    }
}

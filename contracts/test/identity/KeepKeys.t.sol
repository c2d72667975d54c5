// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {IERC734} from "../../src/interfaces/IERC734.sol";
import {IIdentityContract} from "../../src/interfaces/IIdentityContract.sol";
import {IIdentityFactory} from "../../src/interfaces/IIdentityFactory.sol";
import {IKeys} from "../../src/interfaces/IKeys.sol";
import {IdentityTest} from "./IdentityTest.sol";

contract KeepKeysTest is IdentityTest {
    bytes32 private constant ANOTHER = keccak256("another investor");
    uint256 private constant MANAGES_AND_ACTS = 1 << MANAGEMENT | 1 << ACTION;

    /// @dev What the contract should know of each key.
    struct Model {
        uint256 purposes;
        uint256 former;
        uint256 addedAt;
        uint256 removedAt;
    }

    mapping(address wallet => Model) private models;
    address[] private listed;

    function other() private view returns (IIdentityContract) {
        return factory.identityOf(registry, ANOTHER);
    }

    function keep(bytes memory keys) private {
        vm.prank(mirror);
        factory.keepKeys(registry, keys);
    }

    function testAnIdentityComesWithItsFirstKey() public {
        vm.expectEmit(address(factory));
        emit IIdentityFactory.IdentityDeployed(other(), registry, friend);
        vm.expectEmit(address(other()));
        emit IERC734.KeyAdded(keyOf(friend), MANAGEMENT, ECDSA_KEY);
        vm.expectEmit(address(other()));
        emit IERC734.KeyAdded(keyOf(friend), ACTION, ECDSA_KEY);
        keepKey(ANOTHER, friend, MANAGES_AND_ACTS);
        assertEq(other().allKeys().length, 1);
        assertEq(other().purposesOf(keyOf(friend)), MANAGES_AND_ACTS);
        assertEq(address(other().registry()), address(registry));
    }

    function testAFirstKeyThatIsNotToManageNeverDoes() public {
        keepKey(ANOTHER, friend, 1 << ACTION);
        assertEq(other().purposesOf(keyOf(friend)), 1 << ACTION);
        (uint256[] memory former,, uint256 removed) = other().keyHistory(keyOf(friend));
        assertEq(former.length, 0);
        assertEq(removed, 0);
        keepKey(ANOTHER, stranger, MANAGES_AND_ACTS);
        IIdentityContract managed = other();
        vm.expectRevert(abi.encodeWithSelector(IKeys.LastManager.selector, keyOf(stranger)));
        vm.prank(stranger);
        managed.removeKey(keyOf(stranger), MANAGEMENT);
    }

    function testNoIdentityComesForAKeyWithoutPurpose() public {
        vm.recordLogs();
        keepKey(ANOTHER, friend, 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(address(other()).code.length, 0);
    }

    function testALostWalletGoesAndAnotherComesInOneBatch() public {
        keep(bytes.concat(keyEntry(SALT, investor, 0), keyEntry(SALT, friend, MANAGES_AND_ACTS)));
        assertFalse(has(investor, MANAGEMENT) || has(investor, ACTION));
        assertTrue(has(friend, MANAGEMENT) && has(friend, ACTION));
        assertEq(identity.allKeys()[0], keyOf(investor), "the history stays");
    }

    function testToldTwiceItIsSilent() public {
        bytes memory keys =
            bytes.concat(keyEntry(ANOTHER, friend, MANAGES_AND_ACTS), keyEntry(SALT, friend, 1 << CLAIM));
        keep(keys);
        vm.recordLogs();
        keep(keys);
        keep(bytes.concat(keys, keys));
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function testWhatTheInvestorChangedIsPutRight() public {
        addKey(investor, CLAIM);
        addKey(friend, MANAGEMENT);
        vm.prank(investor);
        identity.removeKey(keyOf(investor), MANAGEMENT);
        keep(bytes.concat(keyEntry(SALT, investor, MANAGES_AND_ACTS), keyEntry(SALT, friend, 0)));
        assertEq(identity.purposesOf(keyOf(investor)), MANAGES_AND_ACTS);
        assertEq(identity.purposesOf(keyOf(friend)), 0);
    }

    function testZeroWallet() public {
        bytes memory keys = bytes.concat(keyEntry(SALT, friend, 2), keyEntry(SALT, address(0), 2));
        vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.ZeroWalletAt.selector, 1));
        keep(keys);
    }

    function testUnknownPurposes() public {
        uint8[5] memory purposes = [1, 32, 64, 128, 255];
        for (uint256 i = 0; i < purposes.length; ++i) {
            bytes memory keys = bytes.concat(keyEntry(SALT, friend, 30), keyEntry(SALT, stranger, purposes[i]));
            vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.UnknownPurposesAt.selector, 1));
            keep(keys);
        }
    }

    function testLength() public {
        uint256[4] memory lengths = [uint256(0), 52, 54, 201 * 53];
        for (uint256 i = 0; i < lengths.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.InvalidBatchLength.selector, lengths[i]));
            keep(new bytes(lengths[i]));
        }
        bytes memory keys;
        for (uint256 i = 0; i < factory.MAX_BATCH(); ++i) {
            keys = bytes.concat(keys, keyEntry(SALT, friend, 1 << ACTION));
        }
        keep(keys);
        assertTrue(has(friend, ACTION));
    }

    function testOnlyItsMirrors() public {
        address[4] memory others = [owner, agent, investor, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.NotItsMirror.selector, others[i], registry));
            vm.prank(others[i]);
            factory.keepKeys(registry, keyEntry(SALT, others[i], 2));
        }
    }

    /// @dev Whoever owns another registry keeps the keys of its identities there, and of none here.
    function testAnotherRegistrysMirrorTouchesNothing() public {
        IdentityRegistry theirs = new IdentityRegistry(stranger);
        vm.startPrank(stranger);
        theirs.addMirror(stranger);
        vm.recordLogs();
        factory.keepKeys(theirs, keyEntry(SALT, stranger, MANAGES_AND_ACTS));
        assertFalse(has(stranger, MANAGEMENT) || has(stranger, ACTION));
        assertTrue(factory.identityOf(theirs, SALT).keyHasPurpose(keyOf(stranger), MANAGEMENT));
        vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.NotItsMirror.selector, stranger, registry));
        factory.keepKeys(registry, keyEntry(SALT, stranger, MANAGES_AND_ACTS));
        vm.expectRevert(abi.encodeWithSelector(IIdentityContract.NotTheRegister.selector, stranger));
        identity.setPurposes(keyOf(stranger), MANAGES_AND_ACTS);
        vm.stopPrank();
    }

    /// @dev Whatever is told in whatever order, a key has what was told last, and its history is what it had.
    function testFuzzKeysAreAsLastTold(uint8[20] memory who, uint8[20] memory purposes) public {
        for (uint256 i = 0; i < who.length; ++i) {
            vm.warp(NOW + i);
            address key = address(uint160(who[i] % 4) + 1);
            uint256 told = purposes[i] & 30;
            keepKey(ANOTHER, key, told);
            follow(key, told);
            assertKeys();
        }
    }

    function follow(address key, uint256 told) private {
        Model storage model = models[key];
        uint256 had = model.purposes;
        if (had == 0 && told == 0) return;
        if (model.addedAt == 0) listed.push(key);
        if (told & ~had != 0) model.addedAt = block.timestamp;
        if (had & ~told != 0) model.removedAt = block.timestamp;
        model.former = (model.former | (had & ~told)) & ~told;
        model.purposes = told;
    }

    function assertKeys() private view {
        if (listed.length == 0) return assertEq(address(other()).code.length, 0);
        bytes32[] memory keys = other().allKeys();
        assertEq(keys.length, listed.length);
        uint256 managers = 0;
        for (uint256 i = 0; i < keys.length; ++i) {
            Model memory model = models[listed[i]];
            assertEq(keys[i], keyOf(listed[i]));
            assertEq(other().purposesOf(keys[i]), model.purposes);
            (uint256[] memory former, uint256 added, uint256 removed) = other().keyHistory(keys[i]);
            assertEq(bits(former), model.former);
            assertEq(bits(other().getKeyPurposes(keys[i])), model.purposes);
            assertEq(added, model.addedAt);
            assertEq(removed, model.removedAt);
            managers += model.purposes >> MANAGEMENT & 1;
        }
        assertEq(other().getKeysByPurpose(MANAGEMENT).length, managers);
    }

    function bits(uint256[] memory purposes) private pure returns (uint256 all) {
        for (uint256 i = 0; i < purposes.length; ++i) {
            all |= 1 << purposes[i];
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC734} from "../../src/interfaces/IERC734.sol";
import {IKeys} from "../../src/interfaces/IKeys.sol";
import {IdentityTest} from "./IdentityTest.sol";

contract KeysTest is IdentityTest {
    function testTheInvestorManagesAndActs() public view {
        assertTrue(has(investor, MANAGEMENT) && has(investor, ACTION));
        assertFalse(has(investor, CLAIM) || has(investor, ENCRYPTION));
        (uint256[] memory purposes, uint256 keyType, bytes32 key) = identity.getKey(keyOf(investor));
        assertEq(purposes.length, 2);
        assertEq(purposes[0], MANAGEMENT);
        assertEq(purposes[1], ACTION);
        assertEq(keyType, ECDSA_KEY);
        assertEq(key, keyOf(investor));
    }

    function testAKeyHasSeveralPurposes() public {
        addKey(friend, CLAIM);
        vm.expectEmit(address(identity));
        emit IERC734.KeyAdded(keyOf(friend), ENCRYPTION, ECDSA_KEY);
        addKey(friend, ENCRYPTION);
        assertEq(identity.getKeyPurposes(keyOf(friend)).length, 2);
        assertEq(identity.getKeysByPurpose(CLAIM).length, 1);
        assertEq(identity.getKeysByPurpose(MANAGEMENT).length, 1);
        assertEq(identity.allKeys().length, 2);
    }

    function testOnePurposeDoesNotImplyAnother() public {
        addKey(friend, ACTION);
        expectNotFor(friend, MANAGEMENT);
        vm.prank(friend);
        identity.addKey(keyOf(stranger), ACTION, ECDSA_KEY);
    }

    function testAKeyLeavesItsHistory() public {
        addKey(friend, ACTION);
        vm.warp(NOW + 100);
        vm.expectEmit(address(identity));
        emit IERC734.KeyRemoved(keyOf(friend), ACTION, ECDSA_KEY);
        vm.prank(investor);
        identity.removeKey(keyOf(friend), ACTION);

        assertFalse(has(friend, ACTION));
        (uint256[] memory purposes,, bytes32 key) = identity.getKey(keyOf(friend));
        assertEq(purposes.length, 0);
        assertEq(key, 0);
        (uint256[] memory former, uint256 added, uint256 removed) = identity.keyHistory(keyOf(friend));
        assertEq(former.length, 1);
        assertEq(former[0], ACTION);
        assertEq(added, NOW);
        assertEq(removed, NOW + 100);
        assertEq(identity.allKeys()[1], keyOf(friend));
        assertEq(identity.getKeysByPurpose(ACTION).length, 1);
    }

    function testAKeyThatComesBackIsListedOnce() public {
        addKey(friend, ACTION);
        vm.startPrank(investor);
        identity.removeKey(keyOf(friend), ACTION);
        identity.addKey(keyOf(friend), ACTION, 2);
        vm.stopPrank();
        assertEq(identity.allKeys().length, 2);
        (uint256[] memory former,,) = identity.keyHistory(keyOf(friend));
        assertEq(former.length, 0);
        (, uint256 keyType,) = identity.getKey(keyOf(friend));
        assertEq(keyType, 2);
    }

    function testRefusals() public {
        vm.startPrank(investor);
        vm.expectRevert(abi.encodeWithSelector(IKeys.UnknownPurpose.selector, 0));
        identity.addKey(keyOf(friend), 0, ECDSA_KEY);
        vm.expectRevert(abi.encodeWithSelector(IKeys.UnknownPurpose.selector, 5));
        identity.addKey(keyOf(friend), 5, ECDSA_KEY);
        vm.expectRevert(IKeys.ZeroKey.selector);
        identity.addKey(0, ACTION, ECDSA_KEY);
        vm.expectRevert(abi.encodeWithSelector(IKeys.KeyTypeOutOfRange.selector, 1 << 64));
        identity.addKey(keyOf(friend), ACTION, 1 << 64);
        vm.expectRevert(abi.encodeWithSelector(IKeys.AlreadyForThis.selector, keyOf(investor), ACTION));
        identity.addKey(keyOf(investor), ACTION, ECDSA_KEY);
        vm.expectRevert(abi.encodeWithSelector(IKeys.AnotherKeyType.selector, keyOf(investor), 2));
        identity.addKey(keyOf(investor), CLAIM, 2);
        vm.expectRevert(abi.encodeWithSelector(IKeys.NotItsPurpose.selector, keyOf(investor), CLAIM));
        identity.removeKey(keyOf(investor), CLAIM);
        vm.expectRevert(abi.encodeWithSelector(IKeys.LastManager.selector, keyOf(investor)));
        identity.removeKey(keyOf(investor), MANAGEMENT);
        vm.stopPrank();
        assertFalse(identity.keyHasPurpose(keyOf(investor), type(uint256).max));
    }

    function testNobodyElseManages() public {
        vm.startPrank(stranger);
        expectNotFor(stranger, MANAGEMENT);
        identity.addKey(keyOf(stranger), ACTION, ECDSA_KEY);
        expectNotFor(stranger, MANAGEMENT);
        identity.removeKey(keyOf(investor), ACTION);
        expectNotFor(stranger, MANAGEMENT);
        identity.replaceKey(keyOf(investor), keyOf(stranger));
        vm.stopPrank();
    }

    // ------------------------------------------------------------------------ a lost wallet

    function testTheRegisterReplacesALostWallet() public {
        vm.prank(mirror);
        identity.replaceKey(keyOf(investor), keyOf(friend));
        assertTrue(has(friend, MANAGEMENT) && has(friend, ACTION));
        assertFalse(has(investor, MANAGEMENT) || has(investor, ACTION));
        expectNotFor(investor, MANAGEMENT);
        vm.prank(investor);
        identity.addKey(keyOf(investor), ACTION, ECDSA_KEY);
    }

    function testAReplacementMayHaveSomeOfThePurposes() public {
        addKey(friend, ACTION);
        vm.prank(mirror);
        identity.replaceKey(keyOf(investor), keyOf(friend));
        assertTrue(has(friend, MANAGEMENT) && has(friend, ACTION));
    }

    function testNothingIsReplacedByNothing() public {
        vm.startPrank(mirror);
        vm.expectRevert(IKeys.ZeroKey.selector);
        identity.replaceKey(keyOf(investor), 0);
        vm.expectRevert(abi.encodeWithSelector(IKeys.NotItsPurpose.selector, keyOf(friend), MANAGEMENT));
        identity.replaceKey(keyOf(friend), keyOf(stranger));
        vm.expectRevert(abi.encodeWithSelector(IKeys.AlreadyForThis.selector, keyOf(investor), MANAGEMENT));
        identity.replaceKey(keyOf(investor), keyOf(investor));
        vm.stopPrank();
    }

    function testAMirrorThatWasDismissedManagesNothing() public {
        vm.prank(owner);
        registry.removeMirror(mirror);
        expectNotFor(mirror, MANAGEMENT);
        vm.prank(mirror);
        identity.replaceKey(keyOf(investor), keyOf(friend));
    }

    function testTheRegisterNeverActs() public {
        vm.deal(address(identity), 1 ether);
        vm.startPrank(mirror);
        uint256 id = identity.execute(mirror, 1 ether, "");
        expectNotFor(mirror, ACTION);
        identity.approve(id, true);
        vm.stopPrank();
        assertEq(mirror.balance, 0);
    }

    /// @dev Whatever a manager does, purposes and lists agree.
    function testFuzzListsAgreeWithPurposes(uint8[24] memory who, uint8[24] memory purpose, bool[24] memory adds)
        public
    {
        vm.startPrank(investor);
        for (uint256 i = 0; i < who.length; ++i) {
            bytes32 key = keyOf(address(uint160(who[i] % 5) + 1));
            uint256 chosen = purpose[i] % 4 + 1;
            if (adds[i] == identity.keyHasPurpose(key, chosen)) continue;
            if (adds[i]) identity.addKey(key, chosen, ECDSA_KEY);
            else identity.removeKey(key, chosen);
        }
        vm.stopPrank();
        bytes32[] memory all = identity.allKeys();
        for (uint256 chosen = MANAGEMENT; chosen <= ENCRYPTION; ++chosen) {
            bytes32[] memory listed = identity.getKeysByPurpose(chosen);
            uint256 found = 0;
            for (uint256 i = 0; i < all.length; ++i) {
                if (!identity.keyHasPurpose(all[i], chosen)) continue;
                assertEq(listed[found++], all[i]);
            }
            assertEq(listed.length, found);
        }
    }
}

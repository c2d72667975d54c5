// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC734} from "../../src/interfaces/IERC734.sol";
import {IIdentityContract} from "../../src/interfaces/IIdentityContract.sol";
import {IKeys} from "../../src/interfaces/IKeys.sol";
import {IdentityTest} from "./IdentityTest.sol";

contract SetPurposesTest is IdentityTest {
    uint256 private constant MANAGES = 1 << MANAGEMENT;
    uint256 private constant ACTS = 1 << ACTION;

    function set(address who, uint256 purposes) private {
        vm.prank(mirror);
        identity.setPurposes(keyOf(who), purposes);
    }

    function testAKeyGetsWhatItLacksAndLosesWhatIsTooMuch() public {
        vm.expectEmit(address(identity));
        emit IERC734.KeyRemoved(keyOf(investor), MANAGEMENT, ECDSA_KEY);
        vm.expectEmit(address(identity));
        emit IERC734.KeyAdded(keyOf(investor), CLAIM, ECDSA_KEY);
        set(investor, ACTS | 1 << CLAIM);
        assertEq(identity.purposesOf(keyOf(investor)), ACTS | 1 << CLAIM);
        (uint256[] memory former,,) = identity.keyHistory(keyOf(investor));
        assertEq(former.length, 1);
        assertEq(former[0], MANAGEMENT);
    }

    function testWhatIsSoAlreadyIsSilent() public {
        vm.recordLogs();
        set(investor, MANAGES | ACTS);
        set(friend, 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(identity.allKeys().length, 1);
    }

    /// @dev Or whoever manages an identity would bar the register from a key by adding it first.
    function testAKeyOfAnotherTypeBecomesOneOfAnAddress() public {
        vm.startPrank(investor);
        identity.addKey(keyOf(friend), ACTION, 2);
        identity.addKey(keyOf(friend), ENCRYPTION, 2);
        vm.stopPrank();
        set(friend, ACTS | 1 << CLAIM);
        (uint256[] memory purposes, uint256 keyType,) = identity.getKey(keyOf(friend));
        assertEq(purposes.length, 2);
        assertEq(purposes[0], ACTION);
        assertEq(purposes[1], CLAIM);
        assertEq(keyType, ECDSA_KEY);
    }

    function testTheRegisterAloneTakesTheLastManagerAway() public {
        vm.expectRevert(abi.encodeWithSelector(IKeys.LastManager.selector, keyOf(investor)));
        vm.prank(mirror);
        identity.removeKey(keyOf(investor), MANAGEMENT);
        vm.expectRevert(abi.encodeWithSelector(IKeys.LastManager.selector, keyOf(investor)));
        vm.prank(investor);
        identity.removeKey(keyOf(investor), MANAGEMENT);

        set(investor, 0);
        assertEq(identity.getKeysByPurpose(MANAGEMENT).length, 0);
        expectNotFor(investor, MANAGEMENT);
        vm.prank(investor);
        identity.addKey(keyOf(investor), MANAGEMENT, ECDSA_KEY);
    }

    function testAnIdentityThatNobodyManagedHasALastManagerAgain() public {
        set(investor, ACTS);
        set(friend, MANAGES);
        vm.expectRevert(abi.encodeWithSelector(IKeys.LastManager.selector, keyOf(friend)));
        vm.prank(friend);
        identity.removeKey(keyOf(friend), MANAGEMENT);

        set(investor, MANAGES);
        vm.startPrank(friend);
        identity.removeKey(keyOf(friend), MANAGEMENT);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IKeys.LastManager.selector, keyOf(investor)));
        vm.prank(investor);
        identity.removeKey(keyOf(investor), MANAGEMENT);
    }

    function testTheRegisterManagesWhatNobodyElseDoes() public {
        set(investor, 0);
        vm.prank(mirror);
        identity.addKey(keyOf(friend), MANAGEMENT, ECDSA_KEY);
        assertTrue(has(friend, MANAGEMENT));
    }

    function testNobodyElseSets() public {
        address[4] memory others = [owner, agent, investor, address(identity)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIdentityContract.NotTheRegister.selector, others[i]));
            vm.prank(others[i]);
            identity.setPurposes(keyOf(investor), 0);
        }
    }

    function testRefusals() public {
        uint256[4] memory purposes = [uint256(1), 32, 1 << 255, type(uint256).max];
        for (uint256 i = 0; i < purposes.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIdentityContract.UnknownPurposes.selector, purposes[i]));
            set(friend, purposes[i]);
        }
        vm.expectRevert(IKeys.ZeroKey.selector);
        vm.prank(mirror);
        identity.setPurposes(0, ACTS);
    }
}

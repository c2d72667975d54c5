// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegistrySet} from "../../src/RegistrySet.sol";
import {MoodyRegistry} from "../helpers/MoodyRegistry.sol";
import {SetTest} from "./SetTest.sol";

/// @dev `isVerified` and `areVerified` of a set.
contract SetVerdictTest is SetTest {
    MoodyRegistry private moody = new MoodyRegistry();

    function testTheFirstThatContainsDecides() public {
        assertVerdict(false);
        upsertSecond(wallet, approval(1));
        assertVerdict(true);
        upsert(wallet, approval(1));
        assertVerdict(true);
        deny(wallet, 2, REVOKED);
        assertVerdict(false);
        arrange(list(address(second), address(registry)));
        assertVerdict(true);
    }

    function testALaterDenialDoesNotCount() public {
        upsert(wallet, approval(1));
        upsertSecond(wallet, approval(1));
        denySecond(wallet, 2, FROZEN);
        assertVerdict(true);
    }

    function testAnExpiredApprovalDecidesToo() public {
        register(wallet);
        upsertSecond(wallet, approval(1));
        assertVerdict(true);
        vm.warp(NOW + 1 days);
        assertVerdict(false);
    }

    /// @dev A registry that removed a wallet has nothing more to say about it.
    function testARemovedWalletIsLeftToTheNext() public {
        upsert(wallet, approval(1));
        upsertSecond(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        assertVerdict(false);
        deny(wallet, 3, REVOKED | REMOVED);
        assertVerdict(true);
    }

    function testAnEmptySetVerifiesNobody() public {
        upsert(wallet, approval(1));
        arrange(list());
        assertVerdict(false);
    }

    function testOneCallWhenTheFirstSaysYes() public {
        upsert(wallet, approval(1));
        vm.expectCall(address(registry), abi.encodeCall(registry.isVerified, (wallet)), 1);
        vm.expectCall(address(registry), abi.encodeCall(registry.contains, (wallet)), 0);
        vm.expectCall(address(second), "", 0);
        assertTrue(set.isVerified(wallet));
    }

    function testBoth(bool a, bool b) public {
        if (a) upsert(wallet, approval(1));
        if (b) upsertSecond(other, approval(1));
        assertEq(set.areVerified(wallet, other), a && b);
        assertEq(set.areVerified(other, wallet), a && b);
        assertEq(set.areVerified(wallet, wallet), a);
    }

    /// @dev Up to eight, and the last is asked as the first is.
    function testEight(uint8 at, bool yes) public {
        at = uint8(bound(at, 0, 7));
        address[] memory registries = new address[](8);
        for (uint256 i = 0; i < 8; ++i) {
            registries[i] = address(new MoodyRegistry());
        }
        arrange(registries);
        assertVerdict(false);
        MoodyRegistry(registries[at]).set(MoodyRegistry.Mood.Answers, yes, true);
        assertVerdict(yes);
    }

    function testASetWithinASet() public {
        RegistrySet outer = new RegistrySet(owner);
        vm.prank(owner);
        outer.setRegistries(list(address(set), address(second)));
        upsertSecond(wallet, approval(1));
        assertTrue(outer.isVerified(wallet));

        moody.set(MoodyRegistry.Mood.Reverts, false, false);
        arrange(list(address(moody)));
        assertFalse(outer.isVerified(wallet));
    }

    // -------------------------------------------------- a registry that fails is never passed over

    function testAFailingRegistryVerifiesNobody(uint8 mood, bool verifies, bool holds) public {
        moody.set(MoodyRegistry.Mood(bound(mood, 1, uint8(type(MoodyRegistry.Mood).max))), verifies, holds);
        upsert(wallet, approval(1));
        arrange(list(address(moody), address(registry)));
        assertVerdict(false);
        arrange(list(address(registry), address(moody)));
        assertVerdict(true);
        assertFalse(set.isVerified(other));

        vm.prank(owner);
        set.removeRegistry(address(moody));
        assertVerdict(true);
    }

    /// @dev Nor one that fails only when it is asked the second question.
    function testAFailingContains() public {
        upsertSecond(wallet, approval(1));
        vm.mockCallRevert(address(registry), abi.encodeCall(registry.contains, (wallet)), "");
        assertVerdict(false);
    }

    /// @dev A registry whose code is gone, or never was on this chain.
    function testAVanishedRegistry() public {
        upsertSecond(wallet, approval(1));
        vm.etch(address(registry), "");
        assertVerdict(false);
    }

    /// @dev A caller may choose the gas, but by that it can only make the answer worse.
    function testLittleGasIsNeverAYes(uint256 gas) public {
        upsert(wallet, approval(1));
        upsertSecond(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        assertNever(bound(gas, 0, 60_000));
    }

    /// @dev Every amount of gas about the one that the calls need.
    function testNoAmountOfGasIsAYes() public {
        upsert(wallet, approval(1));
        upsertSecond(wallet, approval(1));
        deny(wallet, 2, REVOKED);
        for (uint256 gas = 0; gas < 24_000; gas += 23) {
            assertNever(gas);
        }
    }

    /// @dev What is left when a registry burns all gas is enough to say no.
    function testBurningAllGasGivesANo() public {
        moody.set(MoodyRegistry.Mood.BurnsAllGas, true, true);
        arrange(list(address(moody), address(registry)));
        assertFalse(set.isVerified{gas: 200_000}(wallet));
    }

    /// @dev A megabyte of answer is not copied: asking costs what the registry itself spends, and little more.
    function testABombIsNotCopied() public {
        moody.set(MoodyRegistry.Mood.AnswersABomb, true, true);
        arrange(list(address(moody)));
        uint256 alone = gasOf(address(moody));
        assertLt(gasOf(address(set)), alone + 30_000);
        assertFalse(set.isVerified(wallet));
    }

    function gasOf(address asked) private view returns (uint256 gas) {
        bytes memory question = abi.encodeCall(set.isVerified, (wallet));
        gas = gasleft();
        assembly ("memory-safe") {
            pop(staticcall(gas(), asked, add(question, 32), mload(question), 0, 0))
        }
        gas -= gasleft();
    }

    function assertNever(uint256 gas) private view {
        (bool success, bytes memory answer) =
            address(set).staticcall{gas: gas}(abi.encodeCall(set.isVerified, (wallet)));
        assertFalse(success && abi.decode(answer, (bool)));
    }

    function assertVerdict(bool expected) private view {
        assertEq(set.isVerified(wallet), expected);
        assertEq(set.areVerified(wallet, wallet), expected);
    }
}

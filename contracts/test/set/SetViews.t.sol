// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRegistrySet} from "../../src/interfaces/IRegistrySet.sol";
import {MoodyRegistry} from "../helpers/MoodyRegistry.sol";
import {Word} from "../helpers/Word.sol";
import {SetTest} from "./SetTest.sol";

/// @dev `contains`, `identity` and `investorCountry` of a set: they come from the registry that decides.
contract SetViewsTest is SetTest {
    MoodyRegistry private moody = new MoodyRegistry();

    function testUnknownWallet() public view {
        assertAnswers(false, address(0), 0);
    }

    function testAFullSetThatContainsNobody() public {
        address[] memory registries = new address[](8);
        for (uint256 i = 0; i < 8; ++i) {
            registries[i] = address(new MoodyRegistry());
        }
        arrange(registries);
        assertAnswers(false, address(0), 0);
    }

    function testOfTheDecider() public {
        Word memory w = approval(1);
        (w.identity, w.country) = (other, 40);
        upsertSecond(wallet, w);
        assertAnswers(true, other, 40);
        upsert(wallet, approval(1));
        assertAnswers(true, id, 276);
        deny(wallet, 2, REVOKED);
        assertAnswers(true, id, 276);
        deny(wallet, 3, REMOVED);
        assertAnswers(true, other, 40);
    }

    /// @dev A registry that verifies a wallet contains it, even if it denies that.
    function testVerifyingIsContaining() public {
        upsertSecond(wallet, approval(1));
        moody.set(MoodyRegistry.Mood.Answers, true, false);
        arrange(list(address(moody), address(second)));
        assertAnswers(true, address(0), 0);
    }

    /// @dev There is no safe answer: a zero or a later registry's would pass for the truth.
    function testAFailingRegistry(uint8 mood) public {
        moody.set(MoodyRegistry.Mood(bound(mood, 1, uint8(type(MoodyRegistry.Mood).max))), true, true);
        upsert(wallet, approval(1));
        arrange(list(address(moody), address(registry)));
        bytes memory reason = abi.encodeWithSelector(IRegistrySet.RegistryFailed.selector, address(moody));
        vm.expectRevert(reason);
        set.contains(wallet);
        vm.expectRevert(reason);
        set.identity(wallet);
        vm.expectRevert(reason);
        set.investorCountry(wallet);

        arrange(list(address(registry), address(moody)));
        assertAnswers(true, id, 276);
    }

    function testAnswersThatCannotBe() public {
        upsert(wallet, approval(1));
        bytes memory reason = abi.encodeWithSelector(IRegistrySet.RegistryFailed.selector, address(registry));
        vm.mockCall(
            address(registry), abi.encodeCall(registry.identity, (wallet)), abi.encode(uint256(type(uint160).max) + 1)
        );
        vm.expectRevert(reason);
        set.identity(wallet);
        vm.mockCall(address(registry), abi.encodeCall(registry.investorCountry, (wallet)), abi.encode(1 << 16));
        vm.expectRevert(reason);
        set.investorCountry(wallet);
    }

    function assertAnswers(bool contained, address identity, uint16 country) private view {
        assertEq(set.contains(wallet), contained);
        assertEq(address(set.identity(wallet)), identity);
        assertEq(set.investorCountry(wallet), country);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC3643IdentityRegistryViews} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {MoodyRegistry} from "../helpers/MoodyRegistry.sol";
import {SetHandler} from "./SetHandler.sol";

contract SetInvariantsTest is Test {
    SetHandler private handler;

    function setUp() public {
        vm.warp(1_790_000_000);
        handler = new SetHandler();
        targetContract(address(handler));
    }

    function invariantSteps() public view {
        assertFalse(handler.unverifiedReceived(), "an unverified wallet sent or received");
        assertFalse(handler.agentLiftedDenial(), "an agent lifted a denial");
    }

    /// @dev A yes is the yes of a registry before which none contains the wallet and none fails, and such a yes is
    /// passed on; of pairs it is the yes to both.
    function invariantTheFirstThatContainsDecides() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            address a = handler.wallets(i);
            address b = handler.wallets((i + 1) % handler.count());
            assertEq(handler.set().isVerified(a), decided(a));
            assertEq(handler.set().areVerified(a, b), decided(a) && decided(b));
        }
    }

    /// @dev From what each registry is known to hold, without asking the moody one.
    function decided(address wallet) private view returns (bool) {
        address[] memory list = handler.set().registries();
        MoodyRegistry moody = handler.moody();
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == address(moody)) {
                if (moody.mood() != MoodyRegistry.Mood.Answers) return false;
                if (moody.verifies() || moody.holds()) return moody.verifies();
            } else {
                IERC3643IdentityRegistryViews registry = IERC3643IdentityRegistryViews(list[i]);
                if (registry.contains(wallet)) return registry.isVerified(wallet);
            }
        }
        return false;
    }
}

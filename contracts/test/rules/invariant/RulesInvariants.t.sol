// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Word, Words} from "../../helpers/Word.sol";
import {RulesHandler} from "./RulesHandler.sol";

contract RulesInvariantsTest is Test {
    RulesHandler private handler;

    function setUp() public {
        vm.warp(1_790_000_000);
        handler = new RulesHandler();
        targetContract(address(handler));
    }

    /// @dev Seen from each step.
    function invariantSteps() public view {
        assertFalse(handler.tookEffectEarly(), "a rule took effect before its delay");
        assertFalse(handler.blockIgnored(), "a block was ignored");
        assertFalse(handler.versionFell(), "a version fell");
        assertFalse(handler.blockedReceived(), "a blocked country received");
        assertFalse(handler.blockedSent(), "a blocked country sent");
        assertFalse(handler.fullCountryGrew(), "a full country took another holder");
    }

    /// @dev Once everybody is counted, the counts are those of the balances and the registry, whatever happened before.
    function invariantCountsAreARecount() public {
        handler.countAll();
        address[] memory wallets = handler.walletList();
        Word[] memory words = new Word[](wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            words[i] = Words.unpack(handler.registry().recordOf(wallets[i]));
        }

        uint256[1024] memory expected;
        for (uint256 i = 0; i < wallets.length; ++i) {
            if (handler.token().balanceOf(wallets[i]) == 0) continue;
            // The wallet of an identity that was counted last says where its holder is.
            bool last = true;
            for (uint256 k = i + 1; k < wallets.length; ++k) {
                if (words[k].identity == words[i].identity && handler.token().balanceOf(wallets[k]) != 0) last = false;
            }
            if (!last) continue;
            ++expected[words[i].country];
            if (words[i].usPerson && words[i].country != 840) ++expected[840];
        }
        for (uint256 i = 0; i < 4; ++i) {
            uint16 country = handler.countries(i);
            assertEq(handler.rules().holdersOf(address(handler.token()), country), expected[country]);
        }
    }

    /// @dev However stale the counts are, they hold as many as there are holders, each where it once was.
    function invariantNobodyIsCountedTwice() public view {
        uint256 counted;
        for (uint256 i = 0; i < 3; ++i) {
            counted += handler.rules().holdersOf(address(handler.token()), handler.countries(i));
        }
        assertLe(counted, handler.walletList().length);
    }
}

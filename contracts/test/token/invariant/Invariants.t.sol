// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {TokenHandler} from "./TokenHandler.sol";

contract TokenInvariantsTest is Test {
    TokenHandler private handler;

    function setUp() public {
        vm.warp(1_790_000_000);
        handler = new TokenHandler();
        targetContract(address(handler));
    }

    function invariantSteps() public view {
        assertFalse(handler.frozenMoved(), "something moved from a frozen wallet without a licence");
        assertFalse(handler.unverifiedReceived(), "an unverified wallet received");
        assertFalse(handler.movedByOne(), "one approver alone moved something");
        assertFalse(handler.frozenTokensSent(), "a holder moved frozen tokens");
    }

    function invariantBalances() public view {
        uint256 sum;
        for (uint256 i = 0; i < handler.count(); ++i) {
            address wallet = handler.wallets(i);
            uint256 balance = handler.token().balanceOf(wallet);
            assertLe(handler.token().getFrozenTokens(wallet), balance, "more is frozen than is held");
            sum += balance;
        }
        assertEq(handler.token().totalSupply(), sum);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRegulatedToken} from "../../src/interfaces/IRegulatedToken.sol";
import {TokenTest} from "./TokenTest.sol";

contract PauseTest is TokenTest {
    function testPause() public {
        vm.expectEmit(address(token));
        emit IRegulatedToken.Paused(owner);
        pause();
        assertTrue(token.paused());
        vm.expectRevert("PAUSED");
        transfer(wallet, other, 1);

        vm.expectEmit(address(token));
        emit IRegulatedToken.Unpaused(owner);
        vm.prank(owner);
        token.unpause();
        assertFalse(token.paused());
        transfer(wallet, other, 1);
    }

    function testTwice() public {
        pause();
        vm.expectRevert(IRegulatedToken.AlreadyPaused.selector);
        pause();
        vm.startPrank(owner);
        token.unpause();
        vm.expectRevert(IRegulatedToken.NotPaused.selector);
        token.unpause();
        vm.stopPrank();
    }

    function testOnlyByTheOwner() public {
        vm.startPrank(first);
        vm.expectRevert(notOwner(first));
        token.pause();
        vm.expectRevert(notOwner(first));
        token.unpause();
        vm.stopPrank();
    }

    /// @dev The flag shares its slot with the rules and with the count of freezes.
    function testWhatSharesItsSlotStays() public {
        takeRules(true);
        freeze(wallet, 60);
        pause();
        vm.prank(owner);
        token.unpause();
        assertEq(address(token.compliance()), address(rules));
        vm.expectRevert("TOKENS_FROZEN");
        transfer(wallet, other, 41);
        unfreeze(wallet, 60);
        transfer(wallet, other, 41);
        (, uint256 told) = rules.lastHeard();
        assertEq(told, 2, "of the binding and of the transfer");
    }
}

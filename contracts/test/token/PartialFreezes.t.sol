// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IPartialFreezes} from "../../src/interfaces/IPartialFreezes.sol";
import {TokenTest} from "./TokenTest.sol";

contract PartialFreezesTest is TokenTest {
    function testFreeze(uint256 frozen, uint256 amount) public {
        frozen = bound(frozen, 0, BALANCE);
        amount = bound(amount, 0, BALANCE);
        vm.expectEmit(address(token));
        emit IPartialFreezes.TokensFrozen(wallet, frozen);
        freeze(wallet, frozen);
        assertEq(token.getFrozenTokens(wallet), frozen);
        if (amount > BALANCE - frozen) vm.expectRevert("TOKENS_FROZEN");
        transfer(wallet, other, amount);
    }

    function testFreezesAddUp() public {
        freeze(wallet, 60);
        freeze(wallet, 30);
        vm.expectRevert(abi.encodeWithSelector(IPartialFreezes.ExceedsFreeBalance.selector, wallet, 10, 11));
        freeze(wallet, 11);
        assertEq(token.getFrozenTokens(wallet), 90);
        unfreeze(wallet, 50);
        assertEq(token.getFrozenTokens(wallet), 40);
    }

    function testNoMoreThanIsHeld(uint256 amount) public {
        amount = bound(amount, BALANCE + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IPartialFreezes.ExceedsFreeBalance.selector, wallet, BALANCE, amount));
        freeze(wallet, amount);
        freeze(wallet, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPartialFreezes.ExceedsFreeBalance.selector, wallet, BALANCE - 1, amount)
        );
        freeze(wallet, amount);
    }

    function testUnfreeze() public {
        freeze(wallet, 60);
        vm.expectEmit(address(token));
        emit IPartialFreezes.TokensUnfrozen(wallet, 60);
        unfreeze(wallet, 60);
        transfer(wallet, other, BALANCE);
    }

    function testNoMoreThanIsFrozen(uint256 amount) public {
        freeze(wallet, 60);
        amount = bound(amount, 61, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IPartialFreezes.ExceedsFrozenTokens.selector, wallet, 60, amount));
        unfreeze(wallet, amount);
    }

    function testOnlyByTheOwner() public {
        vm.startPrank(first);
        vm.expectRevert(notOwner(first));
        token.freezePartialTokens(wallet, 1);
        vm.expectRevert(notOwner(first));
        token.unfreezePartialTokens(wallet, 1);
        vm.stopPrank();
    }

    /// @dev Frozen tokens may well stay behind, and what comes in is free.
    function testWhatComesInIsFree() public {
        freeze(wallet, BALANCE);
        mint(wallet, 5);
        transfer(wallet, other, 5);
        vm.expectRevert("TOKENS_FROZEN");
        transfer(wallet, other, 1);
    }

    /// @dev A freeze of nothing, or of one wallet after another, must not switch off the look at anybody's freeze.
    function testManyWallets() public {
        mint(other, 10);
        freeze(wallet, BALANCE);
        freeze(other, 10);
        freeze(other, 0);
        unfreeze(other, 4);
        unfreeze(other, 6);
        unfreeze(other, 0);
        vm.expectRevert("TOKENS_FROZEN");
        transfer(wallet, other, 1);
        burn(wallet, BALANCE);
        assertEq(token.getFrozenTokens(wallet), 0);
        freeze(other, 10);
        vm.expectRevert("TOKENS_FROZEN");
        transfer(other, wallet, 1);
    }

    function testAnUnverifiedWalletIsFrozenToo() public {
        deny(wallet, 2, REVOKED);
        freeze(wallet, BALANCE);
        assertEq(token.getFrozenTokens(wallet), BALANCE);
    }

    /// @dev Whoever holds too little hears of that, and not of the freeze.
    function testTooLittleComesFirst() public {
        freeze(wallet, 60);
        vm.expectRevert(tooLittle(wallet, BALANCE, BALANCE + 1));
        transfer(wallet, other, BALANCE + 1);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IPartialFreezes} from "../../src/interfaces/IPartialFreezes.sol";
import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {TokenTest} from "./TokenTest.sol";

contract MintAndBurnTest is TokenTest {
    function testMint(uint128 amount) public {
        mint(other, amount);
        assertBalances(BALANCE, amount);
        assertEq(token.totalSupply(), BALANCE + amount);
    }

    function testMintOnlyToTheVerified() public {
        vm.expectRevert("KYC_NOT_VERIFIED");
        mint(stranger, 1);
    }

    function testMintOnlyByTheOwner() public {
        vm.expectRevert(notOwner(wallet));
        vm.prank(wallet);
        token.mint(wallet, 1);
    }

    function testMintAsksTheRules() public {
        takeRules(true);
        mint(other, 7);
        assertHeard(abi.encodeCall(IERC3643Compliance.created, (other, 7)));
        vm.expectCall(address(rules), abi.encodeCall(IERC3643Compliance.canTransfer, (address(0), other, 8)));
        rulesRefuse("COUNTRY_BLOCKED");
        vm.expectRevert("COUNTRY_BLOCKED");
        mint(other, 8);
    }

    function testBurn() public {
        burn(wallet, 30);
        assertEq(token.totalSupply(), 70);
        vm.expectRevert(tooLittle(wallet, 70, 71));
        burn(wallet, 71);
    }

    function testBurnOnlyFromTheVerified() public {
        deny(wallet, 2, REVOKED);
        vm.expectRevert("KYC_NOT_VERIFIED");
        burn(wallet, 30);
    }

    function testBurnOnlyByTheOwner() public {
        vm.expectRevert(notOwner(other));
        vm.prank(other);
        token.burn(other, 0);
    }

    /// @dev As many as are needed, and said so.
    function testBurnReachesFrozenTokens() public {
        freeze(wallet, 60);
        vm.expectEmit(address(token));
        emit IPartialFreezes.TokensUnfrozen(wallet, 10);
        burn(wallet, 50);
        assertEq(token.getFrozenTokens(wallet), 50);
        assertEq(token.balanceOf(wallet), 50);
    }

    /// @dev Whoever may not receive may well be taken from, so the rules are told and not asked.
    function testBurnTellsTheRules() public {
        takeRules(true);
        rulesRefuse("COUNTRY_BLOCKED");
        burn(wallet, 7);
        assertHeard(abi.encodeCall(IERC3643Compliance.destroyed, (wallet, 7)));
    }

    function testWhilePaused() public {
        pause();
        mint(other, 1);
        burn(wallet, 1);
        assertBalances(BALANCE - 1, 1);
    }
}

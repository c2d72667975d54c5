// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {Word} from "../helpers/Word.sol";
import {TokenTest} from "./TokenTest.sol";

contract TransferTest is TokenTest {
    function testConstructor() public view {
        assertEq(token.name(), "Bond 2030");
        assertEq(token.symbol(), "BOND");
        assertEq(token.owner(), owner);
        assertEq(address(token.identityRegistry()), address(registry));
        assertEq(address(token.compliance()), address(0));
        assertFalse(token.paused());
    }

    function testTransfer(uint256 amount) public {
        amount = bound(amount, 0, BALANCE);
        vm.expectEmit(address(token));
        emit Transfer(wallet, other, amount);
        vm.prank(wallet);
        assertTrue(token.transfer(other, amount));
        assertBalances(BALANCE - amount, amount);
    }

    function testToOneself() public {
        transfer(wallet, wallet, BALANCE);
        assertEq(token.balanceOf(wallet), BALANCE);
    }

    function testTooLittle() public {
        vm.expectRevert(tooLittle(wallet, BALANCE, BALANCE + 1));
        transfer(wallet, other, BALANCE + 1);
    }

    function testARevokedWalletNeitherSendsNorReceives() public {
        transfer(wallet, other, 40);
        deny(wallet, 2, REVOKED);
        vm.expectRevert("KYC_NOT_VERIFIED");
        transfer(wallet, other, 1);
        vm.expectRevert("KYC_NOT_VERIFIED");
        transfer(other, wallet, 1);
        assertEq(token.balanceOf(wallet), 60, "it keeps its balance");
    }

    function testStrangersReceiveNothing() public {
        vm.expectRevert("KYC_NOT_VERIFIED");
        transfer(wallet, stranger, 1);
        vm.expectRevert("KYC_NOT_VERIFIED");
        transfer(wallet, address(0), 1);
    }

    function testExpiryEndsTransfers() public {
        Word memory w = approval(2);
        w.expiry = uint64(NOW + 10);
        upsert(other, w);
        vm.warp(NOW + 9);
        transfer(wallet, other, 1);
        vm.warp(NOW + 10);
        vm.expectRevert("KYC_NOT_VERIFIED");
        transfer(wallet, other, 1);
    }

    function testAFreezeOfAssetsShowsAsNotVerified() public {
        deny(wallet, 2, FROZEN);
        vm.expectRevert("KYC_NOT_VERIFIED");
        transfer(wallet, other, 1);
    }

    // ---------------------------------------------------------------------- allowances

    function testTransferFrom() public {
        allow(30);
        vm.prank(stranger);
        assertTrue(token.transferFrom(wallet, other, 10));
        assertBalances(90, 10);
        assertEq(token.allowance(wallet, stranger), 20);

        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, stranger, uint256(20), uint256(21))
        );
        vm.prank(stranger);
        token.transferFrom(wallet, other, 21);
    }

    function testAnUnlimitedAllowanceStays() public {
        allow(type(uint256).max);
        vm.prank(stranger);
        token.transferFrom(wallet, other, 10);
        assertEq(token.allowance(wallet, stranger), type(uint256).max);
    }

    /// @dev Before any other reason, and a missing allowance is one.
    function testTransferFromAsksFirst() public {
        deny(other, 2, FROZEN);
        vm.prank(stranger);
        vm.expectRevert("KYC_NOT_VERIFIED");
        token.transferFrom(wallet, other, 10);
    }

    function testTransferFromIsBoundByTheRest() public {
        allow(BALANCE);
        takeRules(true);
        vm.prank(stranger);
        token.transferFrom(wallet, other, 10);
        assertHeard(abi.encodeCall(IERC3643Compliance.transferred, (wallet, other, 10)));

        freeze(wallet, 90);
        vm.prank(stranger);
        vm.expectRevert("TOKENS_FROZEN");
        token.transferFrom(wallet, other, 1);

        unfreeze(wallet, 90);
        rulesRefuse("COUNTRY_BLOCKED");
        vm.prank(stranger);
        vm.expectRevert("COUNTRY_BLOCKED");
        token.transferFrom(wallet, other, 1);

        pause();
        vm.prank(stranger);
        vm.expectRevert("PAUSED");
        token.transferFrom(wallet, other, 1);
    }

    function allow(uint256 amount) private {
        vm.prank(wallet);
        token.approve(stranger, amount);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Word} from "../helpers/Word.sol";

contract RegulatedTokenTest is RegistryTest {
    RegulatedToken private token;
    address private other = makeAddr("other");

    function setUp() public override {
        super.setUp();
        token = new RegulatedToken("Bond 2030", "BOND", registry, owner);
        upsert(wallet, approval(1));
        upsert(other, approval(1));
        mint(wallet, 100);
    }

    function testConstructor() public view {
        assertEq(token.name(), "Bond 2030");
        assertEq(token.symbol(), "BOND");
        assertEq(token.owner(), owner);
        assertEq(address(token.identityRegistry()), address(registry));
    }

    function testTransfer() public {
        transfer(wallet, other, 40);
        assertEq(token.balanceOf(wallet), 60);
        assertEq(token.balanceOf(other), 40);
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
    }

    function testTransferFrom() public {
        vm.prank(wallet);
        token.approve(stranger, 100);
        vm.prank(stranger);
        token.transferFrom(wallet, other, 10);
        assertEq(token.balanceOf(other), 10);
        deny(other, 2, FROZEN);
        vm.expectRevert("KYC_NOT_VERIFIED");
        vm.prank(stranger);
        token.transferFrom(wallet, other, 10);
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

    function testMint() public {
        vm.expectRevert("KYC_NOT_VERIFIED");
        mint(stranger, 1);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, wallet));
        vm.prank(wallet);
        token.mint(wallet, 1);
    }

    function testBurn() public {
        vm.prank(owner);
        token.burn(wallet, 30);
        assertEq(token.totalSupply(), 70);
        deny(wallet, 2, REVOKED);
        vm.expectRevert("KYC_NOT_VERIFIED");
        vm.prank(owner);
        token.burn(wallet, 30);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, other));
        vm.prank(other);
        token.burn(other, 0);
    }

    function mint(address to, uint256 amount) private {
        vm.prank(owner);
        token.mint(to, amount);
    }

    function transfer(address from, address to, uint256 amount) private {
        vm.prank(from);
        token.transfer(to, amount);
    }
}

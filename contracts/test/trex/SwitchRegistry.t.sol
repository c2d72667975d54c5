// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Word} from "../helpers/Word.sol";
import {ITrexToken} from "./ITrex.sol";
import {TrexSuite} from "./TrexSuite.sol";

/// @dev A T-REX token that was used with its own registry, holders, frozen tokens and all, goes on with ours.
contract SwitchRegistryTest is TrexSuite {
    function setUp() public override {
        super.setUp();
        mint(alice, 100);
        vm.prank(agent);
        token.freezePartialTokens(alice, 10);
        switchTo(address(registry));
    }

    function testSwitches() public {
        vm.expectEmit(address(token));
        emit ITrexToken.IdentityRegistryAdded(address(registry));
        switchTo(address(registry));
        assertEq(token.identityRegistry(), address(registry));
        assertEq(token.balanceOf(alice), 100);
        assertEq(token.getFrozenTokens(alice), 10);
    }

    function testAsksOurRegistry() public {
        vm.expectCall(address(registry), abi.encodeCall(registry.isVerified, (bob)));
        transfer(alice, bob, 1);
    }

    function testMint() public {
        mint(bob, 5);
        assertEq(token.balanceOf(bob), 5);

        deny(bob, 2, REVOKED);
        vm.expectRevert("Identity is not verified.");
        mint(bob, 5);
        vm.expectRevert("Identity is not verified.");
        mint(stranger, 5);
    }

    function testTransfer() public {
        transfer(alice, bob, 40);
        assertEq(token.balanceOf(alice), 60);
        assertEq(token.balanceOf(bob), 40);

        vm.expectRevert("Transfer not possible");
        transfer(alice, stranger, 1);
        vm.expectRevert("Insufficient Balance");
        transfer(alice, bob, 51);
        deny(bob, 2, RESTRICTED);
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
    }

    function testTransferFrom() public {
        vm.prank(alice);
        token.approve(stranger, 40);
        vm.startPrank(stranger);
        token.transferFrom(alice, bob, 15);
        assertEq(token.balanceOf(bob), 15);
        vm.expectRevert("Transfer not possible");
        token.transferFrom(alice, stranger, 15);
    }

    function testExpiry() public {
        register(stranger);
        transfer(alice, stranger, 1);
        vm.warp(NOW + 1 days);
        vm.expectRevert("Transfer not possible");
        transfer(alice, stranger, 1);
    }

    /// @dev What an authority of a federation verified stops with it, in the token too.
    function testRestrictedAuthority() public {
        Word memory w = stored(bob);
        (w.version, w.authority) = (2, 5);
        upsert(bob, w);
        transfer(alice, bob, 1);
        restrictAuthority(5, true);
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
    }

    function testForcedTransfer() public {
        deny(alice, 2, FROZEN);
        vm.prank(agent);
        token.forcedTransfer(alice, bob, 95);
        assertEq(token.balanceOf(bob), 95);
        assertEq(token.getFrozenTokens(alice), 5);

        vm.expectRevert("Transfer not possible");
        vm.prank(agent);
        token.forcedTransfer(bob, alice, 1);
    }

    function testBurn() public {
        deny(alice, 2, REVOKED);
        vm.prank(agent);
        token.burn(alice, 100);
        assertEq(token.totalSupply(), 0);
    }

    function testFreeze() public {
        vm.prank(agent);
        token.setAddressFrozen(bob, true);
        vm.expectRevert("wallet is frozen");
        transfer(alice, bob, 1);
        vm.prank(agent);
        token.setAddressFrozen(bob, false);
        transfer(alice, bob, 90);

        vm.expectRevert("Insufficient Balance");
        transfer(alice, bob, 10);
        vm.prank(agent);
        token.unfreezePartialTokens(alice, 10);
        transfer(alice, bob, 10);
    }

    function testPause() public {
        vm.prank(agent);
        token.pause();
        vm.expectRevert("Pausable: paused");
        transfer(alice, bob, 1);
        vm.prank(agent);
        token.unpause();
        transfer(alice, bob, 1);
    }

    function testBatchTransfer() public {
        address carol = investor("carol", 40);
        vm.prank(alice);
        token.batchTransfer(pair(bob, carol), amounts(20, 30));
        assertEq(token.balanceOf(bob), 20);
        assertEq(token.balanceOf(carol), 30);
        vm.expectRevert("Transfer not possible");
        vm.prank(alice);
        token.batchTransfer(pair(bob, stranger), amounts(1, 1));
    }

    function testBatchesOfAgents() public {
        vm.startPrank(agent);
        token.batchMint(pair(alice, bob), amounts(50, 50));
        token.batchForcedTransfer(pair(alice, bob), pair(bob, alice), amounts(30, 10));
        assertEq(token.balanceOf(alice), 130);
        assertEq(token.balanceOf(bob), 70);
        token.batchFreezePartialTokens(pair(alice, bob), amounts(1, 2));
        token.batchUnfreezePartialTokens(pair(alice, bob), amounts(1, 1));
        assertEq(token.getFrozenTokens(alice), 10);
        assertEq(token.getFrozenTokens(bob), 1);
        bool[] memory freeze = new bool[](2);
        freeze[0] = true;
        token.batchSetAddressFrozen(pair(alice, bob), freeze);
        assertTrue(token.isFrozen(alice));
        token.batchBurn(pair(alice, bob), amounts(130, 70));
        assertEq(token.totalSupply(), 0);

        vm.expectRevert("Identity is not verified.");
        token.batchMint(pair(alice, stranger), amounts(1, 1));
    }

    /// @dev T-REX's own modules find the country by way of the token.
    function testTheirModulesReadOurCountries() public {
        address module =
            create(trexCode("compliance/modular/modules/CountryRestrictModule.sol/CountryRestrictModule.json"), "");
        vm.startPrank(owner);
        compliance.addModule(module);
        compliance.callModuleFunction(abi.encodeWithSignature("addCountryRestriction(uint16)", 250), module);
        vm.stopPrank();

        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
        vm.expectRevert("Compliance not followed");
        mint(bob, 1);
        mint(alice, 1);
    }

    function pair(address a, address b) private pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (a, b);
    }

    function amounts(uint256 a, uint256 b) private pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (a, b);
    }
}

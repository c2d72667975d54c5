// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VerifiedSender} from "../../src/VerifiedSender.sol";
import {IERC3643Token} from "../../src/interfaces/IERC3643Compliance.sol";
import {TrexSuite} from "./TrexSuite.sol";

/// @dev What a T-REX token with {VerifiedSender} does, in whichever way it was put there.
abstract contract SenderCheck is TrexSuite {
    VerifiedSender internal sender;

    function install() internal virtual;

    function setUp() public override {
        super.setUp();
        mint(alice, 100);
        switchTo(address(registry));
        sender = new VerifiedSender(IERC3643Token(address(token)));
        vm.startPrank(owner);
        install();
        vm.stopPrank();
    }

    function testAVerifiedHolderSends() public {
        transfer(alice, bob, 1);
        vm.prank(alice);
        token.approve(stranger, 1);
        vm.prank(stranger);
        token.transferFrom(alice, bob, 1);
        assertEq(token.balanceOf(bob), 2);
    }

    /// @dev Without the check T-REX's token lets it: see {SwitchBackTest.testAndOverAgain}.
    function testARevokedHolderDoesNotSend(uint8 grounds) public {
        deny(alice, 2, uint8(bound(grounds, 1, 7)));
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
        vm.prank(alice);
        token.approve(stranger, 1);
        vm.expectRevert("Transfer not possible");
        vm.prank(stranger);
        token.transferFrom(alice, bob, 1);
        assertEq(token.balanceOf(alice), 100);
    }

    function testMintAndBurn() public {
        mint(bob, 5);
        deny(bob, 2, REVOKED);
        vm.expectRevert("Identity is not verified.");
        mint(bob, 5);
        vm.prank(agent);
        token.burn(bob, 5);
        assertEq(token.balanceOf(bob), 0);
    }

    /// @dev T-REX asks no compliance about a forced transfer, so what a revoked wallet holds can be recovered.
    function testForcedTransferOfARevokedHolder() public {
        deny(alice, 2, REVOKED);
        vm.prank(agent);
        token.forcedTransfer(alice, bob, 40);
        assertEq(token.balanceOf(bob), 40);
    }

    function testRecoveryOfARevokedHolder() public {
        address onchainId = address(registry.identity(alice));
        address replacement = makeAddr("replacement");
        addManagementKey(onchainId, alice, replacement);
        deny(alice, 2, REVOKED);
        vm.prank(agent);
        token.recoveryAddress(alice, replacement, onchainId);
        assertEq(token.balanceOf(replacement), 100);
        transfer(replacement, bob, 1);
    }

    /// @dev It asks whom the token asks, at every moment.
    function testFollowsTheToken() public {
        deny(alice, 2, REVOKED);
        switchTo(address(trexRegistry));
        transfer(alice, bob, 1);
        switchTo(address(registry));
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOnchainId} from "./ITrex.sol";
import {TrexSuite} from "./TrexSuite.sol";

/// @dev Nothing binds a token to our registry: its own takes over again where it was left.
contract SwitchBackTest is TrexSuite {
    function setUp() public override {
        super.setUp();
        mint(alice, 100);
        switchTo(address(registry));
        transfer(alice, bob, 10);
        deny(bob, 2, REVOKED);
        switchTo(address(trexRegistry));
    }

    function testGoesOn() public {
        assertEq(token.identityRegistry(), address(trexRegistry));
        transfer(alice, bob, 10);
        transfer(bob, alice, 20);
        mint(bob, 5);
        assertEq(token.balanceOf(alice), 100);
        assertEq(token.balanceOf(bob), 5);
    }

    /// @dev The claim counts again, and so does its revocation.
    function testTheirClaimsCount() public {
        (,,, bytes memory signature,,) = claimOf(bob);
        vm.prank(owner);
        claimIssuer.revokeClaimBySignature(signature);
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
    }

    function testOurRegistryIsAskedNoMore() public {
        vm.expectCall(address(registry), "", 0);
        transfer(alice, bob, 1);
    }

    function testAndOverAgain() public {
        switchTo(address(registry));
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
        transfer(bob, alice, 1);
    }

    function claimOf(address who)
        private
        view
        returns (uint256, uint256, address, bytes memory, bytes memory, string memory)
    {
        bytes32 claimId = keccak256(abi.encode(address(claimIssuer), uint256(1)));
        return IOnchainId(address(trexRegistry.identity(who))).getClaim(claimId);
    }
}

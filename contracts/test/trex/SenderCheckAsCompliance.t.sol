// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VerifiedSender} from "../../src/VerifiedSender.sol";
import {IERC3643Token} from "../../src/interfaces/IERC3643Compliance.sol";
import {IVerifiedSender} from "../../src/interfaces/IVerifiedSender.sol";
import {SenderCheck} from "./SenderCheck.sol";

/// @dev {VerifiedSender} in place of a ModularCompliance.
contract SenderCheckAsComplianceTest is SenderCheck {
    function install() internal override {
        token.setCompliance(address(sender));
    }

    function testIsBound() public view {
        assertEq(token.compliance(), address(sender));
        assertTrue(sender.isTokenBound(address(token)));
        assertEq(compliance.getTokenBound(), address(0));
    }

    function testCanBeReplaced() public {
        deny(alice, 2, REVOKED);
        vm.prank(owner);
        token.setCompliance(address(compliance));
        assertFalse(sender.isTokenBound(address(token)));
        transfer(alice, bob, 1);
    }

    function testNotForAnotherToken() public {
        VerifiedSender another = new VerifiedSender(IERC3643Token(stranger));
        vm.expectRevert(abi.encodeWithSelector(IVerifiedSender.NotTheToken.selector, address(token), address(token)));
        vm.prank(owner);
        token.setCompliance(address(another));
    }
}

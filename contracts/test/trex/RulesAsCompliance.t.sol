// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RulesCheck} from "./RulesCheck.sol";

/// @dev {CountryRules} in place of a ModularCompliance.
contract RulesAsComplianceTest is RulesCheck {
    function install() internal override {
        token.setCompliance(address(rules));
    }

    function testIsBound() public view {
        assertEq(token.compliance(), address(rules));
        assertTrue(rules.isTokenBound(address(token)));
    }

    function testCanBeReplaced() public {
        vm.startPrank(owner);
        token.setCompliance(address(compliance));
        assertFalse(rules.isTokenBound(address(token)));
        token.setCompliance(address(rules));
        token.setCompliance(address(rules));
        assertTrue(rules.isTokenBound(address(token)));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Mode} from "../../src/rules/Rule.sol";
import {RulesCheck} from "./RulesCheck.sol";

/// @dev {CountryRules} as a module of T-REX's own ModularCompliance.
contract RulesAsModuleTest is RulesCheck {
    function install() internal override {
        compliance.addModule(address(rules));
    }

    function testIsBound() public view {
        assertTrue(compliance.isModuleBound(address(rules)));
        assertTrue(rules.isComplianceBound(address(compliance)));
        assertFalse(rules.isTokenBound(address(token)));
    }

    function testCanBeRemoved() public {
        rule(250, terms(Mode.Blocked, 0));
        vm.prank(owner);
        compliance.removeModule(address(rules));
        assertFalse(rules.isComplianceBound(address(compliance)));
        transfer(alice, bob, 1);
    }

    function testExplainsToTheCompliance() public {
        rule(250, terms(Mode.Blocked, 0));
        (,,, string memory text) = rules.explainTo(address(compliance), alice, bob, 1);
        assertEq(text, "COUNTRY_BLOCKED");
    }

    function testBesideTheirModules() public {
        address module =
            create(trexCode("compliance/modular/modules/CountryRestrictModule.sol/CountryRestrictModule.json"), "");
        vm.startPrank(owner);
        compliance.addModule(module);
        compliance.callModuleFunction(abi.encodeWithSignature("addCountryRestriction(uint16)", 40), module);
        vm.stopPrank();
        transfer(alice, bob, 1);
        rule(250, terms(Mode.Blocked, 0));
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VerifiedSender} from "../../src/VerifiedSender.sol";
import {IERC3643Token} from "../../src/interfaces/IERC3643Compliance.sol";
import {SenderCheck} from "./SenderCheck.sol";

/// @dev {VerifiedSender} as a module of T-REX's own ModularCompliance.
contract SenderCheckAsModuleTest is SenderCheck {
    function install() internal override {
        compliance.addModule(address(sender));
    }

    function testIsBound() public view {
        assertTrue(compliance.isModuleBound(address(sender)));
        assertTrue(sender.isComplianceBound(address(compliance)));
    }

    function testCanBeRemoved() public {
        deny(alice, 2, REVOKED);
        vm.prank(owner);
        compliance.removeModule(address(sender));
        assertFalse(sender.isComplianceBound(address(compliance)));
        transfer(alice, bob, 1);
    }

    function testBesideTheirModules() public {
        address module =
            create(trexCode("compliance/modular/modules/CountryRestrictModule.sol/CountryRestrictModule.json"), "");
        vm.startPrank(owner);
        compliance.addModule(module);
        compliance.callModuleFunction(abi.encodeWithSignature("addCountryRestriction(uint16)", 40), module);
        vm.stopPrank();
        transfer(alice, bob, 1);
        deny(alice, 2, REVOKED);
        vm.expectRevert("Transfer not possible");
        transfer(alice, bob, 1);
    }

    function testNotForAnotherToken() public {
        VerifiedSender another = new VerifiedSender(IERC3643Token(stranger));
        vm.expectRevert("compliance is not suitable for binding to the module");
        vm.prank(owner);
        compliance.addModule(address(another));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IWalletRecords} from "../../src/interfaces/IWalletRecords.sol";
import {CountryRules} from "../../src/rules/CountryRules.sol";
import {Reason} from "../../src/rules/Refusal.sol";
import {Mode, Terms} from "../../src/rules/Rule.sol";
import {AnyRecords} from "./AnyRecords.sol";

/// @dev Over one country and any records of two wallets there: who judges says the same, and a blocked country neither
/// sends nor receives. The rule is any that a mirror may write, after its delay.
contract CountryRulesProof is Test {
    uint16 private constant COUNTRY = 276;
    address private constant FROM = address(0xb1);
    address private constant TO = address(0xb2);

    CountryRules private rules;
    AnyRecords private registry;

    function setUp() public {
        registry = new AnyRecords();
        rules = new CountryRules(
            address(this), IWalletRecords(address(registry)), 1, false, Terms(Mode.Allowed, 0, 0, false, 0)
        );
        rules.addMirror(address(this));
    }

    function testAgreement(uint8 rule, uint256 sender, uint256 recipient) public {
        vm.assume(rule % 4 != 3);
        arrange(rule, sender, recipient);
        (,, Reason why,) = rules.explain(FROM, TO, 1);
        assertEq(rules.canTransfer(FROM, TO, 1), why == Reason.None);
        assertEq(rules.moduleCheck(FROM, TO, 1, address(this)), why == Reason.None);
    }

    function testABlockedCountryNeitherSendsNorReceives(uint256 sender, uint256 recipient) public {
        arrange(2, sender, recipient);
        assertFalse(rules.canTransfer(FROM, TO, 1));
        assertFalse(rules.canTransfer(address(0), TO, 1));
    }

    function arrange(uint8 rule, uint256 sender, uint256 recipient) private {
        rules.announce(0, abi.encodePacked(COUNTRY, uint16(1), uint40(rule), bytes32(0)));
        vm.warp(block.timestamp + 1);
        registry.put(FROM, inCountry(sender));
        registry.put(TO, inCountry(recipient));
    }

    function inCountry(uint256 word) private pure returns (uint256) {
        return (word & ~(uint256(1023) << 160)) | (uint256(COUNTRY) << 160);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../../src/rules/Rule.sol";
import {RulesTest} from "../rules/RulesTest.sol";
import {Word} from "../helpers/Word.sol";
import {RulesProbe} from "./RulesProbe.sol";

/// @dev What the countries' rules cost a token that has asked the registry.
contract RulesGasTest is RulesTest {
    RulesProbe private probe = new RulesProbe();

    function take(string memory name, uint256 gas, uint256 limit) private {
        vm.snapshotValue("CountryRules", name, gas);
        assertLe(gas, limit, name);
    }

    function takeVerdict(string memory name, uint256 limit) private {
        (bool yes, uint256 gas) = probe.canTransfer(registry, rules, from, to);
        assertTrue(yes, name);
        take(name, gas, limit);
    }

    function testTwoCountries() public {
        rule(GERMANY, allowed());
        rule(FRANCE, allowed());
        takeVerdict("canTransfer, two countries", 9_700);

        Terms memory terms = allowed();
        (terms.leastLevel, terms.leastRating, terms.noUsPerson) = (1, 1, true);
        rule(FRANCE, terms);
        takeVerdict("canTransfer, two countries, one with requirements", 10_400);
    }

    function testOneCountry() public {
        rule(GERMANY, allowed());
        put(to, record(GERMANY));
        takeVerdict("canTransfer, one country", 7_700);
    }

    function testDefaultRule() public {
        takeVerdict("canTransfer, two countries by the default rule", 12_000);
    }

    function testUsPerson() public {
        rule(GERMANY, allowed());
        rule(FRANCE, allowed());
        rule(USA, allowed());
        Word memory w = record(FRANCE);
        w.usPerson = true;
        put(to, w);
        takeVerdict("canTransfer, two countries, to a US person", 12_000);
    }

    function testWrites() public {
        announce(GERMANY, 1, ALLOWED);
        take("announce, one new rule", vm.lastCallGas().gasTotalUsed, 52_500);
        announce(GERMANY, 2, ALLOWED);
        take("announce, one rule once more", vm.lastCallGas().gasTotalUsed, 36_000);
        announce(GERMANY, 3, BLOCKED);
        take("announce, one block", vm.lastCallGas().gasTotalUsed, 36_000);
        announce(GERMANY, 4, ALLOWED);
        withdraw(GERMANY, 5);
        take("withdraw, one rule", vm.lastCallGas().gasTotalUsed, 36_000);

        bytes memory entries;
        for (uint16 country = 1; country <= 250; ++country) {
            entries = bytes.concat(entries, announcement(country, 1, ALLOWED));
        }
        announce(entries);
        take("announce of 250 new rules, a rule", vm.lastCallGas().gasTotalUsed / 250, 27_000);
    }

    function testLargestBatch() public {
        bytes memory entries;
        for (uint16 country = 1; country <= 500; ++country) {
            entries = bytes.concat(entries, announcement(country, 1, ALLOWED));
        }
        announce(entries);
        take("announce of 500 new rules", vm.lastCallGas().gasTotalUsed, 16_777_216);
    }

    function testDeployment() public {
        uint256 size = address(rules).code.length;
        vm.snapshotValue("CountryRules", "bytes of runtime code", size);
        assertLt(size, 24_576);
    }
}

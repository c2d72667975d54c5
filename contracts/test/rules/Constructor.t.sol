// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRegistryFacts} from "../../src/interfaces/IRegistryFacts.sol";
import {IRuleRecords} from "../../src/interfaces/IRuleRecords.sol";
import {IWalletRecords} from "../../src/interfaces/IWalletRecords.sol";
import {RegistrySet} from "../../src/RegistrySet.sol";
import {CountryRules} from "../../src/rules/CountryRules.sol";
import {Terms} from "../../src/rules/Rule.sol";
import {RulesTest} from "./RulesTest.sol";

contract ConstructorTest is RulesTest {
    function testConstructor() public view {
        assertEq(rules.owner(), owner);
        assertEq(address(rules.registry()), address(registry));
        assertEq(rules.delay(), DELAY);
        assertFalse(rules.countsHolders());
        assertEq(rules.name(), "CountryRules");
        assertTrue(rules.isPlugAndPlay());
        assertTrue(rules.canComplianceBind(stranger));
    }

    /// @dev From the very first second.
    function testDefaultRuleHoldsAtOnce() public {
        vm.expectEmit();
        emit RuleAnnounced(DEFAULT, ALLOWED, uint40(NOW), 1, 0);
        rules = deploy(false, allowed());
        assertRule(DEFAULT, allowed());
        assertNothingAnnounced(DEFAULT);
        assertEq(versionOf(DEFAULT), 1);

        vm.expectEmit();
        emit CountryBlocked(DEFAULT, 1, 0);
        rules = deploy(false, blocked());
        assertRule(DEFAULT, blocked());
        assertEq(versionOf(DEFAULT), 1);

        rules = deploy(false, unset());
        assertRule(DEFAULT, unset());
    }

    function testNeedsADelay() public {
        vm.expectRevert(IRuleRecords.NoDelay.selector);
        new CountryRules(owner, registry, 0, false, allowed());
    }

    function testLongestDelay() public {
        rules = new CountryRules(owner, registry, type(uint32).max, false, allowed());
        announce(GERMANY, allowed());
        assertAnnounced(GERMANY, allowed(), NOW + type(uint32).max);
    }

    function testNeedsAnOwner() public {
        vm.expectRevert(ZERO_ARGUMENT);
        new CountryRules(address(0), registry, DELAY, false, allowed());
    }

    /// @dev One that answers as a token's registry, and keeps no records of its own, would refuse everybody.
    function testNeedsARegistryOfRecords() public {
        assertNoRegistry(address(0));
        assertNoRegistry(stranger);
        assertNoRegistry(address(new RegistrySet(owner)));
    }

    function testNoCapWithoutCounting() public {
        Terms memory terms = allowed();
        terms.cap = 1;
        vm.expectRevert(IRuleRecords.HoldersNotCounted.selector);
        new CountryRules(owner, registry, DELAY, false, terms);
        new CountryRules(owner, registry, DELAY, true, terms);
    }

    function assertNoRegistry(address given) private {
        vm.expectRevert(abi.encodeWithSelector(IRegistryFacts.NotARegistry.selector, given));
        new CountryRules(owner, IWalletRecords(given), DELAY, false, allowed());
    }
}

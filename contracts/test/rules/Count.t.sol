// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IHolderCounts} from "../../src/interfaces/IHolderCounts.sol";
import {Terms} from "../../src/rules/Rule.sol";
import {RulesTest} from "./RulesTest.sol";
import {RulesToken} from "./RulesToken.sol";

contract CountTest is RulesTest {
    RulesToken private token;

    function countsHolders() internal pure override returns (bool) {
        return true;
    }

    /// @dev A token that had holders before it came here.
    function setUp() public override {
        super.setUp();
        token = new RulesToken(rules);
        token.setTells(false);
        token.mint(from, 100);
        token.mint(to, 100);
        token.setTells(true);
        token.bind();
    }

    function testCount() public {
        assertCounts(0, 0);
        count(from, to);
        assertCounts(1, 1);
        count(from, to);
        count(to, to);
        assertCounts(1, 1);
    }

    function testCountsNobodyWithoutABalance() public {
        count(stranger, address(0));
        assertEq(rules.holdersOf(address(token), 0), 0);
    }

    function testBeforeBinding() public {
        token.unbind();
        count(from, to);
        assertCounts(1, 1);
    }

    function testThoseWhomNobodyCountedAreCountedWhenTheyMove() public {
        vm.prank(from);
        token.transfer(to, 1);
        assertCounts(1, 1);
    }

    function testFollowsTheRegistry() public {
        count(from, to);
        put(to, record(GERMANY));
        assertCounts(1, 1);
        count(from, to);
        assertCounts(2, 0);
    }

    function testTakesOutThoseWhoLeftUntold() public {
        count(from, to);
        token.setTells(false);
        token.burn(to, 100);
        assertCounts(1, 1);
        count(from, to);
        assertCounts(1, 0);
    }

    function testACapBelowWhoIsThere() public {
        count(from, to);
        Terms memory terms = allowed();
        terms.cap = 1;
        rule(FRANCE, terms);
        put(stranger, record(FRANCE));
        vm.expectRevert("HOLDER_CAP");
        token.mint(stranger, 1);
        token.mint(to, 1);
    }

    function testNothingIsCountedWhereHoldersAreNot() public {
        rules = deploy(false, allowed());
        vm.expectRevert(IHolderCounts.NothingCounted.selector);
        count(from, to);
    }

    function count(address a, address b) private {
        address[] memory holders = new address[](2);
        (holders[0], holders[1]) = (a, b);
        vm.prank(stranger);
        rules.count(address(token), holders);
    }

    function assertCounts(uint256 germany, uint256 france) private view {
        assertEq(rules.holdersOf(address(token), GERMANY), germany, "Germany");
        assertEq(rules.holdersOf(address(token), FRANCE), france, "France");
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRuleRecords} from "../../src/interfaces/IRuleRecords.sol";
import {RulesTest} from "./RulesTest.sol";

contract WithdrawRuleTest is RulesTest {
    function testWithdrawRule() public {
        announce(GERMANY, allowed());
        vm.expectEmit(address(rules));
        emit AnnouncementWithdrawn(GERMANY, 2);
        withdrawRule(GERMANY);
        assertNothingAnnounced(GERMANY);
        vm.warp(NOW + DELAY);
        assertRule(GERMANY, unset());
    }

    function testNothingAnnounced() public {
        assertNothingToWithdraw(GERMANY);
        announce(GERMANY, blocked());
        assertNothingToWithdraw(GERMANY);
        announce(GERMANY, allowed());
        vm.warp(NOW + DELAY);
        assertNothingToWithdraw(GERMANY);
        assertRule(GERMANY, allowed());
    }

    function assertNothingToWithdraw(uint16 country) private {
        vm.expectRevert(abi.encodeWithSelector(IRuleRecords.NothingAnnounced.selector, country));
        withdrawRule(country);
    }

    function withdrawRule(uint16 country) private {
        vm.prank(owner);
        rules.withdrawRule(country);
    }
}

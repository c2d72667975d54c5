// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMirrorRole} from "../../src/interfaces/IMirrorRole.sol";
import {IRuleRecords} from "../../src/interfaces/IRuleRecords.sol";
import {RulesTest} from "./RulesTest.sol";

contract WithdrawTest is RulesTest {
    function testWithdraw() public {
        announce(GERMANY, 1, ALLOWED);
        vm.expectEmit(address(rules));
        emit RegisterHead(HEAD);
        vm.expectEmit(address(rules));
        emit AnnouncementWithdrawn(GERMANY, 2);
        withdraw(GERMANY, 2);
        assertNothingAnnounced(GERMANY);
        vm.warp(NOW + DELAY);
        assertRule(GERMANY, unset());
    }

    /// @dev What holds is not what is announced: no way back at once.
    function testWhatTookEffectStays() public {
        announce(GERMANY, 1, BLOCKED);
        announce(GERMANY, 2, ALLOWED);
        vm.warp(NOW + DELAY);
        withdraw(GERMANY, 3);
        assertRule(GERMANY, allowed());

        announce(GERMANY, 4, BLOCKED);
        withdraw(GERMANY, 5);
        assertRule(GERMANY, blocked());
    }

    function testALateOneIsSkipped() public {
        announce(GERMANY, 5, ALLOWED);
        withdraw(GERMANY, 5);
        withdraw(GERMANY, 4);
        withdraw(GERMANY, 5 + 4097);
        assertAnnounced(GERMANY, allowed(), NOW + DELAY);
        assertEq(versionOf(GERMANY), 5);
    }

    function testOneThatOvertakesItsAnnouncement() public {
        withdraw(GERMANY, 2);
        announce(GERMANY, 1, ALLOWED);
        assertNothingAnnounced(GERMANY);
        assertEq(versionOf(GERMANY), 2);
    }

    function testBatch() public {
        announce(bytes.concat(announcement(GERMANY, 1, ALLOWED), announcement(FRANCE, 1, ALLOWED)));
        vm.prank(mirror);
        rules.withdraw(HEAD, abi.encodePacked(GERMANY, uint16(1), FRANCE, uint16(2)));
        assertAnnounced(GERMANY, allowed(), NOW + DELAY);
        assertNothingAnnounced(FRANCE);
    }

    function testInvalidEntries(uint16 length) public {
        vm.expectRevert(abi.encodeWithSelector(IRuleRecords.CountryOutOfRange.selector, 1024));
        withdraw(1024, 1);

        vm.assume(length == 0 || length % 4 != 0 || length > 2000);
        vm.expectRevert(abi.encodeWithSelector(IRuleRecords.InvalidBatchLength.selector, uint256(length)));
        vm.prank(mirror);
        rules.withdraw(HEAD, new bytes(length));
    }

    function testOnlyMirrors() public {
        vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, owner));
        vm.prank(owner);
        rules.withdraw(HEAD, abi.encodePacked(GERMANY, uint16(1)));
    }
}

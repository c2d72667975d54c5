// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMirrorRole} from "../../src/interfaces/IMirrorRole.sol";
import {IRuleRecords} from "../../src/interfaces/IRuleRecords.sol";
import {RuleLib, Terms} from "../../src/rules/Rule.sol";
import {RulesTest} from "./RulesTest.sol";

contract AnnounceTest is RulesTest {
    uint40 private constant ENHANCED = 1 + 2 * 4;

    function testAnnounce() public {
        vm.expectEmit(address(rules));
        emit RegisterHead(HEAD);
        vm.expectEmit(address(rules));
        emit RuleAnnounced(GERMANY, ENHANCED, uint40(NOW + DELAY), 7, SOURCE);
        announce(GERMANY, 7, ENHANCED);

        assertRule(GERMANY, unset());
        assertAnnounced(GERMANY, enhanced(), NOW + DELAY);
        assertEq(versionOf(GERMANY), 7);
    }

    /// @dev By time alone.
    function testTakesEffectAfterTheDelay(uint40 time) public {
        announce(GERMANY, 1, ENHANCED);
        time = uint40(bound(time, NOW, type(uint40).max));
        vm.warp(time);
        assertRule(GERMANY, time < NOW + DELAY ? unset() : enhanced());
        if (time < NOW + DELAY) assertAnnounced(GERMANY, enhanced(), NOW + DELAY);
        else assertNothingAnnounced(GERMANY);
    }

    function testBlocksAtOnce() public {
        announce(GERMANY, 1, ENHANCED);
        vm.expectEmit(address(rules));
        emit CountryBlocked(GERMANY, 2, SOURCE);
        announce(GERMANY, 2, BLOCKED);
        assertRule(GERMANY, blocked());
        assertNothingAnnounced(GERMANY);
        vm.warp(NOW + DELAY);
        assertRule(GERMANY, blocked());
    }

    /// @dev I2: whatever the version; it never falls, and never is 0 of what was written to.
    function testABlockAlwaysLands(uint16 stored, uint16 given) public {
        stored = uint16(bound(stored, 1, 4096));
        announce(GERMANY, stored, ENHANCED);
        announce(GERMANY, given, BLOCKED);
        assertRule(GERMANY, blocked());
        assertNothingAnnounced(GERMANY);
        uint16 furthest = stored + 4096;
        assertEq(versionOf(GERMANY), given <= stored ? stored : given < furthest ? given : furthest);

        announce(FRANCE, 0, BLOCKED);
        assertEq(versionOf(FRANCE), 1);
    }

    /// @dev The lane's late announcement was decided before the block.
    function testALateAnnouncementUndoesNoBlock(uint16 late) public {
        announce(GERMANY, 9, BLOCKED);
        announce(GERMANY, uint16(bound(late, 0, 9)), ALLOWED);
        assertNothingAnnounced(GERMANY);
        assertEq(versionOf(GERMANY), 9);
        announce(GERMANY, 10, ALLOWED);
        assertRule(GERMANY, blocked());
        vm.warp(NOW + DELAY);
        assertRule(GERMANY, allowed());
    }

    function testVersionsRiseByLeaps(uint16 stored, uint16 given) public {
        stored = uint16(bound(stored, 1, 4096));
        announce(GERMANY, stored, ENHANCED);
        announce(GERMANY, given, ALLOWED);
        bool counts = given > stored && given - stored <= 4096;
        assertEq(versionOf(GERMANY), counts ? given : stored);
        assertAnnounced(GERMANY, counts ? allowed() : enhanced(), NOW + DELAY);
    }

    function testAStaleOneRevertsNoBatch() public {
        announce(GERMANY, 5, ENHANCED);
        announce(
            bytes.concat(
                announcement(GERMANY, 5, ALLOWED), announcement(FRANCE, 1, ALLOWED), announcement(GERMANY, 6, ALLOWED)
            )
        );
        assertAnnounced(FRANCE, allowed(), NOW + DELAY);
        assertEq(versionOf(GERMANY), 6);
    }

    /// @dev Each announcement waits for its whole delay, and never shortens another's.
    function testAnnouncingAgainStartsAnew() public {
        announce(GERMANY, 1, ENHANCED);
        vm.warp(NOW + DELAY - 1);
        announce(GERMANY, 2, ALLOWED);
        assertAnnounced(GERMANY, allowed(), NOW + DELAY - 1 + DELAY);
        vm.warp(NOW + DELAY);
        assertRule(GERMANY, unset());
    }

    /// @dev What took effect stays while the next one waits.
    function testAnnouncingAfterOneTookEffect() public {
        announce(GERMANY, 1, ENHANCED);
        vm.warp(NOW + DELAY);
        announce(GERMANY, 2, ALLOWED);
        assertRule(GERMANY, enhanced());
        assertAnnounced(GERMANY, allowed(), NOW + 2 * DELAY);
    }

    function testBlockAfterBlock() public {
        announce(GERMANY, 1, BLOCKED);
        vm.recordLogs();
        announce(GERMANY, 1, BLOCKED);
        assertEq(vm.getRecordedLogs().length, 1, "the head alone");
        announce(GERMANY, 2, BLOCKED);
        assertEq(versionOf(GERMANY), 2);
    }

    function testTheRuleCanBeUnset() public {
        announce(GERMANY, 1, BLOCKED);
        announce(GERMANY, 2, 0);
        vm.warp(NOW + DELAY - 1);
        assertRule(GERMANY, blocked());
        vm.warp(NOW + DELAY);
        assertRule(GERMANY, unset());
        assertAllowed(from, to);
    }

    function testWhatHasNoMeaningIsDropped() public {
        announce(GERMANY, 1, BLOCKED + 252);
        assertRule(GERMANY, blocked());
        announce(FRANCE, 1, 252);
        assertAnnounced(FRANCE, unset(), NOW + DELAY);
    }

    function testInvalidEntries() public {
        assertRefused(
            announcement(1024, 1, ALLOWED), abi.encodeWithSelector(IRuleRecords.CountryOutOfRange.selector, 1024)
        );
        assertRefused(announcement(GERMANY, 1, 3), abi.encodeWithSelector(RuleLib.InvalidRule.selector, 3));
        assertRefused(
            announcement(GERMANY, 1, ALLOWED + 256), abi.encodeWithSelector(IRuleRecords.HoldersNotCounted.selector)
        );
    }

    function testInvalidLengths(uint16 length) public {
        vm.assume(length == 0 || length % 41 != 0 || length > 500 * 41);
        assertRefused(
            new bytes(length), abi.encodeWithSelector(IRuleRecords.InvalidBatchLength.selector, uint256(length))
        );
    }

    function testOnlyMirrors() public {
        address[2] memory others = [owner, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, others[i]));
            vm.prank(others[i]);
            rules.announce(HEAD, announcement(GERMANY, 1, BLOCKED));
        }
    }

    /// @dev The whole of an entry, to the bit.
    function testEntries(uint16 country, uint16 version, uint40 packed, bytes32 source) public {
        country = country % 1024;
        version = uint16(bound(version, 2, 4096));
        packed = packed & 0xff;
        vm.assume(packed % 4 == 1);
        vm.expectEmit(address(rules));
        emit RuleAnnounced(country, packed, uint40(NOW + DELAY), version, source);
        announce(abi.encodePacked(country, version, packed, source));
        uint256 before = country == 0 ? 1 : 0;
        assertEq(
            rules.ruleRecordOf(country),
            before + uint256(packed) * 2 ** 40 + (NOW + DELAY) * 2 ** 80 + uint256(version) * 2 ** 120
        );
    }

    function assertRefused(bytes memory entries, bytes memory reason) private {
        vm.expectRevert(reason);
        announce(entries);
    }

    function enhanced() private pure returns (Terms memory terms) {
        terms = allowed();
        terms.leastLevel = 2;
    }
}

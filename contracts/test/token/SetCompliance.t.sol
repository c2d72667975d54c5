// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITokenCompliance} from "../../src/interfaces/ITokenCompliance.sol";
import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {ITransferRules} from "../../src/interfaces/ITransferRules.sol";
import {ScriptedRules} from "./ScriptedRules.sol";
import {TokenTest} from "./TokenTest.sol";

contract SetComplianceTest is TokenTest {
    ITransferRules private constant NONE = ITransferRules(address(0));

    ITransferRules private next = ITransferRules(address(new ScriptedRules()));

    function testTheFirstAtOnce() public {
        vm.expectEmit(address(token));
        emit ITokenCompliance.ComplianceAdded(address(rules));
        setCompliance(scripted());
        assertEq(address(token.compliance()), address(rules));
        assertHeard(abi.encodeCall(IERC3643Compliance.bindToken, (address(token))));
    }

    function testOthersAfterANotice() public {
        takeRules(false);
        refuseToTake(next);
        vm.expectEmit(address(token));
        emit ITokenCompliance.ComplianceAnnounced(address(next), NOW + 7 days);
        announce(next);
        assertAnnounced(next, NOW + 7 days);
        vm.warp(NOW + 7 days - 1);
        refuseToTake(next);
        vm.warp(NOW + 7 days);
        setCompliance(next);
        assertEq(address(token.compliance()), address(next));
        assertAnnounced(NONE, 0);
        assertHeard(abi.encodeCall(IERC3643Compliance.unbindToken, (address(token))));
    }

    /// @dev To have none for a moment would be a way around.
    function testNoneAfterANoticeToo() public {
        takeRules(true);
        refuseToTake(NONE);
        announce(NONE);
        vm.warp(NOW + 7 days);
        setCompliance(NONE);
        assertEq(address(token.compliance()), address(0));
        (, uint256 told) = rules.lastHeard();
        transfer(wallet, other, 1);
        (, uint256 toldLater) = rules.lastHeard();
        assertEq(toldLater, told, "and nobody is told any more");
        setCompliance(next);
        assertEq(address(token.compliance()), address(next));
    }

    function testOnlyWhatWasAnnounced() public {
        takeRules(false);
        announce(next);
        vm.warp(NOW + 7 days);
        refuseToTake(NONE);
        refuseToTake(scripted());
    }

    /// @dev Or an owner would keep something announced at all times.
    function testAnAnnouncementLapses() public {
        takeRules(false);
        announce(next);
        vm.warp(NOW + 14 days - 1);
        uint256 before = vm.snapshotState();
        setCompliance(next);
        vm.revertToState(before);
        vm.warp(NOW + 14 days);
        refuseToTake(next);
    }

    function testTheLastAnnouncementCounts() public {
        takeRules(false);
        announce(next);
        vm.warp(NOW + 7 days);
        announce(NONE);
        refuseToTake(next);
        refuseToTake(NONE);
    }

    function testAnAnnouncementIsTakenOnce() public {
        announce(next);
        setCompliance(scripted());
        vm.warp(NOW + 7 days);
        refuseToTake(next);
    }

    function testOnlyByTheOwner() public {
        vm.startPrank(first);
        vm.expectRevert(notOwner(first));
        token.setCompliance(next);
        vm.expectRevert(notOwner(first));
        token.announceCompliance(next);
        vm.stopPrank();
    }

    /// @dev Rules that do not let go cannot be what keeps a token.
    function testTheFormerCannotPreventIt() public {
        takeRules(false);
        rules.script(IERC3643Compliance.unbindToken.selector, true, "never");
        announce(next);
        vm.warp(NOW + 7 days);
        setCompliance(next);
        assertEq(address(token.compliance()), address(next));
    }

    function testRulesThatDoNotBindAreNotTaken() public {
        rules.script(IERC3643Compliance.bindToken.selector, true, words("not yours"));
        vm.expectRevert("not yours");
        setCompliance(scripted());
        vm.expectRevert();
        setCompliance(ITransferRules(stranger));
        assertEq(address(token.compliance()), address(0));
    }

    /// @dev What they say of it later changes nothing.
    function testWhetherTheyCountIsAskedOnce(bool counts) public {
        takeRules(counts);
        rules.script(ITransferRules.countsHolders.selector, false, abi.encode(!counts));
        transfer(wallet, other, 10);
        (, uint256 told) = rules.lastHeard();
        assertEq(told, counts ? 2 : 1);
    }

    function refuseToTake(ITransferRules refused) private {
        vm.expectRevert(abi.encodeWithSelector(ITokenCompliance.ComplianceNotDue.selector, refused));
        setCompliance(refused);
    }

    function assertAnnounced(ITransferRules expected, uint256 expectedDue) private view {
        (ITransferRules announced, uint256 due) = token.announcedCompliance();
        assertEq(address(announced), address(expected));
        assertEq(due, expectedDue);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {ITransferRules} from "../../src/interfaces/ITransferRules.sol";
import {ITwoApprovers} from "../../src/interfaces/ITwoApprovers.sol";
import {TokenTest} from "./TokenTest.sol";

/// @dev What rules answer, and what hostile ones try.
contract RulesTest is TokenTest {
    bytes4 private constant CAN_TRANSFER = IERC3643Compliance.canTransfer.selector;
    bytes4 private constant REASON = ITransferRules.reason.selector;
    bytes4 private constant TRANSFERRED = IERC3643Compliance.transferred.selector;

    function setUp() public override {
        super.setUp();
        takeRules(true);
    }

    function testTheyAllow() public {
        vm.expectCall(address(rules), abi.encodeCall(IERC3643Compliance.canTransfer, (wallet, other, 10)));
        transfer(wallet, other, 10);
        assertHeard(abi.encodeCall(IERC3643Compliance.transferred, (wallet, other, 10)));
    }

    function testTheySayWhyNot(string memory why) public {
        vm.assume(bytes(why).length != 0 && bytes(why).length <= 128);
        rulesRefuse(why);
        assertRefused(why);
    }

    /// @dev I12: only a clear yes is a yes.
    function testNoAnswerRefuses() public {
        bytes[4] memory rubbish = [bytes(""), hex"01", abi.encode(2), abi.encode(type(uint256).max)];
        for (uint256 i = 0; i < rubbish.length; ++i) {
            rules.script(CAN_TRANSFER, false, rubbish[i]);
            assertRefused("RULES_FAILED");
        }
        rules.script(CAN_TRANSFER, true, abi.encode(true));
        assertRefused("RULES_FAILED");
        vm.etch(address(rules), "");
        assertRefused("RULES_FAILED");
    }

    /// @dev What they say of a failure of theirs is not asked.
    function testARefusalWithoutAUsableReason() public {
        bytes[7] memory rubbish = [
            bytes(""),
            abi.encode(""),
            abi.encode(uint256(32)),
            abi.encode(uint256(32), uint256(1)),
            abi.encode(uint256(64), uint256(1), "x"),
            abi.encode(uint256(32), type(uint256).max, "x"),
            abi.encode(string(new bytes(129)))
        ];
        rules.script(CAN_TRANSFER, false, abi.encode(false));
        for (uint256 i = 0; i < rubbish.length; ++i) {
            rules.script(REASON, false, rubbish[i]);
            assertRefused("RULES_FAILED");
        }
        rules.script(REASON, true, abi.encode("COUNTRY_BLOCKED"));
        assertRefused("RULES_FAILED");
        rules.script(REASON, false, abi.encode(new bytes(1 << 16)));
        assertRefused("RULES_FAILED");
    }

    function testANewsThatIsNotTakenInDoesNotHappen() public {
        bytes4[3] memory news =
            [TRANSFERRED, IERC3643Compliance.created.selector, IERC3643Compliance.destroyed.selector];
        for (uint256 i = 0; i < news.length; ++i) {
            rules.script(news[i], true, new bytes(1 << 16));
        }
        vm.expectRevert("RULES_FAILED");
        transfer(wallet, other, 1);
        vm.expectRevert("RULES_FAILED");
        mint(wallet, 1);
        vm.expectRevert("RULES_FAILED");
        burn(wallet, 1);
        vm.expectRevert("RULES_FAILED");
        redeem(wallet, 1);
        bytes memory call = forced(wallet, other, 1, 0);
        send(first, call);
        refuse(second, call, words("RULES_FAILED"));
        assertBalances(BALANCE, 0);
        assertEq(token.totalSupply(), BALANCE);
    }

    function testRulesThatCountNobodyAreToldNothing() public {
        rules.script(TRANSFERRED, true, "");
        vm.expectRevert("RULES_FAILED");
        transfer(wallet, other, 1);
        ITransferRules none = ITransferRules(address(0));
        announce(none);
        vm.warp(NOW + 7 days);
        setCompliance(none);
        takeRules(false);
        transfer(wallet, other, 1);
    }

    /// @dev Told after the move, they find the token as the move left it, and may do what anybody may.
    function testWhenToldTheyMoveOnlyWhatTheyMay() public {
        vm.prank(other);
        token.approve(address(rules), 3);
        rules.react(address(token), abi.encodeCall(token.transferFrom, (other, wallet, 4)));
        transfer(wallet, other, 10);
        assertBalances(90, 10);
        rules.react(address(token), abi.encodeCall(token.transferFrom, (other, wallet, 3)));
        transfer(wallet, other, 10);
        assertBalances(83, 17);
        assertEq(token.totalSupply(), BALANCE);
    }

    /// @dev Nor what a recovery is about to freeze again.
    function testWhenToldTheyFindTheFreezeInItsPlace() public {
        freeze(wallet, BALANCE);
        vm.prank(other);
        token.approve(address(rules), BALANCE);
        rules.react(address(token), abi.encodeCall(token.transferFrom, (other, wallet, 1)));
        byBoth(recovery(wallet, other, 0));
        assertEq(rules.refusalOfReaction(), words("TOKENS_FROZEN"));
        assertEq(token.getFrozenTokens(other), BALANCE);
        assertBalances(0, BALANCE);
    }

    /// @dev Even as an approver: the call is executed before its rules hear of it.
    function testWhenToldTheyApproveNothingTwice() public {
        burn(wallet, BALANCE);
        addApprover(address(rules));
        mint(wallet, BALANCE);
        bytes memory call = forced(wallet, other, 10, 0);
        rules.react(address(token), call);
        byBoth(call);
        assertEq(
            rules.refusalOfReaction(), abi.encodeWithSelector(ITwoApprovers.AlreadyExecuted.selector, keccak256(call))
        );
        assertBalances(90, 10);
    }

    function assertRefused(string memory expected) private {
        assertEq(token.reason(wallet, other, 10), expected);
        vm.expectRevert(bytes(expected));
        transfer(wallet, other, 10);
        vm.expectRevert(bytes(expected));
        mint(other, 10);
        refuse(first, forced(wallet, other, 10, 0), words(expected));
    }
}

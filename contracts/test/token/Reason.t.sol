// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {IVerdict} from "../../src/interfaces/IVerdict.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {TokenTest} from "./TokenTest.sol";

contract ReasonTest is TokenTest {
    struct Circumstances {
        uint8 ofSender;
        uint8 ofRecipient;
        bool paused;
        uint8 frozen;
        uint8 ofRules;
        uint8 amount;
        bool toOneself;
    }

    /// @dev {reason} says what a transfer does, by the holder or by whom it allowed to, whatever the circumstances.
    function testAgreesWithTransfer(Circumstances memory c) public {
        arrange(c);
        address to = c.toOneself ? wallet : other;
        uint256 amount = c.amount % 128;
        string memory reason = token.reason(wallet, to, amount);

        vm.prank(wallet);
        (bool success, bytes memory answer) = address(token).call(abi.encodeCall(token.transfer, (to, amount)));
        assertAgreement(reason, amount, success, answer);
    }

    function testAgreesWithTransferFrom(Circumstances memory c) public {
        vm.prank(wallet);
        token.approve(stranger, type(uint256).max);
        arrange(c);
        address to = c.toOneself ? wallet : other;
        uint256 amount = c.amount % 128;
        string memory reason = token.reason(wallet, to, amount);

        vm.prank(stranger);
        (bool success, bytes memory answer) =
            address(token).call(abi.encodeCall(token.transferFrom, (wallet, to, amount)));
        assertAgreement(reason, amount, success, answer);
    }

    function testAgreesWithRedeem(Circumstances memory c) public {
        arrange(c);
        uint256 amount = c.amount % 128;
        string memory reason = token.redemptionReason(wallet, amount);

        vm.prank(wallet);
        (bool success, bytes memory answer) = address(token).call(abi.encodeCall(token.redeem, (amount)));
        assertAgreement(reason, amount, success, answer);
    }

    /// @dev Each before those that follow.
    function testOrder() public {
        takeRules(false);
        rulesRefuse("COUNTRY_BLOCKED");
        freeze(wallet, 60);
        pause();
        deny(wallet, 2, REVOKED);
        assertEq(token.reason(wallet, other, 41), "KYC_NOT_VERIFIED");
        upsert(wallet, approval(3));
        assertEq(token.reason(wallet, other, 41), "PAUSED");
        vm.prank(owner);
        token.unpause();
        assertEq(token.reason(wallet, other, 41), "TOKENS_FROZEN");
        assertEq(token.reason(wallet, other, 40), "COUNTRY_BLOCKED");
        assertEq(token.reason(wallet, other, 101), "COUNTRY_BLOCKED");
        rules.script(IERC3643Compliance.canTransfer.selector, false, abi.encode(true));
        assertEq(token.reason(wallet, other, 101), "INSUFFICIENT_BALANCE");
        assertEq(token.reason(wallet, other, 40), "");
    }

    /// @dev By whatever registry: the zero address stands for the issuer, and no holder moves anything there.
    function testNobody() public {
        vm.etch(stranger, hex"60015f5260205ff3"); // Answers everything with a yes.
        token = new RegulatedToken("Bond", "BOND", IVerdict(stranger), owner);
        assertEq(token.reason(wallet, other, 0), "");
        assertEq(token.reason(wallet, address(0), 0), "KYC_NOT_VERIFIED");
        assertEq(token.reason(address(0), wallet, 0), "KYC_NOT_VERIFIED");
        vm.expectRevert();
        transfer(wallet, address(0), 0);
    }

    function arrange(Circumstances memory c) private {
        if (c.ofRules % 5 != 0) {
            takeRules(c.ofRules & 8 == 0);
            if (c.ofRules % 5 == 2) rulesRefuse("COUNTRY_BLOCKED");
            if (c.ofRules % 5 == 3) rules.script(IERC3643Compliance.canTransfer.selector, true, "");
            if (c.ofRules % 5 == 4) rulesRefuse("");
        }
        if (c.frozen & 1 != 0) freeze(wallet, c.frozen % (BALANCE + 1));
        if (c.paused) pause();
        arrange(wallet, c.ofSender);
        arrange(other, c.ofRecipient);
    }

    function arrange(address who, uint8 grounds) private {
        if (grounds % 4 == 1) deny(who, 2, grounds / 4 % 16);
        if (grounds % 4 == 2) upsert(who, expired(2));
    }

    function assertAgreement(string memory reason, uint256 amount, bool success, bytes memory answer) private view {
        assertEq(success, bytes(reason).length == 0);
        if (success) return;
        bool poor = keccak256(bytes(reason)) == keccak256("INSUFFICIENT_BALANCE");
        assertEq(answer, poor ? tooLittle(wallet, BALANCE, amount) : words(reason));
    }
}

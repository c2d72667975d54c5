// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {RULES_FAILED} from "./Reasons.sol";

/// @notice Speaks to rules that may be hostile: no more of an answer is copied than it may hold, and one that is none
/// refuses (I12).
library RulesCalls {
    /// @dev The longest reason that is passed on.
    uint256 private constant MAX_REASON = 128;
    /// @dev The selector of `canTransfer(address,address,uint256)`; assembly reads no constant but a literal.
    bytes4 private constant CAN_TRANSFER = 0xe46638e6;
    uint256 private constant NO = 0;
    uint256 private constant YES = 1;
    uint256 private constant NO_ANSWER = 2;

    /// @dev Reverts with the rules' reason unless they allow the transfer.
    function requireAllowed(ITransferRules rules, address from, address to, uint256 amount) internal view {
        uint256 answer = _ask(rules, from, to, amount);
        if (answer != YES) revert(_reason(rules, from, to, amount, answer));
    }

    /// @dev Why the rules refuse the transfer; empty when they allow it.
    function refusal(ITransferRules rules, address from, address to, uint256 amount)
        internal
        view
        returns (string memory)
    {
        uint256 answer = _ask(rules, from, to, amount);
        return answer == YES ? "" : _reason(rules, from, to, amount, answer);
    }

    /// @dev Tells the rules what happened. What they do not take in does not happen, or they would count wrongly from
    /// then on.
    function tell(ITransferRules rules, bytes memory news) internal {
        bool taken;
        assembly ("memory-safe") {
            taken := call(gas(), rules, 0, add(news, 32), mload(news), 0, 0)
        }
        if (!taken) revert(RULES_FAILED);
    }

    /// @dev Tells the rules that they are left, whether they take it in or not.
    function dismiss(ITransferRules rules) internal {
        bytes memory news = abi.encodeCall(rules.unbindToken, (address(this)));
        assembly ("memory-safe") {
            pop(call(gas(), rules, 0, add(news, 32), mload(news), 0, 0))
        }
    }

    /// @dev Spelt out because Solidity's own spends more gas on encoding the question.
    function _ask(ITransferRules rules, address from, address to, uint256 amount)
        private
        view
        returns (uint256 answer)
    {
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, CAN_TRANSFER)
            mstore(add(question, 16), shl(96, from))
            mstore(add(question, 48), shl(96, to))
            mstore(add(question, 68), amount)
            answer := NO_ANSWER
            if staticcall(gas(), rules, question, 100, 0, 32) {
                if and(gt(returndatasize(), 31), lt(mload(0), NO_ANSWER)) { answer := mload(0) }
            }
        }
    }

    function _reason(ITransferRules rules, address from, address to, uint256 amount, uint256 answer)
        private
        view
        returns (string memory text)
    {
        if (answer != NO) return RULES_FAILED;
        bytes memory question = abi.encodeCall(rules.reason, (from, to, amount));
        uint256 length;
        assembly ("memory-safe") {
            // An offset, a length, and as many bytes: anything else counts as a length of 0.
            if staticcall(gas(), rules, add(question, 32), mload(question), 0, 64) {
                if and(gt(returndatasize(), 63), eq(mload(0), 32)) {
                    length := mload(32)
                    if or(gt(length, MAX_REASON), lt(returndatasize(), add(length, 64))) { length := 0 }
                }
            }
        }
        if (length == 0) return RULES_FAILED;
        text = new string(length);
        assembly ("memory-safe") {
            returndatacopy(add(text, 32), 64, length)
        }
    }
}

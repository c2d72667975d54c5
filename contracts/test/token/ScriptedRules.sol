// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {ITransferRules} from "../../src/interfaces/ITransferRules.sol";

/// @dev Rules that answer as they were told to, or fail so, and do what they were told to when a token tells them of
/// something. They allow everything and count nobody unless told otherwise.
contract ScriptedRules {
    struct Answer {
        bool fails;
        bytes data;
    }

    mapping(bytes4 selector => Answer) private answers;
    bytes[] private heard;
    address private target;
    bytes private reaction;

    constructor() {
        answers[IERC3643Compliance.canTransfer.selector].data = abi.encode(true);
        answers[ITransferRules.countsHolders.selector].data = abi.encode(false);
    }

    function script(bytes4 selector, bool fails, bytes calldata data) external {
        answers[selector] = Answer(fails, data);
    }

    function react(address target_, bytes calldata reaction_) external {
        (target, reaction) = (target_, reaction_);
    }

    /// @dev The last thing that it was told, and how many there were.
    function lastHeard() external view returns (bytes memory, uint256) {
        return (heard.length == 0 ? bytes("") : heard[heard.length - 1], heard.length);
    }

    fallback(bytes calldata data) external returns (bytes memory) {
        Answer memory answer = answers[msg.sig];
        if (answer.fails) {
            bytes memory why = answer.data;
            assembly ("memory-safe") {
                revert(add(why, 32), mload(why))
            }
        }
        if (isNews(msg.sig)) {
            heard.push(data);
            if (target != address(0)) {
                (bool success, bytes memory refusal) = target.call(reaction);
                if (!success) answers[bytes4("last")].data = refusal;
            }
        }
        return answer.data;
    }

    function refusalOfReaction() external view returns (bytes memory) {
        return answers[bytes4("last")].data;
    }

    function isNews(bytes4 selector) private pure returns (bool) {
        return selector == IERC3643Compliance.transferred.selector || selector == IERC3643Compliance.created.selector
            || selector == IERC3643Compliance.destroyed.selector || selector == IERC3643Compliance.bindToken.selector
            || selector == IERC3643Compliance.unbindToken.selector;
    }
}

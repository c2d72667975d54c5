// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransferRules} from "../../src/interfaces/ITransferRules.sol";
import {IVerdict} from "../../src/interfaces/IVerdict.sol";

/// @notice Measures what a token pays for asking transfer rules once it has asked the registry, which both do anyway:
/// the registry and what it keeps of both parties are warm by then, the rules are cold.
contract RulesProbe {
    /// @notice The CALL and everything under it.
    function canTransfer(IVerdict registry, ITransferRules rules, address from, address to)
        external
        view
        returns (bool allowed, uint256 gasUsed)
    {
        require(registry.areVerified(from, to), "not verified");
        bytes memory question = abi.encodeCall(rules.canTransfer, (from, to, 1));
        assembly ("memory-safe") {
            let before := gas()
            let success := staticcall(gas(), rules, add(question, 32), mload(question), 0, 32)
            gasUsed := sub(before, gas())
            allowed := and(success, and(eq(mload(0), 1), gt(returndatasize(), 31)))
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IVerdict} from "../../src/interfaces/IVerdict.sol";

/// @notice Measures what a contract pays for asking the registry. Registry and wallets are cold when the probe is the
/// first thing that a transaction (or an `eth_call`) does.
contract VerifiedProbe {
    /// @notice The CALL and everything under it.
    function isVerified(IVerdict registry, address wallet) external view returns (bool, uint256) {
        return _ask(registry, abi.encodeCall(registry.isVerified, (wallet)));
    }

    /// @notice The CALL for both parties of a transfer and everything under it.
    function areVerified(IVerdict registry, address a, address b) external view returns (bool, uint256) {
        return _ask(registry, abi.encodeCall(registry.areVerified, (a, b)));
    }

    /// @notice The same as {isVerified} and what Solidity adds to encode the question and to decode the answer.
    function isVerifiedInSolidity(IVerdict registry, address wallet)
        external
        view
        returns (bool verified, uint256 gasUsed)
    {
        uint256 before = gasleft();
        verified = registry.isVerified(wallet);
        gasUsed = before - gasleft();
    }

    function _ask(IVerdict registry, bytes memory question) private view returns (bool verified, uint256 gasUsed) {
        assembly ("memory-safe") {
            let before := gas()
            let success := staticcall(gas(), registry, add(question, 32), mload(question), 0, 32)
            gasUsed := sub(before, gas())
            verified := and(success, and(eq(mload(0), 1), gt(returndatasize(), 31)))
        }
    }
}

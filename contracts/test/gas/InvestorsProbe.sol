// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";

/// @notice Measures what a contract pays for asking the registrar. Registrar and investors are cold when the probe is
/// the first thing that a transaction does.
contract InvestorsProbe {
    /// @notice The CALL and everything under it.
    function getInvestors(IKYCRegistrar registrar, address from, address to) external view returns (bool, uint256) {
        bytes memory question = abi.encodeCall(registrar.getInvestors, (from, to));
        uint256 gasUsed;
        bool permitted;
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(0x40, add(answer, 256))
            let before := gas()
            let success := staticcall(gas(), registrar, add(question, 32), mload(question), answer, 256)
            gasUsed := sub(before, gas())
            permitted := and(success, and(mload(add(answer, 64)), mload(add(answer, 96))))
        }
        return (permitted, gasUsed);
    }

    /// @notice The same and what Solidity adds to encode the question and to decode the answer.
    function getInvestorsInSolidity(IKYCRegistrar registrar, address from, address to)
        external
        view
        returns (bool, uint256)
    {
        uint256 before = gasleft();
        (, bool[2] memory permitted,,) = registrar.getInvestors(from, to);
        uint256 gasUsed = before - gasleft();
        return (permitted[0] && permitted[1], gasUsed);
    }
}

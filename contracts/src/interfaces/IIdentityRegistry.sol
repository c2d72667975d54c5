// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IBuiltInStorage} from "./IBuiltInStorage.sol";
import {IRoles} from "./IRoles.sol";
import {IVerdict} from "./IVerdict.sol";
import {IWalletRecords} from "./IWalletRecords.sol";

/// @title Symbolon's identity registry
/// @notice A mirror of the register of verified investors: tokens ask it before each transfer.
interface IIdentityRegistry is IBuiltInStorage, IVerdict, IWalletRecords, IRoles {
    event AgentTermSet(uint40 term);

    /// @notice The register denied this wallet, and an agent cannot lift that.
    error WalletDenied(address wallet);
    /// @notice The country does not fit in 10 bits.
    error CountryOutOfRange(uint16 country);
    /// @notice The arrays of a batch differ in length.
    error LengthMismatch();

    /// @notice For how many seconds an agent's write counts until the register confirms it: 0 = not at all,
    /// `type(uint40).max` = without limit.
    function agentTerm() external view returns (uint40);

    /// @notice Sets the term of what agents write from now on. Only for the owner.
    function setAgentTerm(uint40 term) external;
}

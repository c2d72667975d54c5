// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IWalletRecords} from "./IWalletRecords.sol";

/// @title Whose word about wallets counts
interface IRegistryFacts {
    /// @notice At this address nothing answers as a registry that keeps {WalletRecord}s.
    error NotARegistry(address given);

    /// @notice The registry whose records tell a wallet's country, level, rating and whether it is a US person's.
    /// Nobody can replace it.
    function registry() external view returns (IWalletRecords);
}

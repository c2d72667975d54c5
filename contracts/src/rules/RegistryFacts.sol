// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRegistryFacts} from "../interfaces/IRegistryFacts.sol";
import {IWalletRecords} from "../interfaces/IWalletRecords.sol";
import {WalletRecord} from "../WalletRecord.sol";

/// @notice What the registry says of wallets.
abstract contract RegistryFacts is IRegistryFacts {
    /// @dev The selector of `recordOf(address)`; assembly reads no constant but a literal.
    bytes4 private constant RECORD_OF = 0xc06ac6a3;

    /// @inheritdoc IRegistryFacts
    IWalletRecords public immutable registry;

    constructor(IWalletRecords registry_) {
        registry = registry_;
        (bool answered,,) = _tryFactsOf(address(0), address(0));
        require(answered, NotARegistry(address(registry_)));
    }

    /// @dev Of both parties of a transfer; nobody asks about the zero address. Spelt out because Solidity's own spends
    /// more gas on encoding an address and decoding a word, twice.
    function _tryFactsOf(address a, address b)
        internal
        view
        returns (bool answered, WalletRecord ofA, WalletRecord ofB)
    {
        address asked = address(registry);
        assembly ("memory-safe") {
            answered := 1
            if a {
                mstore(0, RECORD_OF)
                mstore(4, a)
                answered := and(eq(returndatasize(), 32), staticcall(gas(), asked, 0, 36, 0, 32))
                ofA := mload(0)
            }
            mstore(0, RECORD_OF)
            mstore(4, b)
            answered := and(answered, and(eq(returndatasize(), 32), staticcall(gas(), asked, 0, 36, 0, 32)))
            ofB := mload(0)
        }
    }
}

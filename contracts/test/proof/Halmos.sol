// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev What halmos answers itself, and forge does not: `check_…` functions alone may ask.
interface Halmos {
    /// @dev A call to any function of the contract that may write, with any arguments.
    function createCalldata(string memory contractName) external pure returns (bytes memory);

    /// @dev From now on the contract's storage may hold anything.
    function enableSymbolicStorage(address account) external;
}

Halmos constant HALMOS = Halmos(0xF3993A62377BCd56AE39D773740A5390411E8BC9);

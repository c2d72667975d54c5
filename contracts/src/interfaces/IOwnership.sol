// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title Who owns a contract
/// @dev Answers as T-REX's contracts do, revert strings included, since its clients match on them.
interface IOwnership {
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    function owner() external view returns (address);

    /// @notice Who may accept the ownership; zero when nobody was offered it.
    function pendingOwner() external view returns (address);

    /// @notice Offers the ownership to `newOwner`, or withdraws the offer with the zero address.
    function transferOwnership(address newOwner) external;

    /// @notice Accepts the ownership offered to the caller.
    function acceptOwnership() external;
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOwnership} from "./interfaces/IOwnership.sol";

/// @notice An owner, handed over in two steps. There is deliberately no way to renounce the ownership.
abstract contract Ownership is IOwnership {
    /// @inheritdoc IOwnership
    address public owner;
    /// @inheritdoc IOwnership
    address public pendingOwner;

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    modifier notZero(address account) {
        require(account != address(0), "invalid argument - zero address");
        _;
    }

    constructor(address initialOwner) notZero(initialOwner) {
        owner = initialOwner;
        emit OwnershipTransferred(address(0), initialOwner);
    }

    /// @inheritdoc IOwnership
    function transferOwnership(address newOwner) external onlyOwner {
        // slither-disable-next-line missing-zero-check the zero address withdraws an offer
        pendingOwner = newOwner;
        emit OwnershipTransferStarted(owner, newOwner);
    }

    /// @inheritdoc IOwnership
    function acceptOwnership() external {
        require(msg.sender == pendingOwner, "Ownable2Step: caller is not the new owner");
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete pendingOwner;
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IForcedMoves} from "../interfaces/IForcedMoves.sol";
import {Compliance} from "./Compliance.sol";
import {PartialFreezes} from "./PartialFreezes.sol";
import {Standing} from "./Standing.sol";
import {TwoApprovers} from "./TwoApprovers.sol";

/// @notice Forced transfers, and the recovery of lost wallets.
abstract contract ForcedMoves is IForcedMoves, Compliance, PartialFreezes, Standing, TwoApprovers {
    /// @inheritdoc IForcedMoves
    function forcedTransfer(address from, address to, uint256 amount, string calldata justification, bytes32 licence)
        external
        onlyApprover
        returns (bool executed)
    {
        _requireGrounds(from, to, justification, licence);
        uint256 balance = balanceOf(from);
        require(amount <= balance, ERC20InsufficientBalance(from, balance, amount));
        _requireAccepted(to, amount);
        if (!_approvedByTwo()) return false;

        _release(from, amount);
        _moveByForce(from, to, amount, 0, justification, licence);
        return true;
    }

    /// @inheritdoc IForcedMoves
    function recoveryAddress(
        address lostWallet,
        address newWallet,
        address investorOnchainID,
        string calldata justification,
        bytes32 licence
    ) external onlyApprover returns (bool executed) {
        _requireGrounds(lostWallet, newWallet, justification, licence);
        require(lostWallet != newWallet, SameWallet(newWallet));
        _requireIdentity(lostWallet, investorOnchainID);
        _requireIdentity(newWallet, investorOnchainID);
        uint256 amount = balanceOf(lostWallet);
        require(amount != 0, NothingToRecover(lostWallet));
        if (!_approvedByTwo()) return false;

        uint256 frozen = getFrozenTokens(lostWallet);
        _release(lostWallet, amount);
        emit RecoverySuccess(lostWallet, newWallet, investorOnchainID);
        _moveByForce(lostWallet, newWallet, amount, frozen, justification, licence);
        return true;
    }

    /// @inheritdoc IForcedMoves
    function isFrozen(address _userAddress) external view returns (bool) {
        return _isAssetFrozen(_userAddress);
    }

    function _requireGrounds(address from, address to, string calldata justification, bytes32 licence) private view {
        _requireVerified(to);
        require(licence != 0 || !_isAssetFrozen(from), AssetFrozen(from));
        require(bytes(justification).length != 0, NoJustification());
    }

    /// @dev A wallet that was removed has no identity, and no identity is nobody's.
    function _requireIdentity(address wallet, address identity) private view {
        require(
            identity != address(0) && address(identityRegistry.identity(wallet)) == identity,
            NotOfIdentity(wallet, identity)
        );
    }

    /// @dev The freeze comes along before the rules are told, or what they call could move what is to be frozen.
    function _moveByForce(
        address from,
        address to,
        uint256 amount,
        uint256 frozen,
        string calldata justification,
        bytes32 licence
    ) private {
        _transfer(from, to, amount);
        if (frozen != 0) _freeze(to, frozen);
        emit MovedByForce(from, to, amount, justification, licence);
        _tellTransferred(_terms, from, to, amount);
    }
}

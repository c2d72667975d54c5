// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IPartialFreezes} from "../interfaces/IPartialFreezes.sol";
import {Terms, TransferTerms} from "./TransferTerms.sol";

/// @notice How many tokens of a wallet are frozen.
/// @dev Invariant: never more than it holds. What lowers a balance either spares the frozen tokens or unfreezes them.
abstract contract PartialFreezes is IPartialFreezes, TransferTerms, ERC20, Ownable2Step {
    mapping(address account => uint256 amount) private _frozen;

    /// @inheritdoc IPartialFreezes
    function freezePartialTokens(address _userAddress, uint256 _amount) external onlyOwner {
        uint256 free = balanceOf(_userAddress) - _frozen[_userAddress];
        require(_amount <= free, ExceedsFreeBalance(_userAddress, free, _amount));
        _freeze(_userAddress, _amount);
    }

    /// @inheritdoc IPartialFreezes
    function unfreezePartialTokens(address _userAddress, uint256 _amount) external onlyOwner {
        uint256 frozen = _frozen[_userAddress];
        require(_amount <= frozen, ExceedsFrozenTokens(_userAddress, frozen, _amount));
        _unfreeze(_userAddress, _amount);
    }

    /// @inheritdoc IPartialFreezes
    function getFrozenTokens(address _userAddress) public view returns (uint256) {
        return _frozen[_userAddress];
    }

    /// @dev Whether the holder has the amount, but too much of it is frozen.
    function _reachesFrozen(Terms terms, address holder, uint256 amount) internal view returns (bool) {
        if (!terms.anyFrozen()) return false;
        uint256 frozen = _frozen[holder];
        if (frozen == 0) return false;
        uint256 balance = balanceOf(holder);
        return amount <= balance && amount > balance - frozen;
    }

    /// @dev Unfreezes what is needed to take the amount from a wallet that holds it.
    function _release(address account, uint256 amount) internal {
        uint256 balance = balanceOf(account);
        require(amount <= balance, ERC20InsufficientBalance(account, balance, amount));
        uint256 free = balance - _frozen[account];
        if (amount > free) _unfreeze(account, amount - free);
    }

    function _freeze(address account, uint256 amount) internal {
        _setFrozen(account, _frozen[account] + amount);
        emit TokensFrozen(account, amount);
    }

    function _unfreeze(address account, uint256 amount) private {
        _setFrozen(account, _frozen[account] - amount);
        emit TokensUnfrozen(account, amount);
    }

    function _setFrozen(address account, uint256 amount) private {
        bool had = _frozen[account] != 0;
        _frozen[account] = amount;
        if (had && amount == 0) _terms = _terms.withOneLessFrozen();
        else if (!had && amount != 0) _terms = _terms.withOneMoreFrozen();
    }
}

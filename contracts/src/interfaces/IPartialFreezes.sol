// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title Tokens that a wallet holds and may not move
/// @notice Names, events and meaning are ERC-3643's. What moves or burns tokens by force reaches frozen ones too, and
/// unfreezes as many as it needs.
interface IPartialFreezes {
    event TokensFrozen(address indexed _userAddress, uint256 _amount);
    event TokensUnfrozen(address indexed _userAddress, uint256 _amount);

    /// @notice The wallet holds no more than `free` tokens that are not frozen.
    error ExceedsFreeBalance(address account, uint256 free, uint256 amount);
    /// @notice No more than `frozen` tokens of the wallet are frozen.
    error ExceedsFrozenTokens(address account, uint256 frozen, uint256 amount);

    /// @notice Freezes tokens of a wallet, in addition to those that are frozen. Only for the owner.
    function freezePartialTokens(address _userAddress, uint256 _amount) external;

    /// @notice Unfreezes tokens of a wallet. Only for the owner.
    function unfreezePartialTokens(address _userAddress, uint256 _amount) external;

    /// @notice How many tokens of a wallet are frozen; never more than it holds.
    function getFrozenTokens(address _userAddress) external view returns (uint256);
}

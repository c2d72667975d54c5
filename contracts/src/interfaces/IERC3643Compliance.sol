// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title What a compliance asks of its token
interface IERC3643Token {
    /// @notice The registry that the token asks now.
    function identityRegistry() external view returns (address);
}

/// @title The compliance of ERC-3643, as a token uses it
/// @notice Signatures, events and names of parameters are T-REX 4's. What manages modules is not part of it.
interface IERC3643Compliance {
    // slither-disable-next-line unindexed-event-address T-REX's event
    event TokenBound(address _token);
    // slither-disable-next-line unindexed-event-address T-REX's event
    event TokenUnbound(address _token);

    /// @notice Binds the token; the token calls it when it takes this compliance.
    function bindToken(address _token) external;

    /// @notice Releases the token; the token calls it when it takes another compliance.
    function unbindToken(address _token) external;

    /// @notice Told by the token after a transfer, forced or not.
    function transferred(address _from, address _to, uint256 _value) external;

    /// @notice Told by the token after it minted.
    function created(address _to, uint256 _value) external;

    /// @notice Told by the token after it burnt.
    function destroyed(address _from, uint256 _value) external;

    /// @notice Whether the rules allow the transfer; `_from` is zero for a mint. A token asks before it mints and
    /// before holders' transfers, not before forced ones and not before it burns.
    function canTransfer(address _from, address _to, uint256 _value) external view returns (bool);

    /// @notice Whether `_token` is bound.
    function isTokenBound(address _token) external view returns (bool);

    /// @notice The bound token, or zero.
    function getTokenBound() external view returns (address);
}

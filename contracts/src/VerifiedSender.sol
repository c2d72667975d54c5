// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IComplianceModule} from "./interfaces/IComplianceModule.sol";
import {IERC3643Compliance, IERC3643Token} from "./interfaces/IERC3643Compliance.sol";
import {IERC3643IdentityRegistryViews} from "./interfaces/IERC3643IdentityRegistry.sol";
import {IVerifiedSender} from "./interfaces/IVerifiedSender.sol";
import {ComplianceModule} from "./ComplianceModule.sol";

/// @title Nobody sends who is not verified
/// @notice A compliance for one token, or a module of that token's compliance.
contract VerifiedSender is IVerifiedSender, ComplianceModule {
    /// @inheritdoc IVerifiedSender
    IERC3643Token public immutable token;
    bool private _tokenBound;

    constructor(IERC3643Token token_) {
        require(address(token_) != address(0), "invalid argument - zero address");
        token = token_;
    }

    // ---------------------------------------------------------------- as a compliance

    /// @inheritdoc IERC3643Compliance
    function bindToken(address _token) external {
        _requireToken(_token);
        _tokenBound = true;
        emit TokenBound(_token);
    }

    /// @inheritdoc IERC3643Compliance
    function unbindToken(address _token) external {
        _requireToken(_token);
        _tokenBound = false;
        emit TokenUnbound(_token);
    }

    /// @inheritdoc IERC3643Compliance
    function canTransfer(address _from, address, uint256) external view returns (bool) {
        return _maySend(_from);
    }

    /// @inheritdoc IERC3643Compliance
    function isTokenBound(address _token) external view returns (bool) {
        return _tokenBound && _token == address(token);
    }

    /// @inheritdoc IERC3643Compliance
    function getTokenBound() external view returns (address) {
        return _tokenBound ? address(token) : address(0);
    }

    // Nothing is counted, so whoever tells is told nothing back.

    /// @inheritdoc IERC3643Compliance
    function transferred(address, address, uint256) external pure {}

    /// @inheritdoc IERC3643Compliance
    function created(address, uint256) external pure {}

    /// @inheritdoc IERC3643Compliance
    function destroyed(address, uint256) external pure {}

    // -------------------------------------------------------------------- as a module

    /// @inheritdoc IComplianceModule
    function moduleCheck(address _from, address, uint256, address) external view returns (bool) {
        return _maySend(_from);
    }

    /// @inheritdoc IComplianceModule
    /// @dev A compliance of another token would have its senders judged by this token's registry.
    function canComplianceBind(address _compliance) external view returns (bool) {
        return IERC3643Compliance(_compliance).getTokenBound() == address(token);
    }

    /// @inheritdoc IComplianceModule
    function isPlugAndPlay() external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IComplianceModule
    function name() external pure returns (string memory _name) {
        return "VerifiedSender";
    }

    /// @inheritdoc IComplianceModule
    function moduleTransferAction(address, address, uint256) external pure {}

    /// @inheritdoc IComplianceModule
    function moduleMintAction(address, uint256) external pure {}

    /// @inheritdoc IComplianceModule
    function moduleBurnAction(address, uint256) external pure {}

    // -------------------------------------------------------------------------- rules

    /// @dev The zero address is the sender of a mint. A registry that fails makes the transfer fail (I12).
    function _maySend(address from) private view returns (bool) {
        return from == address(0) || IERC3643IdentityRegistryViews(token.identityRegistry()).isVerified(from);
    }

    function _requireToken(address named) private view {
        require(msg.sender == address(token) && named == msg.sender, NotTheToken(msg.sender, named));
    }
}

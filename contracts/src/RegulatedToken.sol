// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IRegulatedToken} from "./interfaces/IRegulatedToken.sol";
import {ITransferRules} from "./interfaces/ITransferRules.sol";
import {IVerdict} from "./interfaces/IVerdict.sol";
import {ForcedMoves} from "./token/ForcedMoves.sol";
import {ASSET_FROZEN, INSUFFICIENT_BALANCE, KYC_NOT_VERIFIED, PAUSED, TOKENS_FROZEN} from "./token/Reasons.sol";
import {RulesCalls} from "./token/RulesCalls.sol";
import {Terms} from "./token/TransferTerms.sol";
import {KycGuard} from "./KycGuard.sol";

/// @title The reference token
/// @notice An ERC-20 that moves only between verified wallets, and only where its rules let it.
/// @dev Each way in which tokens move makes its own checks, since no two ask the same, and before it spends an
/// allowance: so `_update` stays OpenZeppelin's, and none may be added without its checks.
contract RegulatedToken is IRegulatedToken, ForcedMoves {
    using RulesCalls for ITransferRules;

    constructor(string memory name, string memory symbol, IVerdict registry, address owner)
        ERC20(name, symbol)
        Ownable(owner)
        KycGuard(registry)
    {}

    // ------------------------------------------------------------------------ holders

    /// @inheritdoc ERC20
    function transfer(address to, uint256 value) public override returns (bool) {
        Terms terms = _requireTransferable(msg.sender, to, value);
        _transfer(msg.sender, to, value);
        _tellTransferred(terms, msg.sender, to, value);
        return true;
    }

    /// @inheritdoc ERC20
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        Terms terms = _requireTransferable(from, to, value);
        _spendAllowance(from, msg.sender, value);
        _transfer(from, to, value);
        _tellTransferred(terms, from, to, value);
        return true;
    }

    /// @inheritdoc IRegulatedToken
    function redeem(uint256 amount) external {
        string memory refusal = _redemptionRefusal(msg.sender, amount);
        if (bytes(refusal).length != 0) revert(refusal);
        _burn(msg.sender, amount);
        emit Redeemed(msg.sender, amount);
        _tellDestroyed(msg.sender, amount);
    }

    // -------------------------------------------------------------------------- owner

    /// @inheritdoc IRegulatedToken
    function mint(address to, uint256 amount) external onlyOwner {
        _requireVerified(to);
        _requireAccepted(to, amount);
        _mint(to, amount);
        _tellCreated(to, amount);
    }

    /// @inheritdoc IRegulatedToken
    function burn(address from, uint256 amount) external onlyOwner {
        _requireVerified(from);
        _release(from, amount);
        _burn(from, amount);
        _tellDestroyed(from, amount);
    }

    /// @inheritdoc IRegulatedToken
    function pause() external onlyOwner {
        require(!_terms.paused(), AlreadyPaused());
        _terms = _terms.withPause(true);
        emit Paused(msg.sender);
    }

    /// @inheritdoc IRegulatedToken
    function unpause() external onlyOwner {
        require(_terms.paused(), NotPaused());
        _terms = _terms.withPause(false);
        emit Unpaused(msg.sender);
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc IRegulatedToken
    function paused() external view returns (bool) {
        return _terms.paused();
    }

    /// @inheritdoc IRegulatedToken
    function reason(address from, address to, uint256 amount) external view returns (string memory refusal) {
        if (from == address(0) || to == address(0) || !_areVerified(from, to)) return KYC_NOT_VERIFIED;
        Terms terms = _terms;
        if (terms.paused()) return PAUSED;
        if (_reachesFrozen(terms, from, amount)) return TOKENS_FROZEN;
        if (terms.haveRules()) refusal = terms.rules().refusal(from, to, amount);
        if (bytes(refusal).length == 0 && amount > balanceOf(from)) return INSUFFICIENT_BALANCE;
    }

    /// @inheritdoc IRegulatedToken
    function redemptionReason(address holder, uint256 amount) external view returns (string memory refusal) {
        refusal = _redemptionRefusal(holder, amount);
        if (bytes(refusal).length == 0 && amount > balanceOf(holder)) return INSUFFICIENT_BALANCE;
    }

    // -------------------------------------------------------------------------- rules

    /// @dev Reverts with what {reason} says, but for a balance that is too small.
    function _requireTransferable(address from, address to, uint256 amount) private view returns (Terms terms) {
        _requireVerified(from, to);
        terms = _terms;
        if (terms.paused()) revert(PAUSED);
        if (_reachesFrozen(terms, from, amount)) revert(TOKENS_FROZEN);
        if (terms.haveRules()) terms.rules().requireAllowed(from, to, amount);
    }

    function _redemptionRefusal(address holder, uint256 amount) private view returns (string memory) {
        (bool may, bool frozen) = _mayRedeem(holder);
        if (!may) return frozen ? ASSET_FROZEN : KYC_NOT_VERIFIED;
        Terms terms = _terms;
        if (terms.paused()) return PAUSED;
        if (_reachesFrozen(terms, holder, amount)) return TOKENS_FROZEN;
        return "";
    }
}

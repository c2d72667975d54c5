// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IComplianceModule} from "../interfaces/IComplianceModule.sol";
import {ICountryRules} from "../interfaces/ICountryRules.sol";
import {IERC3643Compliance} from "../interfaces/IERC3643Compliance.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {IWalletRecords} from "../interfaces/IWalletRecords.sol";
import {ComplianceModule} from "../ComplianceModule.sol";
import {Ownership} from "../Ownership.sol";
import {WalletRecord} from "../WalletRecord.sol";
import {HolderCounts} from "./HolderCounts.sol";
import {NO_REFUSAL, Party, Reason, Refusal, refusal} from "./Refusal.sol";
import {RegistryFacts} from "./RegistryFacts.sol";
import {Rule, Terms} from "./Rule.sol";
import {RuleRecords} from "./RuleRecords.sol";

/// @title Transfer rules by country
/// @notice A compliance for tokens, and a module of their compliances.
/// @dev This file judges transfers; how rules change is in {RuleRecords}, and how holders are counted in
/// {HolderCounts}.
contract CountryRules is ICountryRules, ComplianceModule, RuleRecords {
    /// @inheritdoc IERC3643Compliance
    mapping(address token => bool) public isTokenBound;

    // slither-disable-next-line shadowing-local named for deployers, who read them as the getters' first answers
    constructor(address owner, IWalletRecords registry, uint32 delay, bool countsHolders, Terms memory defaultRule)
        Ownership(owner)
        RegistryFacts(registry)
        HolderCounts(countsHolders)
        RuleRecords(delay, defaultRule)
    {}

    // ---------------------------------------------------------------- as a compliance

    /// @inheritdoc IERC3643Compliance
    /// @dev A token that is bound already may say so again.
    function bindToken(address _token) external {
        _requireTokenOrOwner(_token);
        isTokenBound[_token] = true;
        emit TokenBound(_token);
    }

    /// @inheritdoc IERC3643Compliance
    /// @dev Never refused to the token itself, which could not take another compliance otherwise.
    function unbindToken(address _token) external {
        _requireTokenOrOwner(_token);
        isTokenBound[_token] = false;
        emit TokenUnbound(_token);
    }

    /// @inheritdoc IERC3643Compliance
    function canTransfer(address _from, address _to, uint256) external view returns (bool) {
        _answer(_judge(msg.sender, _from, _to).none());
    }

    /// @inheritdoc IERC3643Compliance
    /// @dev There may be many: a bound token is told itself.
    function getTokenBound() external view returns (address) {
        return isTokenBound[msg.sender] ? msg.sender : address(0);
    }

    /// @inheritdoc IERC3643Compliance
    function transferred(address _from, address _to, uint256) external {
        if (countsHolders) _recountBoth(msg.sender, _from, _to);
    }

    /// @inheritdoc IERC3643Compliance
    function created(address _to, uint256) external {
        if (countsHolders) _recount(msg.sender, _to);
    }

    /// @inheritdoc IERC3643Compliance
    function destroyed(address _from, uint256) external {
        if (countsHolders) _recount(msg.sender, _from);
    }

    // -------------------------------------------------------------------- as a module

    /// @inheritdoc IComplianceModule
    function moduleCheck(address _from, address _to, uint256, address _compliance) external view returns (bool) {
        _answer(_judge(_compliance, _from, _to).none());
    }

    /// @inheritdoc IComplianceModule
    function moduleTransferAction(address _from, address _to, uint256) external {
        if (countsHolders) _recountBoth(_tokenOf(msg.sender), _from, _to);
    }

    /// @inheritdoc IComplianceModule
    function moduleMintAction(address _to, uint256) external {
        if (countsHolders) _recount(_tokenOf(msg.sender), _to);
    }

    /// @inheritdoc IComplianceModule
    function moduleBurnAction(address _from, uint256) external {
        if (countsHolders) _recount(_tokenOf(msg.sender), _from);
    }

    /// @inheritdoc IComplianceModule
    /// @dev It asks its own registry, whichever the token's is.
    function canComplianceBind(address) external pure returns (bool) {
        return true;
    }

    /// @inheritdoc IComplianceModule
    function isPlugAndPlay() external pure returns (bool) {
        return true;
    }

    /// @inheritdoc IComplianceModule
    function name() external pure returns (string memory _name) {
        return "CountryRules";
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc ITransferRules
    function reason(address from, address to, uint256) external view returns (string memory) {
        return _judge(msg.sender, from, to).text();
    }

    /// @inheritdoc ICountryRules
    function explain(address from, address to, uint256)
        external
        view
        returns (Party party, uint16 country, Reason why, string memory text)
    {
        return _explain(msg.sender, from, to);
    }

    /// @inheritdoc ICountryRules
    function explainTo(address asker, address from, address to, uint256)
        external
        view
        returns (Party party, uint16 country, Reason why, string memory text)
    {
        return _explain(asker, from, to);
    }

    // --------------------------------------------------------------------------- rules

    /// @dev The one judgement, whoever asks for it and however. That a US person of the USA is held to the same rule
    /// twice costs less than to see it.
    function _judge(address asker, address from, address to) private view returns (Refusal refused) {
        (bool answered, WalletRecord sender, WalletRecord recipient) = _tryFactsOf(from, to);
        if (!answered) return refusal(Party.Nobody, Reason.RegistryFailed, 0);

        // The zero address is the sender of a mint.
        if (from != address(0)) {
            uint256 home = sender.country();
            if (!_ruleFor(home).allowed()) return _closed(Party.Sender, home);
            if (sender.usPerson() && !_ruleFor(USA).allowed()) return _closed(Party.Sender, USA);
        }

        uint256 country = recipient.country();
        Rule rule = _ruleFor(country);
        if (!rule.asksNothing()) refused = _admission(rule, country, asker, to, recipient);
        if (refused.none() && recipient.usPerson()) {
            rule = _ruleFor(USA);
            if (!rule.asksNothing()) refused = _admission(rule, USA, asker, to, recipient);
        }
    }

    /// @dev What a country's rule makes of a recipient.
    function _admission(Rule rule, uint256 country, address asker, address to, WalletRecord recipient)
        private
        view
        returns (Refusal)
    {
        if (!rule.allowed()) return _closed(Party.Recipient, country);
        Reason why = Reason.None;
        if (recipient.level() < rule.leastLevel()) why = Reason.LevelTooLow;
        else if (recipient.ratingAt(block.timestamp) < rule.leastRating()) why = Reason.AccreditationRequired;
        else if (rule.noUsPerson() && recipient.usPerson()) why = Reason.UsPerson;
        else if (rule.cap() != 0) why = _room(rule.cap(), country, asker, to, recipient);
        return why == Reason.None ? NO_REFUSAL : refusal(Party.Recipient, why, country);
    }

    /// @dev Whether a country with a limit takes the recipient as a holder of the asker's token.
    function _room(uint256 cap, uint256 country, address asker, address to, WalletRecord recipient)
        private
        view
        returns (Reason)
    {
        address token = isTokenBound[asker] ? asker : isComplianceBound[asker] ? _tokenOf(asker) : address(0);
        if (token == address(0)) return Reason.TokenNotBound;
        return _isFull(token, country, cap, to, recipient) ? Reason.HolderCap : Reason.None;
    }

    /// @dev The rule for the country does not allow it.
    function _closed(Party party, uint256 country) private view returns (Refusal) {
        return refusal(party, _hasRule(country) ? Reason.CountryBlocked : Reason.CountryNotAllowed, country);
    }

    function _explain(address asker, address from, address to)
        private
        view
        returns (Party party, uint16 country, Reason why, string memory text)
    {
        Refusal refused = _judge(asker, from, to);
        return (refused.party(), refused.country(), refused.why(), refused.text());
    }

    /// @dev Ends the call with `yes`. Solidity would return by way of free memory and cost each transfer more gas.
    function _answer(bool yes) private pure {
        assembly ("memory-safe") {
            mstore(0, yes)
            return(0, 32)
        }
    }

    function _recountBoth(address token, address from, address to) private {
        _recount(token, from);
        _recount(token, to);
    }

    function _tokenOf(address compliance) private view returns (address) {
        return IERC3643Compliance(compliance).getTokenBound();
    }

    function _requireTokenOrOwner(address named) private view notZero(named) {
        require(msg.sender == named || msg.sender == owner, NotTheToken(msg.sender, named));
    }
}

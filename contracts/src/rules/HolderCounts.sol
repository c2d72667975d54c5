// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IHolderCounts} from "../interfaces/IHolderCounts.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {WalletRecord} from "../WalletRecord.sol";
import {RegistryFacts} from "./RegistryFacts.sol";

/// @notice Counts the holders of each token by country.
abstract contract HolderCounts is ITransferRules, IHolderCounts, RegistryFacts {
    /// @dev A holder as it was counted.
    struct Holder {
        uint16 country;
        bool usPerson;
        /// @dev How many of its wallets have a balance; a holder without one is none.
        uint64 wallets;
    }

    /// @dev ISO 3166-1's number of the USA.
    uint256 internal constant USA = 840;

    /// @inheritdoc ITransferRules
    bool public immutable countsHolders;

    mapping(address token => mapping(uint256 country => uint256)) private _counts;
    mapping(address token => mapping(address identity => Holder)) private _holders;
    /// @dev The identity for which a wallet was counted; zero when it was not.
    mapping(address token => mapping(address wallet => address identity)) private _countedFor;

    constructor(bool countsHolders_) {
        countsHolders = countsHolders_;
    }

    /// @inheritdoc IHolderCounts
    function count(address token, address[] calldata holders) external {
        require(countsHolders, NothingCounted());
        for (uint256 i = 0; i < holders.length; ++i) {
            _recount(token, holders[i]);
        }
    }

    /// @inheritdoc IHolderCounts
    function holdersOf(address token, uint16 country) external view returns (uint256) {
        return _counts[token][country];
    }

    // --------------------------------------------------------------------------- rules

    /// @dev Whether the wallet would be one holder too many in the country. One that counts there already never is.
    function _isFull(address token, uint256 country, uint256 cap, address wallet, WalletRecord facts)
        internal
        view
        returns (bool)
    {
        Holder memory holder = _holders[token][_holderOf(wallet, facts)];
        if (holder.wallets != 0 && (holder.country == country || (holder.usPerson && country == USA))) return false;
        return _counts[token][country] >= cap;
    }

    /// @dev Makes the counts what the wallet's balance and its record of the moment say.
    function _recount(address token, address wallet) internal {
        address former = _countedFor[token][wallet];
        address current = address(0);
        WalletRecord facts = WalletRecord.wrap(0);
        // slither-disable-next-line calls-loop the token is asked about each wallet
        if (IERC20(token).balanceOf(wallet) != 0) {
            // slither-disable-next-line calls-loop and so is the registry
            facts = WalletRecord.wrap(registry.recordOf(wallet));
            current = _holderOf(wallet, facts);
        }
        if (current != former) {
            _countedFor[token][wallet] = current;
            if (former != address(0)) _leave(token, _holders[token][former]);
        }
        if (current != address(0)) _place(token, _holders[token][current], facts, current != former);
    }

    /// @dev One wallet less; the last one takes its holder out of the counts that it was in.
    function _leave(address token, Holder storage holder) private {
        if (--holder.wallets == 0) _uncount(token, holder);
    }

    /// @dev The holder where its wallet's record says, with one wallet more if that is new.
    function _place(address token, Holder storage holder, WalletRecord facts, bool isNew) private {
        uint16 country = facts.country();
        bool usPerson = facts.usPerson();
        bool counted = holder.wallets != 0;
        if (isNew) ++holder.wallets;
        if (counted) {
            if (holder.country == country && holder.usPerson == usPerson) return;
            _uncount(token, holder);
        }
        (holder.country, holder.usPerson) = (country, usPerson);
        ++_counts[token][country];
        if (usPerson && country != USA) ++_counts[token][USA];
    }

    function _uncount(address token, Holder storage holder) private {
        uint256 country = holder.country;
        --_counts[token][country];
        if (holder.usPerson && country != USA) --_counts[token][USA];
    }

    function _holderOf(address wallet, WalletRecord facts) private pure returns (address identity) {
        identity = facts.identity();
        if (identity == address(0)) identity = wallet;
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRuleRecords} from "../interfaces/IRuleRecords.sol";
import {MirrorRole} from "../MirrorRole.sol";
import {MAX_COUNTRY} from "../WalletRecord.sol";
import {HolderCounts} from "./HolderCounts.sol";
import {Rule, ruleFrom, ruleOf as packed, Terms} from "./Rule.sol";
import {RuleRecord} from "./RuleRecord.sol";

/// @notice The countries' rules, and how the register and the owner write them.
abstract contract RuleRecords is IRuleRecords, MirrorRole, HolderCounts {
    /// @inheritdoc IRuleRecords
    uint256 public constant MAX_BATCH = 500;

    uint256 private constant ANNOUNCEMENT_SIZE = 41;
    uint256 private constant WITHDRAWAL_SIZE = 4;
    uint16 private constant DEFAULT = 0;

    /// @inheritdoc IRuleRecords
    uint32 public immutable delay;

    /// @dev By country. An array, since its slots cost a transfer no hashing.
    RuleRecord[MAX_COUNTRY + 1] private _records;

    /// @dev The default rule holds from the beginning: nobody relies on another one yet.
    constructor(uint32 delay_, Terms memory defaultRule) {
        require(delay_ != 0, NoDelay());
        delay = delay_;
        _write(DEFAULT, packed(defaultRule), 1, 0, uint40(block.timestamp));
    }

    // ------------------------------------------------------------ the register writes

    /// @inheritdoc IRuleRecords
    function announce(bytes32 head, bytes calldata entries) external onlyMirror {
        _requireBatch(entries, ANNOUNCEMENT_SIZE);
        emit RegisterHead(head);

        uint40 from = _fromNow();
        for (uint256 at = 0; at < entries.length; at += ANNOUNCEMENT_SIZE) {
            uint256 entry;
            bytes32 source;
            assembly ("memory-safe") {
                entry := calldataload(add(entries.offset, at))
                source := calldataload(add(add(entries.offset, at), 9))
            }
            uint16 country = uint16(entry >> 240);
            uint16 version = uint16(entry >> 224);
            Rule rule = ruleFrom(uint40(entry >> 184));
            if (rule.blocked() || _recordAt(country).precedes(version)) _write(country, rule, version, source, from);
        }
    }

    /// @inheritdoc IRuleRecords
    function withdraw(bytes32 head, bytes calldata entries) external onlyMirror {
        _requireBatch(entries, WITHDRAWAL_SIZE);
        emit RegisterHead(head);

        for (uint256 at = 0; at < entries.length; at += WITHDRAWAL_SIZE) {
            uint256 entry;
            assembly ("memory-safe") {
                entry := calldataload(add(entries.offset, at))
            }
            uint16 country = uint16(entry >> 240);
            uint16 version = uint16(entry >> 224);
            if (_recordAt(country).precedes(version)) _withdraw(country, version);
        }
    }

    // ---------------------------------------------------------------- the owner writes

    /// @inheritdoc IRuleRecords
    function announceRule(uint16 country, Terms calldata terms, bytes32 source) external onlyOwner {
        _write(country, packed(terms), _nextVersion(country), source, _fromNow());
    }

    /// @inheritdoc IRuleRecords
    function withdrawRule(uint16 country) external onlyOwner {
        // slither-disable-next-line unused-return that there is a rule is enough
        (, uint40 from) = _recordAt(country).announced(block.timestamp);
        require(from != 0, NothingAnnounced(country));
        _withdraw(country, _nextVersion(country));
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc IRuleRecords
    function ruleOf(uint16 country)
        external
        view
        returns (Terms memory inForce, Terms memory announced, uint40 from, uint16 version)
    {
        RuleRecord record = _recordAt(country);
        Rule next;
        (next, from) = record.announced(block.timestamp);
        return (record.inForce(block.timestamp).terms(), next.terms(), from, record.version());
    }

    /// @inheritdoc IRuleRecords
    function ruleRecordOf(uint16 country) external view returns (uint256) {
        return RuleRecord.unwrap(_recordAt(country));
    }

    // --------------------------------------------------------------------------- rules

    /// @dev The rule by which a country is judged now: its own, or else the default rule. No bounds are checked: a
    /// country of a {WalletRecord} has 10 bits.
    function _ruleFor(uint256 country) internal view returns (Rule rule) {
        RuleRecord record;
        assembly ("memory-safe") {
            record := sload(add(_records.slot, country))
        }
        rule = record.inForce(block.timestamp);
        if (rule.unset()) rule = _records[DEFAULT].inForce(block.timestamp);
    }

    /// @dev Whether the country has a rule of its own.
    function _hasRule(uint256 country) internal view returns (bool) {
        return country != DEFAULT && !_records[country].inForce(block.timestamp).unset();
    }

    function _recordAt(uint16 country) private view returns (RuleRecord) {
        require(country <= MAX_COUNTRY, CountryOutOfRange(country));
        return _records[country];
    }

    /// @dev Every rule is written here: from `from` on, or at once if it blocks.
    function _write(uint16 country, Rule rule, uint16 version, bytes32 source, uint40 from) private {
        RuleRecord stored = _recordAt(country);
        if (rule.blocked()) {
            RuleRecord record = stored.blocked(version);
            // slither-disable-next-line incorrect-equality a word that stays as it is, to the bit
            if (RuleRecord.unwrap(record) == RuleRecord.unwrap(stored)) return;
            _records[country] = record;
            emit CountryBlocked(country, record.version(), source);
        } else {
            require(rule.cap() == 0 || countsHolders, HoldersNotCounted());
            _records[country] = stored.announcing(block.timestamp, rule, from, version);
            emit RuleAnnounced(country, rule, from, version, source);
        }
    }

    function _withdraw(uint16 country, uint16 version) private {
        _records[country] = _records[country].withdrawn(block.timestamp, version);
        emit AnnouncementWithdrawn(country, version);
    }

    function _nextVersion(uint16 country) private view returns (uint16 version) {
        version = _recordAt(country).version();
        if (version != type(uint16).max) ++version;
    }

    /// @dev Fits for the next thirty thousand years.
    function _fromNow() private view returns (uint40) {
        return uint40(block.timestamp + delay);
    }

    function _requireBatch(bytes calldata entries, uint256 size) private pure {
        uint256 length = entries.length;
        if (length == 0 || length % size != 0 || length > MAX_BATCH * size) revert InvalidBatchLength(length);
    }
}

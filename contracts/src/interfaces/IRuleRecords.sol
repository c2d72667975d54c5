// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {Rule, Terms} from "../rules/Rule.sol";
import {IMirrorRole} from "./IMirrorRole.sol";

/// @title The countries' rules and how they change
/// @notice One word per country, laid out as {RuleRecord} says. Countries are ISO 3166-1 numeric; 0 stands for those
/// without a rule of their own, whose default rule it holds.
/// @dev What is announced takes effect {delay} seconds later, without a further transaction. At once, there are but two
/// changes: a block, and the withdrawal of what is announced and not in effect yet. That binds the owner as it binds
/// the mirrors.
/// @dev Each write of a country has a version, which only rises. An announcement or a withdrawal counts if it is newer
/// than the stored one, by 4096 at most; otherwise it is skipped, so that one that comes late undoes nothing that was
/// decided after it and never reverts a batch. A block always lands, whatever its version, and ends what is announced.
/// @dev All of the rules follow from the events.
interface IRuleRecords is IMirrorRole {
    /// @notice The head of the register's hash chain of events, notarised by every transaction of a mirror.
    event RegisterHead(bytes32 indexed head);
    /// @notice The country's rule becomes this one at `from`, unless something is written before.
    /// @param source The hash of what the rule comes from, for example of a dated list of sanctions.
    event RuleAnnounced(uint16 indexed country, Rule rule, uint40 from, uint16 version, bytes32 indexed source);
    /// @notice The country is blocked from now on, and nothing is announced for it any more.
    event CountryBlocked(uint16 indexed country, uint16 version, bytes32 indexed source);
    /// @notice The country's rule stays what it is: nothing is announced for it any more.
    event AnnouncementWithdrawn(uint16 indexed country, uint16 version);

    /// @notice The batch is empty, is larger than {MAX_BATCH}, or ends within an entry.
    error InvalidBatchLength(uint256 length);
    /// @notice The country does not fit in 10 bits.
    error CountryOutOfRange(uint16 country);
    /// @notice The rule limits the holders, and nobody counts them.
    error HoldersNotCounted();
    /// @notice Rules take effect after a delay, and none was given.
    error NoDelay();
    /// @notice There is nothing to withdraw.
    error NothingAnnounced(uint16 country);

    /// @notice After how many seconds an announced rule takes effect.
    function delay() external view returns (uint32);

    /// @notice The most entries that one transaction of a mirror may hold.
    function MAX_BATCH() external view returns (uint256);

    /// @notice Announces rules, or blocks countries at once. Only for mirrors.
    /// @param head The head of the register's hash chain.
    /// @param entries Entries of 41 bytes: country (2), version (2), rule (5), source (32).
    function announce(bytes32 head, bytes calldata entries) external;

    /// @notice Withdraws what is announced. Only for mirrors.
    /// @dev One that overtakes the announcement that it withdraws makes that one stale.
    /// @param head The head of the register's hash chain.
    /// @param entries Entries of 4 bytes: country (2), version (2).
    function withdraw(bytes32 head, bytes calldata entries) external;

    /// @notice Announces one country's rule, or blocks it at once. Only for the owner.
    /// @dev Takes the next version, so what the mirrors have under way becomes stale. The last version is the owner's
    /// as often as it likes: whoever spends all the others does not shut it out.
    function announceRule(uint16 country, Terms calldata terms, bytes32 source) external;

    /// @notice Withdraws what is announced for one country. Only for the owner.
    function withdrawRule(uint16 country) external;

    /// @notice The country's own rule, and the one announced for it.
    /// @param from From when the announced one holds; 0 when none is announced.
    function ruleOf(uint16 country)
        external
        view
        returns (Terms memory inForce, Terms memory announced, uint40 from, uint16 version);

    /// @notice The country's word; 0 when nobody ever wrote to it.
    function ruleRecordOf(uint16 country) external view returns (uint256);
}

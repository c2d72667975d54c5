// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title The register's own side of an identity registry
/// @notice One word per wallet, laid out as {WalletRecord} says, written by the register's mirrors.
interface IWalletRecords {
    /// @notice The head of the register's hash chain of events, notarised by every transaction of a mirror.
    event RegisterHead(bytes32 indexed head);
    /// @notice The word that a wallet has now, whoever wrote it.
    event WalletRecorded(address indexed wallet, uint256 record);
    /// @notice All wallets that an authority verified are out of the verdict: its restriction of this number.
    event AuthorityRestricted(uint8 indexed authority, uint32 restriction);
    /// @notice They are back in it: the restriction of this number, which was the newest, is lifted.
    event AuthorityReinstated(uint8 indexed authority, uint32 restriction);

    /// @notice The batch is empty, is larger than {MAX_BATCH}, or ends within an entry.
    error InvalidBatchLength(uint256 length);
    /// @notice The entry at `index` names the zero address.
    error ZeroWallet(uint256 index);
    /// @notice Authority 0 is the owner, which cannot be restricted.
    error OwnerCannotBeRestricted();

    /// @notice The largest step that a version may take at once.
    function MAX_LEAP() external view returns (uint256);

    /// @notice The most wallets that one transaction of a mirror may name.
    function MAX_BATCH() external view returns (uint256);

    /// @notice Writes whole records. Only for mirrors.
    /// @dev A record counts if its version is newer than the stored one, by {MAX_LEAP} at most: then it replaces the
    /// whole word. Otherwise it is skipped, so that a stale or repeated approval never reverts a batch, unless it
    /// denies its wallet (not verified, restricted or frozen): then its denial lands as by {deny}.
    /// @dev A record without identity cannot be verified, and the bits above the rating are not the register's.
    /// @param head The head of the register's hash chain.
    /// @param records Entries of 52 bytes: wallet (20), word (32).
    function upsert(bytes32 head, bytes calldata records) external;

    /// @notice Revokes, restricts, freezes or removes wallets. Only for mirrors.
    /// @dev A denial always lands, whatever its version, and only ever adds: nothing here makes a wallet verified.
    /// The stored version rises to the given one, by {MAX_LEAP} at most, and to 1 at least.
    /// @param head The head of the register's hash chain.
    /// @param denials Entries of 23 bytes: wallet (20), version (2), grounds (1). Grounds are bits: 0 revoked,
    /// 1 restricted, 2 frozen, 3 removed (only the version and the two holds survive); none of them means revoked.
    function deny(bytes32 head, bytes calldata denials) external;

    /// @notice Takes all wallets that `authority` verified out of the verdict. Only for mirrors.
    function restrictAuthority(bytes32 head, uint8 authority) external;

    /// @notice Takes all wallets that `authority` verified back into the verdict. Only for mirrors.
    /// @dev Lifts the restriction of this number and no later one: where the authority was restricted again since,
    /// nothing happens, so that a reinstatement that comes late lifts no restriction that was decided after it.
    /// @param restriction {restrictionOf} the authority, as the register knows it.
    function liftRestriction(bytes32 head, uint8 authority, uint32 restriction) external;

    /// @notice Whether `authority` is restricted, and so all wallets that it verified.
    function isAuthorityRestricted(uint8 authority) external view returns (bool);

    /// @notice How often `authority` was restricted, which is the number of its newest restriction.
    function restrictionOf(uint8 authority) external view returns (uint32);

    /// @notice The word of a wallet; 0 when nobody ever wrote to it.
    function recordOf(address wallet) external view returns (uint256);

    /// @notice The words of many wallets, in their order.
    function recordsOf(address[] calldata wallets) external view returns (uint256[] memory);
}

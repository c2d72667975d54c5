// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC5192} from "./IERC5192.sol";
import {IERC5851} from "./IERC5851.sol";
import {IERC5851Draft} from "./IERC5851Draft.sol";

/// @title The register's own side of a certificate registry
/// @notice One word per certificate, laid out as {CertificateRecord} says. A certificate is a token that stays with its
/// holder, with the id `(id << 160) | holder`.
/// @dev An id takes 96 bits at most. A larger one is refused, but the verdict on it is no: nobody can hold it.
/// @dev Two things are told apart. `isVerified` and `ifVerified` are the verdict: certified, and not expired. A token
/// is held from `Transfer` to `Transfer`, and so until it is revoked, expired or not: time passes without events, and
/// whoever follows those would contradict {ownerOf} otherwise. So {ownerOf} and {locked} are for wallets to show, never
/// to rely on.
interface ICertificateRecords is IERC5851Draft, IERC5851, IERC5192 {
    /// @notice ERC-721's, so that wallets show certificates; from or to nobody, since none is ever transferred.
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    /// @notice The head of the register's hash chain of events, notarised by every transaction of a mirror.
    event RegisterHead(bytes32 indexed head);
    /// @notice The word that a certificate has now, whoever wrote it.
    event CertificateRecorded(address indexed holder, uint256 indexed id, uint256 record);

    /// @notice The batch is empty, is larger than {MAX_BATCH}, or ends within an entry.
    error InvalidBatchLength(uint256 length);
    /// @notice The entry at `index` names the zero address.
    error ZeroHolderAt(uint256 index);
    /// @notice Nobody holds this token.
    error NotHeld(uint256 tokenId);

    /// @notice The largest step that a version may take at once.
    function MAX_LEAP() external view returns (uint256);

    /// @notice The most certificates that one transaction of a mirror may name.
    function MAX_BATCH() external view returns (uint256);

    /// @notice Writes whole records. Only for mirrors.
    /// @dev A record counts if its version is newer than the stored one, by {MAX_LEAP} at most: then it replaces the
    /// whole word. Otherwise it is skipped, so that a stale or repeated one never reverts a batch, unless it denies:
    /// then its denial lands as by {deny}.
    /// @dev A record that is revoked or not certified denies. One that certifies under requirements which its id does
    /// not have (yet) is skipped as well.
    /// @param head The head of the register's hash chain.
    /// @param records Entries of 64 bytes: id (12), holder (20), word (32).
    function upsert(bytes32 head, bytes calldata records) external;

    /// @notice Revokes certificates. Only for mirrors.
    /// @dev A denial always lands, whatever its version, be the certificate held or not. The stored version rises to
    /// the given one, by {MAX_LEAP} at most, and to 1 at least.
    /// @param head The head of the register's hash chain.
    /// @param denials Entries of 34 bytes: id (12), holder (20), version (2).
    function deny(bytes32 head, bytes calldata denials) external;

    /// @notice The word of a certificate; 0 when nobody ever wrote to it.
    function recordOf(address holder, uint256 id) external view returns (uint256);

    /// @notice The words of many certificates, in the order of their tokens.
    function recordsOf(uint256[] calldata tokenIds) external view returns (uint256[] memory);

    /// @notice The token of a certificate, be it held or not.
    function tokenIdOf(address holder, uint256 id) external pure returns (uint256);

    /// @notice Who holds a token, be it expired or not. Reverts for a token that nobody holds.
    function ownerOf(uint256 tokenId) external view returns (address);
}

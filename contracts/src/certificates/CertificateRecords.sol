// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRecords} from "../interfaces/ICertificateRecords.sol";
import {IERC5192} from "../interfaces/IERC5192.sol";
import {IERC5851} from "../interfaces/IERC5851.sol";
import {IERC5851Draft} from "../interfaces/IERC5851Draft.sol";
import {MirrorRole} from "../MirrorRole.sol";
import {MAX_VERSION_LEAP} from "../WalletRecord.sol";
import {CertificateRecord, fromRegister} from "./CertificateRecord.sol";
import {Requirements} from "./Requirements.sol";

/// @notice The records, the verdict upon them and the rules by which the register writes them (I2).
abstract contract CertificateRecords is ICertificateRecords, MirrorRole, Requirements {
    /// @inheritdoc ICertificateRecords
    uint256 public constant MAX_LEAP = MAX_VERSION_LEAP;
    /// @inheritdoc ICertificateRecords
    uint256 public constant MAX_BATCH = 500;

    uint256 private constant RECORD_SIZE = 64;
    uint256 private constant DENIAL_SIZE = 34;

    /// @dev By token, so that a certificate is found by hashing once.
    mapping(uint256 tokenId => CertificateRecord) private _records;

    // ------------------------------------------------------------ the register writes

    /// @inheritdoc ICertificateRecords
    function upsert(bytes32 head, bytes calldata records) external onlyMirror {
        _requireBatch(records, RECORD_SIZE);
        emit RegisterHead(head);

        for (uint256 at = 0; at < records.length;) {
            uint256 tokenId;
            uint256 word;
            assembly ("memory-safe") {
                let entry := add(records.offset, at)
                tokenId := calldataload(entry)
                word := calldataload(add(entry, 32))
            }
            if (uint160(tokenId) == 0) revert ZeroHolderAt(at / RECORD_SIZE);
            CertificateRecord given = fromRegister(word);

            CertificateRecord stored = _records[tokenId];
            if (given.revoked()) {
                _record(tokenId, stored, given.supersedes(stored) ? given : stored.denied(given.version()));
            } else if (given.supersedes(stored) && _hasVersion(tokenId >> 160, given.requirementVersion())) {
                _record(tokenId, stored, given);
            }

            unchecked {
                at += RECORD_SIZE;
            }
        }
    }

    /// @inheritdoc ICertificateRecords
    function deny(bytes32 head, bytes calldata denials) external onlyMirror {
        _requireBatch(denials, DENIAL_SIZE);
        emit RegisterHead(head);

        for (uint256 at = 0; at < denials.length;) {
            uint256 tokenId;
            uint256 version;
            assembly ("memory-safe") {
                let entry := add(denials.offset, at)
                tokenId := calldataload(entry)
                version := shr(240, calldataload(add(entry, 32)))
            }
            if (uint160(tokenId) == 0) revert ZeroHolderAt(at / DENIAL_SIZE);

            CertificateRecord stored = _records[tokenId];
            _record(tokenId, stored, stored.denied(uint16(version)));

            unchecked {
                at += DENIAL_SIZE;
            }
        }
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc IERC5851Draft
    function isVerified(address verifying, uint256 SBTID) external view returns (bool) {
        return _verdict(verifying, SBTID);
    }

    /// @inheritdoc IERC5851
    function ifVerified(address claimer, uint256 SBTID) external view returns (bool) {
        return _verdict(claimer, SBTID);
    }

    /// @inheritdoc ICertificateRecords
    function recordOf(address holder, uint256 id) external view returns (uint256) {
        return CertificateRecord.unwrap(_records[tokenIdOf(holder, id)]);
    }

    /// @inheritdoc ICertificateRecords
    function recordsOf(uint256[] calldata tokenIds) external view returns (uint256[] memory words) {
        words = new uint256[](tokenIds.length);
        for (uint256 i = 0; i < tokenIds.length; ++i) {
            words[i] = CertificateRecord.unwrap(_records[tokenIds[i]]);
        }
    }

    /// @inheritdoc ICertificateRecords
    function tokenIdOf(address holder, uint256 id) public pure validId(id) returns (uint256) {
        return _tokenId(holder, id);
    }

    /// @inheritdoc ICertificateRecords
    function ownerOf(uint256 tokenId) public view returns (address) {
        require(_records[tokenId].certified(), NotHeld(tokenId));
        return address(uint160(tokenId));
    }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        return ownerOf(tokenId) != address(0);
    }

    // --------------------------------------------------------------------------- rules

    /// @dev An id that cannot be is nobody's: it must not be cut to one that can.
    function _verdict(address holder, uint256 id) private view returns (bool) {
        return id >> 96 == 0 && _records[_tokenId(holder, id)].countsAt(block.timestamp);
    }

    function _tokenId(address holder, uint256 id) private pure returns (uint256) {
        return (id << 160) | uint160(holder);
    }

    function _stored(uint256 tokenId) internal view returns (CertificateRecord) {
        return _records[tokenId];
    }

    /// @dev Every write ends here: stores the record and says what changed, if anything did.
    function _record(uint256 tokenId, CertificateRecord stored, CertificateRecord record) internal {
        if (CertificateRecord.unwrap(record) == CertificateRecord.unwrap(stored)) return;
        _records[tokenId] = record;
        address holder = address(uint160(tokenId));
        uint256 id = tokenId >> 160;
        emit CertificateRecorded(holder, id, CertificateRecord.unwrap(record));
        if (record.certified()) {
            emit Certified(holder, id);
            if (stored.certified()) return;
            emit Transfer(address(0), holder, tokenId);
            emit Locked(tokenId);
        } else {
            emit Revoked(holder, id);
            if (stored.certified()) emit Transfer(holder, address(0), tokenId);
        }
    }

    function _requireBatch(bytes calldata packed, uint256 size) private pure {
        uint256 length = packed.length;
        if (length == 0 || length % size != 0 || length > MAX_BATCH * size) revert InvalidBatchLength(length);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    IIdentity,
    IERC3643IdentityRegistry,
    IERC3643IdentityRegistryViews
} from "./interfaces/IERC3643IdentityRegistry.sol";
import {IVerdict} from "./interfaces/IVerdict.sol";
import {IWalletRecords} from "./interfaces/IWalletRecords.sol";
import {fromRegister, IDENTITY_AND_COUNTRY, MAX_VERSION_LEAP, WalletRecord} from "./WalletRecord.sol";
import {Roles} from "./Roles.sol";

/// @notice The records, the verdict upon them (I4) and the rules by which the register writes them (I2).
abstract contract WalletRecords is IERC3643IdentityRegistry, IVerdict, IWalletRecords, Roles {
    /// @dev A struct only so that a storage pointer can be passed around and the slot is hashed once.
    struct Slot {
        WalletRecord record;
    }

    /// @inheritdoc IWalletRecords
    uint256 public constant MAX_LEAP = MAX_VERSION_LEAP;
    /// @inheritdoc IWalletRecords
    uint256 public constant MAX_BATCH = 500;

    uint256 private constant RECORD_SIZE = 52;
    uint256 private constant DENIAL_SIZE = 23;

    /// @dev Invariant: a verified record has an identity, so the verdict need not look at the identity.
    mapping(address wallet => Slot) private _slots;
    /// @dev Bit n: authority n is restricted. Bit 0 is always set, so that no restriction pays for a fresh slot:
    /// authority 0 is the owner, whose approvals never look here.
    uint256 private _restrictedAuthorities = 1;
    /// @dev How often each authority was restricted.
    mapping(uint256 authority => uint32 count) private _restrictions;

    // ------------------------------------------------------------ the register writes

    /// @inheritdoc IWalletRecords
    function upsert(bytes32 head, bytes calldata records) external onlyMirror {
        _requireBatch(records, RECORD_SIZE);
        emit RegisterHead(head);

        for (uint256 at = 0; at < records.length;) {
            address wallet;
            uint256 word;
            assembly ("memory-safe") {
                let entry := add(records.offset, at)
                wallet := shr(96, calldataload(entry))
                word := calldataload(add(entry, 20))
            }
            if (wallet == address(0)) revert ZeroWallet(at / RECORD_SIZE);
            WalletRecord given = fromRegister(word);

            Slot storage slot = _slots[wallet];
            WalletRecord stored = slot.record;
            if (given.supersedes(stored)) _record(wallet, slot, stored, given);
            else if (!given.approved()) _record(wallet, slot, stored, stored.denied(given.version(), given.grounds()));

            unchecked {
                at += RECORD_SIZE;
            }
        }
    }

    /// @inheritdoc IWalletRecords
    function deny(bytes32 head, bytes calldata denials) external onlyMirror {
        _requireBatch(denials, DENIAL_SIZE);
        emit RegisterHead(head);

        for (uint256 at = 0; at < denials.length;) {
            uint256 entry;
            assembly ("memory-safe") {
                entry := calldataload(add(denials.offset, at))
            }
            address wallet = address(uint160(entry >> 96));
            if (wallet == address(0)) revert ZeroWallet(at / DENIAL_SIZE);

            Slot storage slot = _slots[wallet];
            WalletRecord stored = slot.record;
            _record(wallet, slot, stored, stored.denied(uint16(entry >> 80), uint8(entry >> 72)));

            unchecked {
                at += DENIAL_SIZE;
            }
        }
    }

    /// @inheritdoc IWalletRecords
    function restrictAuthority(bytes32 head, uint8 authority) external onlyMirror {
        require(authority != 0, OwnerCannotBeRestricted());
        _restrictedAuthorities |= 1 << authority;
        emit RegisterHead(head);
        emit AuthorityRestricted(authority, ++_restrictions[authority]);
    }

    /// @inheritdoc IWalletRecords
    function liftRestriction(bytes32 head, uint8 authority, uint32 restriction) external onlyMirror {
        require(authority != 0, OwnerCannotBeRestricted());
        emit RegisterHead(head);
        if (restriction != _restrictions[authority]) return;
        _restrictedAuthorities &= ~(1 << authority);
        emit AuthorityReinstated(authority, restriction);
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc IVerdict
    function areVerified(address a, address b) external view returns (bool) {
        _answer(_verdict(a) && _verdict(b));
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function isVerified(address _userAddress) external view returns (bool) {
        _answer(_verdict(_userAddress));
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function contains(address _userAddress) external view returns (bool) {
        return _slots[_userAddress].record.identity() != address(0);
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function identity(address _userAddress) external view returns (IIdentity) {
        return IIdentity(_slots[_userAddress].record.identity());
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function investorCountry(address _userAddress) external view returns (uint16) {
        return _slots[_userAddress].record.country();
    }

    /// @inheritdoc IWalletRecords
    function isAuthorityRestricted(uint8 authority) external view returns (bool) {
        return authority != 0 && _isRestricted(authority);
    }

    /// @inheritdoc IWalletRecords
    function restrictionOf(uint8 authority) external view returns (uint32) {
        return _restrictions[authority];
    }

    /// @inheritdoc IWalletRecords
    function recordOf(address wallet) external view returns (uint256) {
        return WalletRecord.unwrap(_slots[wallet].record);
    }

    /// @inheritdoc IWalletRecords
    function recordsOf(address[] calldata wallets) external view returns (uint256[] memory words) {
        words = new uint256[](wallets.length);
        for (uint256 i = 0; i < wallets.length; ++i) {
            words[i] = WalletRecord.unwrap(_slots[wallets[i]].record);
        }
    }

    // --------------------------------------------------------------------------- rules

    /// @dev I4, the one verdict: approved by its flags, not expired, and not by a restricted authority.
    function _verdict(address wallet) internal view returns (bool) {
        WalletRecord record = _slots[wallet].record;
        if (record.approvedByOwner()) return record.currentAt(block.timestamp);
        return record.approved() && record.currentAt(block.timestamp) && !_isRestricted(record.authority());
    }

    /// @dev Ends the call with `yes`. Solidity would return by way of free memory and cost each check 60 gas more.
    function _answer(bool yes) private pure {
        assembly ("memory-safe") {
            mstore(0, yes)
            return(0, 32)
        }
    }

    function _isRestricted(uint256 authority) private view returns (bool) {
        return (_restrictedAuthorities >> authority) & 1 != 0;
    }

    function _slotOf(address wallet) internal view returns (Slot storage slot, WalletRecord stored) {
        slot = _slots[wallet];
        stored = slot.record;
    }

    /// @dev Every write ends here: stores the record and says what changed, if anything did.
    function _record(address wallet, Slot storage slot, WalletRecord stored, WalletRecord record) internal {
        uint256 word = WalletRecord.unwrap(record);
        uint256 changed = word ^ WalletRecord.unwrap(stored);
        // slither-disable-next-line incorrect-equality a word that stays as it is, to the bit
        if (changed == 0) return;
        slot.record = record;
        emit WalletRecorded(wallet, word);
        if (changed & IDENTITY_AND_COUNTRY != 0) _emitErc3643(wallet, stored, record);
    }

    function _emitErc3643(address wallet, WalletRecord stored, WalletRecord record) private {
        IIdentity before = IIdentity(stored.identity());
        IIdentity current = IIdentity(record.identity());
        if (address(before) == address(0)) {
            if (address(current) != address(0)) emit IdentityRegistered(wallet, current);
        } else if (address(current) == address(0)) {
            emit IdentityRemoved(wallet, before);
        } else {
            if (address(before) != address(current)) emit IdentityUpdated(before, current);
            if (stored.country() != record.country()) emit CountryUpdated(wallet, record.country());
        }
    }

    function _requireBatch(bytes calldata packed, uint256 size) private pure {
        uint256 length = packed.length;
        if (length == 0 || length % size != 0 || length > MAX_BATCH * size) revert InvalidBatchLength(length);
    }
}

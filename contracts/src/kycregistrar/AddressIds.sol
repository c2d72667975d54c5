// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAddressIds} from "../interfaces/IAddressIds.sol";

/// @notice Which address belongs to which id, for good, and whether it is restricted.
/// @dev What can be refused is refused by the `_require…` functions, so that a call is judged before its approvals are
/// counted; the others only write.
abstract contract AddressIds is IAddressIds {
    /// @dev Stands in `_ids` for an address whose id is in `_restrictedIds`: an unrestricted address costs one read,
    /// and an unknown one too.
    bytes32 private constant RESTRICTED = bytes32(uint256(1));

    /// @inheritdoc IAddressIds
    uint256 public constant MAX_BATCH = 64;

    mapping(address account => bytes32 id) private _ids;
    mapping(address account => bytes32 id) private _restrictedIds;

    /// @inheritdoc IAddressIds
    function getID(address addr) external view returns (bytes32 id) {
        (id,) = _idOf(addr);
    }

    /// @dev The id of an address, 0 when unknown, and whether the address is restricted.
    function _idOf(address account) internal view returns (bytes32 id, bool restricted) {
        id = _ids[account];
        if (id == RESTRICTED) return (_restrictedIds[account], true);
    }

    /// @dev The id of an unrestricted address; of others a reserved one, which no record has.
    function _activeId(address account) internal view returns (bytes32) {
        return _ids[account];
    }

    function _requireUsable(bytes32 id) internal pure {
        require(id != 0 && id != RESTRICTED, ReservedID(id));
    }

    function _requireAtMost(uint256 given, uint256 most) internal pure {
        require(given <= most, TooMany(given, most));
    }

    /// @dev Each address is unknown, or restricted and the id's own. Says whether one comes back from a restriction.
    function _requireRegistrable(bytes32 id, address[] memory accounts) internal view returns (bool returning) {
        _requireAtMost(accounts.length, MAX_BATCH);
        for (uint256 i = 0; i < accounts.length; ++i) {
            address account = accounts[i];
            require(account != address(0), ZeroAddress());
            bytes32 known = _ids[account];
            if (known == RESTRICTED && _restrictedIds[account] == id) returning = true;
            else require(known == 0, KnownAddress(account));
            require(!_standsBefore(accounts, i), KnownAddress(account));
        }
    }

    function _register(bytes32 id, address[] memory accounts, bytes32 by) internal {
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (_ids[accounts[i]] == RESTRICTED) delete _restrictedIds[accounts[i]];
            _ids[accounts[i]] = id;
        }
        emit RegisteredAddresses(id, accounts, by);
    }

    /// @dev Each address belongs to the id and is unrestricted.
    function _requireRestrictable(bytes32 id, address[] memory accounts) internal view {
        _requireAtMost(accounts.length, MAX_BATCH);
        for (uint256 i = 0; i < accounts.length; ++i) {
            address account = accounts[i];
            (bytes32 known, bool restricted) = _idOf(account);
            require(known == id, WrongID(account, id));
            require(!restricted && !_standsBefore(accounts, i), AlreadyRestricted(account));
        }
    }

    function _restrict(bytes32 id, address[] memory accounts, bytes32 by) internal {
        for (uint256 i = 0; i < accounts.length; ++i) {
            _ids[accounts[i]] = RESTRICTED;
            _restrictedIds[accounts[i]] = id;
        }
        emit RestrictedAddresses(id, accounts, by);
    }

    function _standsBefore(address[] memory accounts, uint256 at) private pure returns (bool) {
        for (uint256 i = 0; i < at; ++i) {
            if (accounts[i] == accounts[at]) return true;
        }
        return false;
    }
}

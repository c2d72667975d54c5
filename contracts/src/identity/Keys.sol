// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC734} from "../interfaces/IERC734.sol";
import {IKeys} from "../interfaces/IKeys.sol";

/// @notice The keys of an identity, and the calls that they have it make.
/// @dev A key is one word, so that asking for a purpose is one read. It stays when its last purpose goes: that is its
/// history.
abstract contract Keys is IKeys {
    uint256 internal constant MANAGEMENT = 1;
    uint256 private constant ACTION = 2;
    uint256 internal constant CLAIM = 3;
    uint256 private constant ENCRYPTION = 4;
    uint256 private constant ECDSA_KEY = 1;

    /// @dev Bit n of either set: purpose n.
    struct Key {
        uint8 purposes;
        uint8 formerPurposes;
        uint64 keyType;
        uint40 addedAt;
        uint40 removedAt;
    }

    /// @dev Beside one key, and beside one manager, which most identities have: those pay for no counts. While nobody
    /// manages there is one less: -1.
    struct Counts {
        uint32 furtherKeys;
        int32 furtherManagers;
        uint64 executions;
    }

    struct Execution {
        address to;
        uint256 value;
        bytes data;
        bool waits;
    }

    mapping(bytes32 key => Key) private _keys;
    mapping(uint256 index => bytes32 key) private _keyAt;
    Counts private _counts;
    mapping(uint256 executionId => Execution) private _waiting;

    modifier only(uint256 purpose) {
        require(_mayAct(msg.sender, purpose), NotForThis(msg.sender, purpose));
        _;
    }

    // --------------------------------------------------------------------------- keys

    /// @inheritdoc IERC734
    function addKey(bytes32 _key, uint256 _purpose, uint256 _keyType) external only(MANAGEMENT) returns (bool) {
        _addKey(_key, _purpose, _keyType);
        return true;
    }

    /// @inheritdoc IERC734
    function removeKey(bytes32 _key, uint256 _purpose) external only(MANAGEMENT) returns (bool) {
        _removeKey(_key, _purpose, false);
        return true;
    }

    /// @inheritdoc IKeys
    function replaceKey(bytes32 lost, bytes32 replacement) external only(MANAGEMENT) {
        Key memory key = _keys[lost];
        require(key.purposes != 0, NotItsPurpose(lost, MANAGEMENT));
        require(lost != replacement, AlreadyForThis(lost, MANAGEMENT));
        for (uint256 purpose = MANAGEMENT; purpose <= ENCRYPTION; ++purpose) {
            uint8 bit = _bit(purpose);
            if (key.purposes & bit == 0) continue;
            if (_keys[replacement].purposes & bit == 0) _addKey(replacement, purpose, key.keyType);
            _removeKey(lost, purpose, false);
        }
    }

    /// @dev The key that the others come from; once, before any other. Bit n: purpose n.
    function _addFirstKey(bytes32 key, uint256 purposes) internal {
        _keyAt[0] = key;
        _keys[key] = Key({
            purposes: uint8(purposes),
            formerPurposes: 0,
            keyType: uint64(ECDSA_KEY),
            addedAt: uint40(block.timestamp),
            removedAt: 0
        });
        if (!_isIn(purposes, MANAGEMENT)) _counts.furtherManagers = -1;
        for (uint256 purpose = MANAGEMENT; purpose <= ENCRYPTION; ++purpose) {
            if (_isIn(purposes, purpose)) emit KeyAdded(key, purpose, ECDSA_KEY);
        }
    }

    /// @dev Gives a key exactly these purposes, as a key of an address; bit n: purpose n. Whoever lets somebody come here
    /// manages beside the keys, since the last manager may go.
    function _setPurposes(bytes32 key, uint256 purposes) internal {
        Key memory known = _keys[key];
        // Under another type a key keeps nothing: otherwise whoever added it so would bar the register from it.
        // slither-disable-next-line incorrect-equality a type, and no amount
        uint256 kept = known.keyType == ECDSA_KEY ? known.purposes & purposes : 0;
        for (uint256 purpose = MANAGEMENT; purpose <= ENCRYPTION; ++purpose) {
            if (_isIn(known.purposes & ~kept, purpose)) _removeKey(key, purpose, true);
        }
        for (uint256 purpose = MANAGEMENT; purpose <= ENCRYPTION; ++purpose) {
            if (_isIn(purposes & ~kept, purpose)) _addKey(key, purpose, ECDSA_KEY);
        }
    }

    function _addKey(bytes32 key, uint256 purpose, uint256 keyType) private {
        require(key != 0, ZeroKey());
        require(keyType <= type(uint64).max, KeyTypeOutOfRange(keyType));
        uint8 bit = _bit(purpose);
        Key memory known = _keys[key];
        require(known.purposes & bit == 0, AlreadyForThis(key, purpose));
        // A key that has no purpose left may come back as another type.
        require(known.purposes == 0 || known.keyType == keyType, AnotherKeyType(key, keyType));

        if (known.addedAt == 0) _keyAt[++_counts.furtherKeys] = key;
        if (purpose == MANAGEMENT) ++_counts.furtherManagers;
        known.purposes |= bit;
        known.formerPurposes &= ~bit;
        known.keyType = uint64(keyType);
        known.addedAt = uint40(block.timestamp);
        _keys[key] = known;
        emit KeyAdded(key, purpose, keyType);
    }

    function _removeKey(bytes32 key, uint256 purpose, bool evenTheLast) private {
        uint8 bit = _bit(purpose);
        Key memory known = _keys[key];
        require(known.purposes & bit != 0, NotItsPurpose(key, purpose));
        if (purpose == MANAGEMENT) {
            require(evenTheLast || _counts.furtherManagers > 0, LastManager(key));
            --_counts.furtherManagers;
        }
        known.purposes &= ~bit;
        known.formerPurposes |= bit;
        known.removedAt = uint40(block.timestamp);
        _keys[key] = known;
        emit KeyRemoved(key, purpose, known.keyType);
    }

    // ---------------------------------------------------------------------- executions

    /// @inheritdoc IERC734
    function execute(address _to, uint256 _value, bytes calldata _data) external payable returns (uint256 id) {
        id = _counts.executions++;
        emit ExecutionRequested(id, _to, _value, _data);
        if (_mayAct(msg.sender, _purposeFor(_to))) {
            emit Approved(id, true);
            _call(id, _to, _value, _data);
        } else {
            _waiting[id] = Execution(_to, _value, _data, true);
        }
    }

    /// @inheritdoc IERC734
    function approve(uint256 _id, bool _approve) external returns (bool) {
        Execution memory waiting = _waiting[_id];
        require(waiting.waits, NothingWaits(_id));
        uint256 purpose = _purposeFor(waiting.to);
        require(_mayAct(msg.sender, purpose), NotForThis(msg.sender, purpose));
        // Before the call, which may come back here.
        delete _waiting[_id];
        emit Approved(_id, _approve);
        return !_approve || _call(_id, waiting.to, waiting.value, waiting.data);
    }

    function _call(uint256 id, address to, uint256 value, bytes memory data) private returns (bool success) {
        // Whoever may act has it call whom they like; nothing here is read or written after.
        // slither-disable-next-line arbitrary-send-eth,low-level-calls,reentrancy-events
        (success,) = to.call{value: value}(data);
        if (success) emit Executed(id, to, value, data);
        else emit ExecutionFailed(id, to, value, data);
    }

    function _purposeFor(address to) private view returns (uint256) {
        return to == address(this) ? MANAGEMENT : ACTION;
    }

    // -------------------------------------------------------------------- anybody reads

    /// @inheritdoc IERC734
    function getKey(bytes32 _key) external view returns (uint256[] memory purposes, uint256 keyType, bytes32 key) {
        Key memory known = _keys[_key];
        // slither-disable-next-line incorrect-equality a set of purposes, and no amount
        if (known.purposes == 0) return (purposes, 0, 0);
        return (_listed(known.purposes), known.keyType, _key);
    }

    /// @inheritdoc IERC734
    function getKeyPurposes(bytes32 _key) external view returns (uint256[] memory) {
        return _listed(_keys[_key].purposes);
    }

    /// @inheritdoc IERC734
    function getKeysByPurpose(uint256 _purpose) external view returns (bytes32[] memory keys) {
        uint8 bit = _bit(_purpose);
        keys = allKeys();
        uint256 found = 0;
        for (uint256 i = 0; i < keys.length; ++i) {
            if (_keys[keys[i]].purposes & bit != 0) keys[found++] = keys[i];
        }
        assembly ("memory-safe") {
            mstore(keys, found)
        }
    }

    /// @inheritdoc IERC734
    function keyHasPurpose(bytes32 _key, uint256 _purpose) external view returns (bool) {
        return _hasPurpose(_key, _purpose);
    }

    /// @inheritdoc IKeys
    function purposesOf(bytes32 key) external view returns (uint256) {
        return _keys[key].purposes;
    }

    /// @inheritdoc IKeys
    function allKeys() public view returns (bytes32[] memory keys) {
        if (_keyAt[0] == 0) return keys;
        keys = new bytes32[](_counts.furtherKeys + 1);
        for (uint256 i = 0; i < keys.length; ++i) {
            keys[i] = _keyAt[i];
        }
    }

    /// @inheritdoc IKeys
    function keyHistory(bytes32 key) external view returns (uint256[] memory, uint256, uint256) {
        Key memory known = _keys[key];
        return (_listed(known.formerPurposes), known.addedAt, known.removedAt);
    }

    // --------------------------------------------------------------------------- rules

    /// @dev Whether an address may do what this purpose is for. The identity's calls to itself were approved by a
    /// management key.
    function _mayAct(address who, uint256 purpose) internal view virtual returns (bool) {
        return who == address(this) || _hasPurpose(_keyOf(who), purpose);
    }

    function _hasPurpose(bytes32 key, uint256 purpose) internal view returns (bool) {
        return _isIn(_keys[key].purposes, purpose);
    }

    function _keyOf(address who) internal pure returns (bytes32) {
        return keccak256(abi.encode(who));
    }

    function _isIn(uint256 purposes, uint256 purpose) private pure returns (bool) {
        return purposes >> purpose & 1 != 0;
    }

    function _bit(uint256 purpose) private pure returns (uint8) {
        require(purpose >= MANAGEMENT && purpose <= ENCRYPTION, UnknownPurpose(purpose));
        return uint8(1 << purpose);
    }

    function _listed(uint8 bits) private pure returns (uint256[] memory purposes) {
        purposes = new uint256[](ENCRYPTION);
        uint256 found = 0;
        for (uint256 purpose = MANAGEMENT; purpose <= ENCRYPTION; ++purpose) {
            if (_isIn(bits, purpose)) purposes[found++] = purpose;
        }
        assembly ("memory-safe") {
            mstore(purposes, found)
        }
    }
}

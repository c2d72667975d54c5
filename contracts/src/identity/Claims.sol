// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {IClaimValidity} from "../interfaces/IClaimIssuer.sol";
import {IERC735} from "../interfaces/IERC735.sol";
import {IIdentity} from "../interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityContract} from "../interfaces/IIdentityContract.sol";
import {Keys} from "./Keys.sol";

/// @notice The claims of an identity.
/// @dev A claim is written once and read often, and takes a dozen slots, so it is kept as code, which is cheaper to
/// write and to read.
abstract contract Claims is IIdentityContract, Keys {
    struct Claim {
        uint256 topic;
        uint256 scheme;
        address issuer;
        bytes signature;
        bytes data;
        string uri;
    }

    /// @dev Where a claim is, and its place among the ids.
    struct Place {
        address pointer;
        uint96 index;
    }

    /// @dev Before the signature: issuer (20), topic (32), scheme (4), the signature's length (2), the data's (2).
    uint256 private constant HEADER = 60;

    mapping(bytes32 claimId => Place) private _places;
    bytes32[] private _claimIds;

    /// @inheritdoc IERC735
    function addClaim(
        uint256 _topic,
        uint256 _scheme,
        address issuer,
        bytes calldata _signature,
        bytes calldata _data,
        string calldata _uri
    ) external only(CLAIM) returns (bytes32 id) {
        require(
            issuer == address(this)
                || IClaimValidity(issuer).isClaimValid(IIdentity(address(this)), _topic, _signature, _data),
            InvalidClaim(issuer, _topic)
        );
        require(_scheme <= type(uint32).max, SchemeOutOfRange(_scheme));
        id = keccak256(abi.encode(issuer, _topic));
        // Lengths beyond 16 bits are beyond what fits in code, too.
        // slither-disable-next-line encode-packed-collision the lengths are among what is packed
        bytes memory packed = abi.encodePacked(
            issuer, _topic, uint32(_scheme), uint16(_signature.length), uint16(_data.length), _signature, _data, _uri
        );
        address before = _places[id].pointer;
        if (before == address(0)) {
            _places[id] = Place(SSTORE2.write(packed), uint96(_claimIds.length));
            _claimIds.push(id);
            emit ClaimAdded(id, _topic, _scheme, issuer, _signature, _data, _uri);
        } else if (!_isAt(before, packed)) {
            _places[id].pointer = SSTORE2.write(packed);
            emit ClaimChanged(id, _topic, _scheme, issuer, _signature, _data, _uri);
        }
    }

    /// @inheritdoc IERC735
    function removeClaim(bytes32 _claimId) external returns (bool) {
        Place memory place = _places[_claimId];
        require(place.pointer != address(0), NoSuchClaim(_claimId));
        Claim memory claim = _read(place.pointer);
        require(msg.sender == claim.issuer || _mayAct(msg.sender, CLAIM), NotForThis(msg.sender, CLAIM));

        bytes32 last = _claimIds[_claimIds.length - 1];
        _claimIds[place.index] = last;
        _places[last].index = place.index;
        _claimIds.pop();
        delete _places[_claimId];
        emit ClaimRemoved(_claimId, claim.topic, claim.scheme, claim.issuer, claim.signature, claim.data, claim.uri);
        return true;
    }

    /// @inheritdoc IERC735
    function getClaim(bytes32 _claimId)
        external
        view
        returns (uint256, uint256, address, bytes memory, bytes memory, string memory)
    {
        // slither-disable-next-line uninitialized-local nothing, where there is no claim
        Claim memory claim;
        address pointer = _places[_claimId].pointer;
        if (pointer != address(0)) claim = _read(pointer);
        return (claim.topic, claim.scheme, claim.issuer, claim.signature, claim.data, claim.uri);
    }

    /// @inheritdoc IERC735
    function getClaimIdsByTopic(uint256 _topic) external view returns (bytes32[] memory ids) {
        ids = _claimIds;
        uint256 found = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_read(_places[ids[i]].pointer).topic == _topic) ids[found++] = ids[i];
        }
        assembly ("memory-safe") {
            mstore(ids, found)
        }
    }

    /// @dev What is kept as code lies behind an instruction that stops whoever calls it.
    function _isAt(address pointer, bytes memory packed) private view returns (bool) {
        return pointer.codehash == keccak256(bytes.concat(hex"00", packed));
    }

    function _read(address pointer) private view returns (Claim memory claim) {
        bytes memory header = SSTORE2.read(pointer, 0, HEADER);
        uint256 lengths;
        assembly ("memory-safe") {
            let from := add(header, 32)
            mstore(add(claim, 64), shr(96, mload(from)))
            mstore(claim, mload(add(from, 20)))
            mstore(add(claim, 32), shr(224, mload(add(from, 52))))
            lengths := shr(224, mload(add(from, 56)))
        }
        uint256 data = HEADER + (lengths >> 16);
        uint256 uri = data + uint16(lengths);
        claim.signature = SSTORE2.read(pointer, HEADER, data);
        claim.data = SSTORE2.read(pointer, data, uri);
        claim.uri = string(SSTORE2.read(pointer, uri));
    }
}

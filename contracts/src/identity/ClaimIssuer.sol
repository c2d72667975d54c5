// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IClaimIssuer, IClaimValidity} from "../interfaces/IClaimIssuer.sol";
import {IERC735} from "../interfaces/IERC735.sol";
import {IIdentity} from "../interfaces/IERC3643IdentityRegistry.sol";
import {IRoles} from "../interfaces/IRoles.sol";
import {MAX_VERSION_LEAP} from "../WalletRecord.sol";
import {ClaimData} from "./ClaimData.sol";
import {Keys} from "./Keys.sol";

/// @title A claim issuer
/// @notice A claim counts while the key that signed it is one for claims, until it ends, is taken back or is denied with
/// all others up to its version.
/// @dev A signature has one form here (65 bytes, the lower `s`), so that nobody but a signer makes a second one of a
/// claim that was taken back.
contract ClaimIssuer is IClaimIssuer, Keys {
    /// @inheritdoc IClaimIssuer
    uint256 public constant MAX_LEAP = MAX_VERSION_LEAP;
    /// @inheritdoc IClaimIssuer
    uint256 public constant MAX_BATCH = 200;

    uint256 private constant DENIAL_SIZE = 54;
    /// @dev Far more than an identity needs to show a claim.
    uint256 private constant LOOK_GAS = 500_000;

    /// @inheritdoc IClaimIssuer
    IRoles public immutable registry;

    mapping(bytes32 signatureHash => bool) private _revoked;
    /// @inheritdoc IClaimIssuer
    mapping(address identity => mapping(uint256 topic => uint16)) public deniedVersion;

    /// @param manager Who appoints signers, and takes claims back.
    /// @param registry_ Whose mirrors deny claims beside the manager: none, if it is the zero address.
    constructor(address manager, IRoles registry_) {
        require(manager != address(0), ZeroKey());
        registry = registry_;
        _addFirstKey(_keyOf(manager), 1 << MANAGEMENT);
    }

    // ---------------------------------------------------------------------- taking back

    /// @inheritdoc IClaimIssuer
    function revokeClaim(bytes32 _claimId, address _identity) external only(MANAGEMENT) returns (bool) {
        // slither-disable-next-line unused-return of a claim, the signature alone is asked for
        (,,, bytes memory signature,,) = IERC735(_identity).getClaim(_claimId);
        require(signature.length != 0, NothingToRevoke(_claimId, _identity));
        _revoke(signature);
        return true;
    }

    /// @inheritdoc IClaimIssuer
    function revokeClaimBySignature(bytes calldata signature) external only(MANAGEMENT) {
        _revoke(signature);
    }

    function _revoke(bytes memory signature) private {
        bytes32 hash = keccak256(signature);
        require(!_revoked[hash], AlreadyRevoked(signature));
        _revoked[hash] = true;
        emit ClaimRevoked(signature);
    }

    // -------------------------------------------------------------------------- denials

    /// @inheritdoc IClaimIssuer
    function denyClaims(bytes calldata denials) external {
        require(_mayAct(msg.sender, MANAGEMENT) || _isMirror(msg.sender), NotForThis(msg.sender, MANAGEMENT));
        uint256 length = denials.length;
        if (length == 0 || length % DENIAL_SIZE != 0 || length > MAX_BATCH * DENIAL_SIZE) {
            revert InvalidBatchLength(length);
        }

        for (uint256 at = 0; at < length; at += DENIAL_SIZE) {
            bytes calldata denial = denials[at:at + DENIAL_SIZE];
            _deny(address(bytes20(denial)), uint256(bytes32(denial[20:])), uint16(bytes2(denial[52:])));
        }
    }

    function _deny(address identity, uint256 topic, uint256 version) private {
        uint256 floor = deniedVersion[identity][topic];
        if (version == 0) version = 1;
        if (version <= floor) return;
        if (version - floor > MAX_LEAP) {
            uint256 furthest = _max(floor + MAX_LEAP, _heldVersion(identity, topic));
            if (version > furthest) version = furthest;
        }
        deniedVersion[identity][topic] = uint16(version);
        emit ClaimsDenied(identity, topic, version);
    }

    /// @dev An identity of anybody's may fail, or never end: that holds no denial up.
    function _heldVersion(address identity, uint256 topic) private view returns (uint256) {
        // slither-disable-next-line calls-loop where the leap is too large alone
        try this.heldVersion{gas: LOOK_GAS}(identity, topic) returns (uint256 version) {
            return version;
        } catch {
            return 0;
        }
    }

    function _isMirror(address who) private view returns (bool) {
        return address(registry) != address(0) && registry.isMirror(who);
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    // -------------------------------------------------------------------- anybody reads

    /// @inheritdoc IClaimIssuer
    function heldVersion(address identity, uint256 topic) external view returns (uint256) {
        // slither-disable-next-line unused-return of a claim, the data alone is asked for
        (,,,, bytes memory data,) = IERC735(identity).getClaim(keccak256(abi.encode(address(this), topic)));
        return ClaimData.versionOf(data);
    }

    /// @inheritdoc IClaimIssuer
    function isClaimRevoked(bytes calldata _sig) external view returns (bool) {
        return _revoked[keccak256(_sig)];
    }

    /// @inheritdoc IClaimValidity
    function isClaimValid(IIdentity _identity, uint256 claimTopic, bytes calldata sig, bytes calldata data)
        external
        view
        returns (bool stands)
    {
        uint256 ends = ClaimData.endOf(data);
        if (ends != 0 && block.timestamp >= ends) return false;
        (stands,) = standing(address(_identity), claimTopic, sig, data);
    }

    /// @inheritdoc IClaimIssuer
    function standing(address identity, uint256 topic, bytes calldata sig, bytes calldata data)
        public
        view
        returns (bool stands, address signer)
    {
        ECDSA.RecoverError problem;
        // slither-disable-next-line unused-return what is wrong with a signature is nobody's business
        (signer, problem,) = ECDSA.tryRecoverCalldata(ClaimData.signedHash(identity, topic, data), sig);
        stands = ClaimData.saysWhen(data) && problem == ECDSA.RecoverError.NoError && _hasPurpose(_keyOf(signer), CLAIM)
            && !_revoked[keccak256(sig)] && _passes(deniedVersion[identity][topic], data);
    }

    function _passes(uint256 floor, bytes calldata data) private pure returns (bool) {
        return floor == 0 || ClaimData.versionOf(data) > floor;
    }
}

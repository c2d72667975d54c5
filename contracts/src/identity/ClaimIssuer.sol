// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IClaimIssuer, IClaimValidity} from "../interfaces/IClaimIssuer.sol";
import {IERC735} from "../interfaces/IERC735.sol";
import {IIdentity} from "../interfaces/IERC3643IdentityRegistry.sol";
import {Keys} from "./Keys.sol";

/// @title A claim issuer
/// @notice A claim counts while the key that signed it is one for claims, until it ends or is taken back.
/// @dev A signature has one form here (65 bytes, the lower `s`), so that nobody but a signer makes a second one of a
/// claim that was taken back.
contract ClaimIssuer is IClaimIssuer, Keys {
    mapping(bytes32 signatureHash => bool) private _revoked;

    /// @param manager Who appoints signers, and takes claims back.
    constructor(address manager) {
        require(manager != address(0), ZeroKey());
        _addFirstKey(_keyOf(manager), false);
    }

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

    /// @inheritdoc IClaimIssuer
    function isClaimRevoked(bytes calldata _sig) external view returns (bool) {
        return _revoked[keccak256(_sig)];
    }

    /// @inheritdoc IClaimValidity
    function isClaimValid(IIdentity _identity, uint256 claimTopic, bytes calldata sig, bytes calldata data)
        external
        view
        returns (bool)
    {
        if (data.length < 32 || _revoked[keccak256(sig)]) return false;
        uint256 ends = uint256(bytes32(data));
        if (ends != 0 && block.timestamp >= ends) return false;
        bytes32 claim = keccak256(abi.encode(_identity, claimTopic, data));
        bytes32 signed = MessageHashUtils.toEthSignedMessageHash(claim);
        // slither-disable-next-line unused-return what is wrong with a signature is nobody's business
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(signed, sig);
        return problem == ECDSA.RecoverError.NoError && _hasPurpose(_keyOf(signer), CLAIM);
    }

    function _revoke(bytes memory signature) private {
        bytes32 hash = keccak256(signature);
        require(!_revoked[hash], AlreadyRevoked(signature));
        _revoked[hash] = true;
        emit ClaimRevoked(signature);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";
import {ICertificateVerifier} from "../interfaces/ICertificateVerifier.sol";
import {IERC5192} from "../interfaces/IERC5192.sol";
import {IERC5851} from "../interfaces/IERC5851.sol";
import {IERC5851Draft} from "../interfaces/IERC5851Draft.sol";
import {IERC5851Issuance} from "../interfaces/IERC5851Issuance.sol";
import {Ownership} from "../Ownership.sol";
import {MAX_EXPIRY} from "../WalletRecord.sol";
import {CertificateRecord, issued} from "./CertificateRecord.sol";
import {CertificateRecords} from "./CertificateRecords.sol";

/// @title Symbolon's certificate registry
/// @notice See {ICertificateRegistry}. Not upgradeable: a new registry is a new address in whoever asks it.
/// @dev This file is the admin's and the holders' side of it; the register's side and the verdict are in
/// {CertificateRecords}, what certificates require in {Requirements}.
contract CertificateRegistry is ICertificateRegistry, CertificateRecords {
    /// @inheritdoc ICertificateRegistry
    mapping(uint256 id => ICertificateVerifier) public verifierOf;

    // slither-disable-next-line shadowing-local named for deployers, who read it as the getter's first answer
    constructor(address owner) Ownership(owner) {}

    // -------------------------------------------------------------------------- admin

    /// @inheritdoc IERC5851Issuance
    function certify(address certifying, uint256 SBTID) external onlyOwner returns (bool) {
        return _certify(certifying, SBTID, 0);
    }

    /// @inheritdoc ICertificateRegistry
    function certify(address certifying, uint256 SBTID, uint40 expiry) external onlyOwner returns (bool) {
        if (expiry != 0) _requireToCome(expiry);
        return _certify(certifying, SBTID, expiry);
    }

    /// @inheritdoc IERC5851Issuance
    function revoke(address certifying, uint256 SBTID) external onlyOwner returns (bool) {
        require(certifying != address(0), ZeroHolder());
        uint256 tokenId = tokenIdOf(certifying, SBTID);
        CertificateRecord stored = _stored(tokenId);
        _record(tokenId, stored, stored.denied(stored.nextVersion()));
        return true;
    }

    /// @inheritdoc ICertificateRegistry
    function setVerifier(uint256 id, ICertificateVerifier verifier) external onlyOwner validId(id) {
        verifierOf[id] = verifier;
        emit VerifierSet(id, verifier);
    }

    // ------------------------------------------------------------------------ holders

    /// @inheritdoc ICertificateRegistry
    function certifyByProof(uint256 id, bytes calldata proof) external returns (bool) {
        ICertificateVerifier verifier = verifierOf[id];
        require(address(verifier) != address(0), NoVerifier(id));
        uint256 version = _requireRequirements(id);
        // slither-disable-next-line reentrancy-benign,reentrancy-events the record is read after it
        uint256 expiry = verifier.verify(msg.sender, id, version, proof);
        _requireToCome(expiry);

        // Read after the verifier was asked: what happened to the holder meanwhile counts.
        uint256 tokenId = tokenIdOf(msg.sender, id);
        CertificateRecord stored = _stored(tokenId);
        require(!stored.revoked(), HolderRevoked(msg.sender, id));
        _record(tokenId, stored, issued(stored.version(), expiry, version, true));
        return true;
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc ICertificateRegistry
    function admin() external view returns (address) {
        return owner;
    }

    /// @inheritdoc IERC165
    /// @dev Not ERC-721: nothing here is transferred, approved or counted.
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        bytes4 issuance = type(IERC5851Issuance).interfaceId;
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC5192).interfaceId
            || interfaceId == type(IERC5851Draft).interfaceId ^ issuance
            || interfaceId == type(IERC5851).interfaceId ^ issuance;
    }

    // --------------------------------------------------------------------------- rules

    function _certify(address holder, uint256 id, uint256 expiry) private returns (bool) {
        require(holder != address(0), ZeroHolder());
        uint256 tokenId = tokenIdOf(holder, id);
        CertificateRecord stored = _stored(tokenId);
        uint16 version = stored.nextVersion();
        require(version != stored.version(), VersionsUsedUp(holder, id));
        _record(tokenId, stored, issued(version, expiry, _requireRequirements(id), false));
        return true;
    }

    function _requireRequirements(uint256 id) private view returns (uint256 version) {
        version = requirementVersion(id);
        require(version != 0, NoRequirements(id));
    }

    function _requireToCome(uint256 expiry) private view {
        require(expiry > block.timestamp && expiry <= MAX_EXPIRY, InvalidExpiry(expiry));
    }
}

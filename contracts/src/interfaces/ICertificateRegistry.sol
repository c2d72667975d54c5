// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ICertificateRecords} from "./ICertificateRecords.sol";
import {ICertificateVerifier} from "./ICertificateVerifier.sol";
import {IMirrorRole} from "./IMirrorRole.sol";
import {IRequirements} from "./IRequirements.sol";

/// @title Symbolon's certificate registry
/// @notice Certificates by ERC-5851, in the functions of its draft and of its final text. They are issued and revoked
/// by the register's mirrors, by the admin, and issued to whoever proves to meet their requirements.
/// @dev The admin's `certify` and `revoke` raise the version by one, so that the register sees them, judges them and
/// writes after them. A proof moves no version: the register's next word replaces what was proven.
/// @dev Nobody's certificate survives a revocation, and no proof lifts one: only the admin, or a newer record of a
/// mirror, certifies whom one of them revoked. For that a revocation of what nobody holds succeeds and is kept, in an
/// id that does not exist too.
interface ICertificateRegistry is ICertificateRecords, IRequirements, IMirrorRole, IERC165 {
    /// @notice Who judges the proofs for an id from now on; zero for nobody.
    event VerifierSet(uint256 indexed id, ICertificateVerifier indexed verifier);

    /// @notice Nobody is certified at the zero address.
    error ZeroHolder();
    /// @notice The id has no requirements, so a certificate would say nothing.
    error NoRequirements(uint256 id);
    /// @notice The expiry has passed or does not fit in 34 bits.
    error InvalidExpiry(uint256 expiry);
    /// @notice The certificate went through all versions, and only denials still land.
    error VersionsUsedUp(address holder, uint256 id);
    /// @notice Nobody judges proofs for this id.
    error NoVerifier(uint256 id);
    /// @notice The holder was revoked, and a proof does not lift that.
    error HolderRevoked(address holder, uint256 id);

    /// @notice ERC-5851's admin: the owner.
    function admin() external view returns (address);

    /// @notice Certifies a holder, or renews its certificate, until `expiry`. Only for the admin.
    /// @param expiry The unix second from which it does not count any more, 0 = never.
    function certify(address certifying, uint256 SBTID, uint40 expiry) external returns (bool);

    /// @notice Certifies the caller, who proves to the id's verifier that it meets the requirements, or renews its
    /// certificate. It counts until the expiry that the verifier gives.
    /// @dev What the verifier refuses is refused for its own reason; an answer that is no expiry to come is refused
    /// too.
    function certifyByProof(uint256 id, bytes calldata proof) external returns (bool);

    /// @notice Who judges the proofs for an id; zero when nobody does.
    function verifierOf(uint256 id) external view returns (ICertificateVerifier);

    /// @notice Sets who judges the proofs for an id, or with the zero address that nobody does. Only for the admin.
    /// @dev What was certified by proof stays so.
    function setVerifier(uint256 id, ICertificateVerifier verifier) external;
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title What judges the proofs of a certificate
/// @notice Asked by a certificate registry, in the transaction of the holder who proves.
interface ICertificateVerifier {
    /// @notice Judges a proof that a holder meets the requirements of an id, and gives until when it does, in unix
    /// seconds. Reverts if the proof proves nothing. There is no proof for ever: 0 proves nothing either.
    /// @dev It may write, so that it can use up a nullifier. It should then serve its registries alone: whoever else
    /// calls would use up others' proofs.
    /// @dev It should refuse a version for whose requirements it was not made: it is asked about the newest.
    /// @dev The proof has to be bound to the holder, and to the id, this chain and the registry that asks, lest it
    /// count elsewhere or for somebody else.
    /// @param holder Who proves.
    /// @param id The certificate's.
    /// @param requirementVersion Of the requirements that count now.
    function verify(address holder, uint256 id, uint256 requirementVersion, bytes calldata proof)
        external
        returns (uint256 expiry);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title Giving and taking certificates (ERC-5851)
/// @notice What the draft and the final text of the standard have in common.
interface IERC5851Issuance {
    // slither-disable-next-line unindexed-event-address as the standard has it
    event Certified(address certifying, uint256 SBTID);
    // slither-disable-next-line unindexed-event-address as the standard has it
    event Revoked(address certifying, uint256 SBTID);

    /// @notice Certifies a holder, or renews its certificate, without an expiry. Only for the admin.
    function certify(address certifying, uint256 SBTID) external returns (bool);

    /// @notice Revokes a holder's certificate. Only for the admin.
    /// @dev Whoever holds none is barred all the same, from proofs and from what was decided before.
    function revoke(address certifying, uint256 SBTID) external returns (bool);
}

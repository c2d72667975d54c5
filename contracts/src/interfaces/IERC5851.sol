// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC5851Issuance} from "./IERC5851Issuance.sol";

/// @title Certificates and their requirements, by the final text of ERC-5851
/// @notice The final text calls a requirement a claim, and knows no bytes to compare with.
interface IERC5851 is IERC5851Issuance {
    struct ClaimMetadata {
        string title;
        string kind;
        string description;
    }

    struct ClaimValues {
        string stringValue;
        uint256 uintValue;
        address addressValue;
        bool boolValue;
    }

    struct Claim {
        ClaimMetadata metadata;
        string logic;
        ClaimValues expectation;
    }

    /// @notice What an id requires from now on; the first time, that the id exists.
    event StandardChanged(uint256 SBTID, Claim[] _claims);

    /// @notice Whether `claimer` holds the certificate now.
    function ifVerified(address claimer, uint256 SBTID) external view returns (bool);

    /// @notice What the id requires; nothing when it does not exist.
    function standardClaim(uint256 SBTID) external view returns (Claim[] memory);

    /// @notice Sets what an id requires, and thereby creates the id. Only for the admin.
    function changeStandardClaim(uint256 SBTID, Claim[] memory _claims) external returns (bool);
}

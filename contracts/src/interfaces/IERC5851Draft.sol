// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC5851Issuance} from "./IERC5851Issuance.sol";

/// @title Certificates and their requirements, by the draft of ERC-5851
interface IERC5851Draft is IERC5851Issuance {
    struct Metadata {
        string title;
        string _type;
        string description;
    }

    struct Values {
        string stringValue;
        uint256 uintValue;
        address addressValue;
        bool boolValue;
        bytes bytesValue;
    }

    struct Requirement {
        Metadata metadata;
        string logic;
        Values expectation;
    }

    /// @notice What an id requires from now on; the first time, that the id exists.
    event StandardChanged(uint256 SBTID, Requirement[] _requirement);

    /// @notice Whether `verifying` holds the certificate now.
    function isVerified(address verifying, uint256 SBTID) external view returns (bool);

    /// @notice What the id requires; nothing when it does not exist.
    function standardRequirement(uint256 SBTID) external view returns (Requirement[] memory);

    /// @notice Sets what an id requires, and thereby creates the id. Only for the admin.
    function changeStandardRequirement(uint256 SBTID, Requirement[] memory requirements) external returns (bool);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title What is claimed of an identity (ERC-735)
/// @notice A claim goes by `keccak256(abi.encode(issuer, topic))`: an issuer makes one a topic.
interface IERC735 {
    event ClaimAdded(
        bytes32 indexed claimId,
        uint256 indexed topic,
        uint256 scheme,
        address indexed issuer,
        bytes signature,
        bytes data,
        string uri
    );
    event ClaimRemoved(
        bytes32 indexed claimId,
        uint256 indexed topic,
        uint256 scheme,
        address indexed issuer,
        bytes signature,
        bytes data,
        string uri
    );
    event ClaimChanged(
        bytes32 indexed claimId,
        uint256 indexed topic,
        uint256 scheme,
        address indexed issuer,
        bytes signature,
        bytes data,
        string uri
    );

    /// @notice Adds a claim, or puts it in the place of the issuer's last one of this topic. The very claim that is there
    /// already changes nothing, and no event tells of it.
    /// @param issuer Who claims: a contract that says so by `isClaimValid`, or the identity itself.
    function addClaim(
        uint256 _topic,
        uint256 _scheme,
        address issuer,
        bytes calldata _signature,
        bytes calldata _data,
        string calldata _uri
    ) external returns (bytes32 claimRequestId);

    /// @notice Removes a claim. For whoever may add one, and for its issuer.
    function removeClaim(bytes32 _claimId) external returns (bool success);

    /// @notice A claim; all nothing where there is none.
    function getClaim(bytes32 _claimId)
        external
        view
        returns (
            uint256 topic,
            uint256 scheme,
            address issuer,
            bytes memory signature,
            bytes memory data,
            string memory uri
        );

    /// @notice The claims of a topic.
    function getClaimIdsByTopic(uint256 _topic) external view returns (bytes32[] memory claimIds);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title Who may act for an identity (ERC-734)
/// @notice A key is a hash; an address acts by `keccak256(abi.encode(address))`, as ONCHAINID has it.
interface IERC734 {
    event KeyAdded(bytes32 indexed key, uint256 indexed purpose, uint256 indexed keyType);
    event KeyRemoved(bytes32 indexed key, uint256 indexed purpose, uint256 indexed keyType);
    event ExecutionRequested(uint256 indexed executionId, address indexed to, uint256 indexed value, bytes data);
    event Executed(uint256 indexed executionId, address indexed to, uint256 indexed value, bytes data);
    event ExecutionFailed(uint256 indexed executionId, address indexed to, uint256 indexed value, bytes data);
    event Approved(uint256 indexed executionId, bool approved);

    /// @notice Gives a key one more purpose. Only for management.
    /// @param _key The hash.
    /// @param _purpose 1 management, 2 action, 3 signing claims, 4 encryption.
    /// @param _keyType 1 ECDSA, 2 RSA; a key keeps the type that it came with.
    function addKey(bytes32 _key, uint256 _purpose, uint256 _keyType) external returns (bool success);

    /// @notice Takes a purpose from a key. Only for management.
    function removeKey(bytes32 _key, uint256 _purpose) external returns (bool success);

    /// @notice Asks for a call in the identity's name. It is made at once if the caller might approve it, and otherwise
    /// waits for {approve}.
    function execute(address _to, uint256 _value, bytes calldata _data) external payable returns (uint256 executionId);

    /// @notice Has a call that waits made, or dropped. For calls to the identity itself by a management key, for all
    /// others by an action key.
    /// @return success Whether the call was made and did not revert; true for one that was dropped.
    function approve(uint256 _id, bool _approve) external returns (bool success);

    /// @notice A key's purposes and type; all nothing for a key that never had any.
    function getKey(bytes32 _key) external view returns (uint256[] memory purposes, uint256 keyType, bytes32 key);

    /// @notice A key's purposes.
    function getKeyPurposes(bytes32 _key) external view returns (uint256[] memory _purposes);

    /// @notice The keys that have this purpose, in the order in which they first came.
    function getKeysByPurpose(uint256 _purpose) external view returns (bytes32[] memory keys);

    /// @notice Whether a key has this very purpose: one does not imply another.
    function keyHasPurpose(bytes32 _key, uint256 _purpose) external view returns (bool exists);
}

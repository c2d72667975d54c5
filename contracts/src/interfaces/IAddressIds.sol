// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title Which address belongs to which id
/// @notice An id is an authority's or an investor's. An address that was ever given to an id belongs to it for good: it
/// may be restricted and registered again, but never for another id.
interface IAddressIds {
    event RegisteredAddresses(bytes32 indexed id, address[] addr, bytes32 indexed authority);
    event RestrictedAddresses(bytes32 indexed id, address[] addr, bytes32 indexed authority);

    /// @notice The zero address belongs to nobody.
    error ZeroAddress();
    /// @notice The address has an id already, or stands twice in the array.
    error KnownAddress(address addr);
    /// @notice The address does not belong to `id`.
    error WrongID(address addr, bytes32 id);
    /// @notice The address is restricted already, or stands twice in the array.
    error AlreadyRestricted(address addr);
    /// @notice The ids 0 and 1 say that an address is unknown, and that it is restricted.
    error ReservedID(bytes32 id);
    /// @notice An array has more entries than one call, or one authority, may have: split it.
    error TooMany(uint256 given, uint256 most);

    /// @notice The most addresses, or ids, of one call, and the most unrestricted addresses of one authority.
    function MAX_BATCH() external view returns (uint256);

    /// @notice The id of an address, be the address restricted or not; 0 when unknown.
    function getID(address addr) external view returns (bytes32);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IAddressIds} from "./IAddressIds.sol";
import {IApprovals} from "./IApprovals.sol";

/// @title The owner and the authorities that it appoints
/// @notice The owner is an authority too: the first, with index 0, for all countries, and it cannot be restricted.
/// @dev A function that changes state returns false while its authority's threshold is not met (see {IApprovals}).
interface IAuthorities is IApprovals, IAddressIds {
    event NewAuthority(bytes32 indexed id);
    event AuthorityRestriction(bytes32 indexed id, bool restricted);
    /// @notice The number of a new authority; 0 is the owner's.
    event AuthorityIndexed(bytes32 indexed id, uint8 indexed index);
    event AuthorityThresholdSet(bytes32 indexed id, uint32 threshold);
    event AuthorityCountriesSet(bytes32 indexed id, uint16[] countries, bool permitted);

    /// @notice The caller is no address of the owner.
    error OnlyOwner(address caller);
    /// @notice The caller is an address of the owner, but a restricted one.
    error RestrictedOwner(address caller);
    /// @notice The caller is restricted.
    error RestrictedAddress(address caller);
    /// @notice The caller's authority is restricted.
    error RestrictedID(bytes32 authority);
    /// @notice The authority may not act in this country: the owner permits it by {setAuthorityCountries}.
    error CountryNotPermitted(bytes32 authority, uint16 country);
    /// @notice Country 0 is none: codes are ISO 3166-1 numeric.
    error CountryZero();
    /// @notice Countries go up to 1,023.
    error CountryOutOfRange(uint16 country);
    /// @notice There is no authority with this id.
    error NotAuthority(bytes32 id);
    /// @notice The address belongs to no authority.
    error NotAuthorityAddress(address addr);
    /// @notice There is an authority with this id already: begin the array with another address.
    error AuthorityExists(bytes32 id);
    /// @notice The id is an investor's: begin the array with another address.
    error InvestorID(bytes32 id);
    /// @notice There are {MAX_AUTHORITIES} already. None is ever removed.
    error TooManyAuthorities();
    /// @notice A threshold is at least 1.
    error ZeroThreshold();
    /// @notice More approvals are asked for than there are addresses.
    error ThresholdTooHigh(uint32 threshold, uint256 addressCount);
    /// @notice The authority would have fewer addresses left than its threshold: lower that first.
    error BelowThreshold(uint256 addressCount, uint32 threshold);
    /// @notice The owner cannot be restricted.
    error OwnerCannotBeRestricted();

    /// @notice The most countries of one call.
    function MAX_COUNTRIES() external view returns (uint256);

    /// @notice The most authorities there can ever be, the owner among them: as many as {IdentityRegistry} tells apart, and
    /// one storage word tells who of them is restricted.
    function MAX_AUTHORITIES() external view returns (uint256);

    /// @notice The owner's id: keccak256 of the registrar's address.
    function ownerID() external view returns (bytes32);

    /// @notice Appoints an authority. Only for the owner.
    /// @dev Its id is keccak256 of the registrar's address followed by its first address. Whoever may add investors can
    /// take that id or one of the addresses before the owner does: it then has to name others, and to restrict them.
    /// @param addr Its addresses, none of them known.
    /// @param countries Where it may act, ISO 3166-1 numeric.
    /// @param threshold How many of its addresses have to approve a call.
    function addAuthority(address[] calldata addr, uint16[] calldata countries, uint32 threshold)
        external
        returns (bool);

    /// @notice Changes how many addresses of an authority, or of the owner, have to approve a call. Only for the owner.
    /// @dev What is pending then needs the new threshold. A threshold of 1 voids it.
    function setAuthorityThreshold(bytes32 id, uint32 threshold) external returns (bool);

    /// @notice Permits countries to an authority, or withdraws them. Only for the owner.
    /// @dev Its investors in a country that is withdrawn stay permitted.
    function setAuthorityCountries(bytes32 id, uint16[] calldata countries, bool permitted) external returns (bool);

    /// @notice Takes an authority and all investors whose authority it is out of the verdict, or back into it, at once.
    /// Only for the owner.
    function setAuthorityRestriction(bytes32 id, bool restricted) external returns (bool);

    /// @notice The authority of an address, be that restricted or not. Reverts if it belongs to none.
    function getAuthorityID(address addr) external view returns (bytes32);

    /// @notice Whether the address may act for its authority in this country now.
    function isApprovedAuthority(address addr, uint16 country) external view returns (bool);

    /// @notice What an authority is. Reverts if there is none with this id.
    /// @return index Its number; 0 is the owner's.
    /// @return addressCount How many unrestricted addresses it has.
    /// @return threshold How many of them have to approve a call.
    /// @return restricted Whether it is restricted, and all its investors with it.
    function getAuthority(bytes32 id)
        external
        view
        returns (uint8 index, uint32 addressCount, uint32 threshold, bool restricted);

    /// @notice Where an authority may act: country n is bit n % 256 of word n / 256. Reverts if there is none with this id;
    /// the owner acts everywhere, whatever is set here.
    function getAuthorityCountries(bytes32 id) external view returns (uint256[4] memory);

    /// @notice The id of the authority with this number; 0 when there is none.
    function getAuthorityAt(uint256 index) external view returns (bytes32);
}

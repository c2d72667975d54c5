// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IAuthorities} from "./IAuthorities.sol";
import {IVerdict} from "./IVerdict.sol";

/// @title A registrar of investors, kept by a federation of authorities
/// @notice Functions, tuples and events are those of SFT Protocol's KYCRegistrar, so that its clients need no change,
/// with ERC-3643's views beside them, so that any token can point at it.
/// @dev The original puts words like "dev: rating 0" on its refusals, which its tests read from the source and no chain
/// ever sees. Here they are errors of the same name that carry the value. The three messages that it does send stay
/// strings: "Address not registered", "Sender not Registered", "Receiver not Registered".
/// @dev All of the registrar's state follows from its events.
interface IKYCRegistrar is IAuthorities, IVerdict {
    event NewInvestor(
        bytes32 indexed id,
        uint16 indexed country,
        bytes3 region,
        uint8 rating,
        uint40 expires,
        bytes32 indexed authority
    );
    event UpdatedInvestor(bytes32 indexed id, bytes3 region, uint8 rating, uint40 expires, bytes32 indexed authority);
    event InvestorRestriction(bytes32 indexed id, bool restricted, bytes32 indexed authority);

    /// @notice The id is an authority's.
    error AuthorityID(bytes32 id);
    /// @notice There is an investor with this id already: update it.
    error InvestorExists(bytes32 id);
    /// @notice There is no investor with this id.
    error UnknownID(bytes32 id);
    /// @notice A rating is at least 1.
    error RatingZero();
    /// @notice The expiry is not in the future: give a later one, in unix seconds.
    error ExpiryPassed(uint40 expires, uint256 time);

    // ------------------------------------------------------------------- authorities

    /// @notice Adds an investor. Only for the authorities of its country.
    /// @param id The investor's id, of which {generateID} makes one.
    /// @param country ISO 3166-1 numeric. It never changes: an investor that moves gets another id.
    /// @param region The subdivision, three bytes of the issuers' choice (ISO 3166-2 "US-AL" is 0x414c00).
    /// @param rating The accreditation, at least 1.
    /// @param expires The unix second from which the investor is not permitted any more; the largest means never.
    /// @param addr The investor's addresses, none of them known.
    function addInvestor(
        bytes32 id,
        uint16 country,
        bytes3 region,
        uint8 rating,
        uint40 expires,
        address[] calldata addr
    ) external returns (bool);

    /// @notice Verifies an investor anew; it is the caller's from now on. Only for the authorities of its country.
    function updateInvestor(bytes32 id, bytes3 region, uint8 rating, uint40 expires) external returns (bool);

    /// @notice Restricts an investor with all its addresses, or lifts that. Only for the authorities of its country.
    function setInvestorRestriction(bytes32 id, bool restricted) external returns (bool);

    /// @notice Hands investors over to another authority, whatever its countries. Only for the owner.
    /// @dev Under a restricted authority they lose their verification with this call, and {InvestorRestriction} is
    /// silent about it: the restriction of the authority is what says so.
    /// @param authID The authority that answers for them from now on.
    function setInvestorAuthority(bytes32 authID, bytes32[] calldata ids) external returns (bool);

    /// @notice Gives new addresses to an id, or lifts the restriction of its old ones. For an investor: only for the
    /// authorities of its country. For an authority: only for the owner.
    /// @dev Whose an address is nobody proves: an authority may bind any address that has no id yet, and only the
    /// holder of that id can use it from then on. What an authority bound wrongly stays restricted, never free.
    function registerAddresses(bytes32 id, address[] calldata addr) external returns (bool);

    /// @notice Restricts addresses of an id; they stay associated with it. The same callers as {registerAddresses}.
    /// @dev An authority keeps at least as many addresses as its threshold.
    function restrictAddresses(bytes32 id, address[] calldata addr) external returns (bool);

    // ----------------------------------------------------------------------- anybody

    /// @notice What a token needs of an address. Reverts with "Address not registered" if it is no investor's.
    /// @return id The investor.
    /// @return permitted Whether it may hold and move tokens by this address now.
    /// @return rating Its accreditation.
    /// @return country ISO 3166-1 numeric.
    function getInvestor(address addr) external view returns (bytes32 id, bool permitted, uint8 rating, uint16 country);

    /// @notice The same of both parties of a transfer. Reverts with "Sender not Registered" or "Receiver not
    /// Registered".
    function getInvestors(address from, address to)
        external
        view
        returns (bytes32[2] memory ids, bool[2] memory permitted, uint8[2] memory ratings, uint16[2] memory countries);

    /// @notice The rating of an investor. Reverts if there is none with this id, as the next three do.
    function getRating(bytes32 id) external view returns (uint8);

    function getRegion(bytes32 id) external view returns (bytes3);

    function getCountry(bytes32 id) external view returns (uint16);

    /// @notice The unix second from which the investor is not permitted any more.
    function getExpires(bytes32 id) external view returns (uint40);

    /// @notice The authority that answers for an investor.
    function getInvestorAuthority(bytes32 id) external view returns (bytes32);

    /// @notice Whether an investor was itself restricted, be its authority restricted or not.
    function isInvestorRestricted(bytes32 id) external view returns (bool);

    /// @notice Whether there is an investor with this id.
    function isRegistered(bytes32 id) external view returns (bool);

    /// @notice Whether the investor of this address is permitted and the address not restricted. What `isVerified`
    /// says.
    function isPermitted(address addr) external view returns (bool);

    /// @notice The verdict on an investor: now is before its expiry, and neither it nor its authority is restricted.
    function isPermittedID(bytes32 id) external view returns (bool);

    /// @notice The keccak256 of a string, as the data standard makes ids.
    /// @dev An id made of a name, a birth date and a tax number can be guessed: put a secret salt before it.
    function generateID(string calldata idString) external pure returns (bytes32);
}

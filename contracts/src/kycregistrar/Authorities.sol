// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAuthorities} from "../interfaces/IAuthorities.sol";
import {IApprovals} from "../interfaces/IApprovals.sol";
import {MAX_COUNTRY} from "../WalletRecord.sol";
import {Approvals} from "./Approvals.sol";

/// @notice The owner, the authorities, and who of them may do what.
abstract contract Authorities is IAuthorities, Approvals {
    /// @dev One word, and the countries. There is an authority if its threshold is not 0.
    struct Authority {
        uint8 index;
        uint32 threshold;
        uint32 addressCount;
        uint64 round;
        uint256[4] countries;
    }

    /// @inheritdoc IAuthorities
    uint256 public constant MAX_COUNTRIES = 256;
    /// @inheritdoc IAuthorities
    uint256 public constant MAX_AUTHORITIES = 256;

    /// @inheritdoc IAuthorities
    bytes32 public immutable ownerID = keccak256(abi.encodePacked(address(this)));

    mapping(bytes32 id => Authority) private _authorities;
    /// @dev By index; the owner's is the first.
    bytes32[] private _authorityIds;
    /// @dev Bit n: there is an authority n and it is not restricted. Set bits permit, so that what is missing denies
    /// and a restriction, which clears one, is cheap. The owner's, bit 0, is never cleared.
    uint256 internal _standing;

    constructor(address[] memory owners, uint32 threshold) {
        _requireThreshold(threshold, owners.length);
        _requireRegistrable(ownerID, owners);
        _appoint(ownerID, owners, threshold);
    }

    // --------------------------------------------------------------------- the owner

    /// @inheritdoc IAuthorities
    function addAuthority(address[] memory addr, uint16[] memory countries, uint32 threshold) external returns (bool) {
        Authority storage owner = _requireOwner();
        _requireThreshold(threshold, addr.length);
        bytes32 id = keccak256(abi.encodePacked(address(this), addr[0]));
        require(!_isAuthority(id), AuthorityExists(id));
        require(!_isInvestor(id), InvestorID(id));
        require(_authorityIds.length < MAX_AUTHORITIES, TooManyAuthorities());
        _requireRegistrable(id, addr);
        _requireCountries(countries);
        if (!_approvedBy(ownerID, owner)) return false;

        _appoint(id, addr, threshold);
        _setCountries(id, countries, true);
        return true;
    }

    /// @inheritdoc IAuthorities
    function setAuthorityThreshold(bytes32 id, uint32 threshold) external returns (bool) {
        Authority storage owner = _requireOwner();
        Authority storage authority = _authority(id);
        _requireThreshold(threshold, authority.addressCount);
        if (!_approvedBy(ownerID, owner)) return false;

        authority.threshold = threshold;
        emit AuthorityThresholdSet(id, threshold);
        if (threshold == 1) _voidApprovals(id, authority);
        return true;
    }

    /// @inheritdoc IAuthorities
    function setAuthorityCountries(bytes32 id, uint16[] memory countries, bool permitted) external returns (bool) {
        Authority storage owner = _requireOwner();
        _authority(id);
        _requireCountries(countries);
        if (!_approvedBy(ownerID, owner)) return false;

        _setCountries(id, countries, permitted);
        return true;
    }

    /// @inheritdoc IAuthorities
    function setAuthorityRestriction(bytes32 id, bool restricted) external returns (bool) {
        Authority storage owner = _requireOwner();
        require(id != ownerID, OwnerCannotBeRestricted());
        Authority storage authority = _authority(id);
        if (!_approvedBy(ownerID, owner)) return false;

        _setStanding(authority.index, !restricted);
        emit AuthorityRestriction(id, restricted);
        // What it approved until now must not count on the day when it comes back.
        if (restricted) _voidApprovals(id, authority);
        return true;
    }

    // ----------------------------------------------------------------- any authority

    /// @inheritdoc IApprovals
    function cancelApproval(bytes32 callHash) external {
        (bytes32 id, Authority storage authority) = _requireAuthority();
        _cancel(id, authority.round, callHash);
    }

    // ----------------------------------------------------------------------- anybody

    /// @inheritdoc IApprovals
    function getApprovals(bytes32 id, bytes32 callHash) external view returns (address[] memory callers, uint40 until) {
        return _approvals(id, _authority(id).round, callHash);
    }

    /// @inheritdoc IAuthorities
    function getAuthorityID(address addr) external view returns (bytes32 id) {
        (id,) = _idOf(addr);
        require(_isAuthority(id), NotAuthorityAddress(addr));
    }

    /// @inheritdoc IAuthorities
    function isApprovedAuthority(address addr, uint16 country) external view returns (bool) {
        (bytes32 id, bool restricted) = _idOf(addr);
        if (restricted || !_isAuthority(id) || country == 0 || country > MAX_COUNTRY) return false;
        Authority storage authority = _authorities[id];
        return _inStanding(authority.index) && _mayActIn(authority, country);
    }

    /// @inheritdoc IAuthorities
    function getAuthority(bytes32 id)
        external
        view
        returns (uint8 index, uint32 addressCount, uint32 threshold, bool restricted)
    {
        Authority storage authority = _authority(id);
        index = authority.index;
        return (index, authority.addressCount, authority.threshold, !_inStanding(index));
    }

    /// @inheritdoc IAuthorities
    function getAuthorityCountries(bytes32 id) external view returns (uint256[4] memory) {
        return _authority(id).countries;
    }

    /// @inheritdoc IAuthorities
    function getAuthorityAt(uint256 index) external view returns (bytes32) {
        return index < _authorityIds.length ? _authorityIds[index] : bytes32(0);
    }

    // -------------------------------------------------------------- who may do what

    /// @dev The sender is an unrestricted address of the owner.
    function _requireOwner() internal view returns (Authority storage owner) {
        (bytes32 id, bool restricted) = _idOf(msg.sender);
        require(id == ownerID, OnlyOwner(msg.sender));
        require(!restricted, RestrictedOwner(msg.sender));
        return _authorities[id];
    }

    /// @dev The sender is an unrestricted address of an unrestricted authority.
    function _requireAuthority() internal view returns (bytes32 id, Authority storage authority) {
        bool restricted;
        (id, restricted) = _idOf(msg.sender);
        authority = _authorities[id];
        require(authority.threshold != 0, NotAuthorityAddress(msg.sender));
        require(!restricted, RestrictedAddress(msg.sender));
        require(_inStanding(authority.index), RestrictedID(id));
    }

    /// @dev The same, and the authority may act in the country (I5).
    function _requireAuthorityFor(uint16 country) internal view returns (bytes32 id, Authority storage authority) {
        (id, authority) = _requireAuthority();
        _requireCountry(country);
        require(_mayActIn(authority, country), CountryNotPermitted(id, country));
    }

    function _approvedBy(bytes32 id, Authority storage authority) internal returns (bool) {
        return _approve(id, authority.round, authority.threshold);
    }

    function _inStanding(uint8 index) private view returns (bool) {
        return index == 0 || (_standing >> index) & 1 != 0;
    }

    function _mayActIn(Authority storage authority, uint16 country) private view returns (bool) {
        return authority.index == 0 || (authority.countries[country >> 8] >> (country & 255)) & 1 != 0;
    }

    // ------------------------------------------------------------ what others need

    function _isAuthority(bytes32 id) internal view returns (bool) {
        return _authorities[id].threshold != 0;
    }

    function _authority(bytes32 id) internal view returns (Authority storage authority) {
        authority = _authorities[id];
        require(authority.threshold != 0, NotAuthority(id));
    }

    function _authorityId(uint8 index) internal view returns (bytes32) {
        return _authorityIds[index];
    }

    /// @dev An authority's id is never an investor's, nor the other way round.
    function _isInvestor(bytes32 id) internal view virtual returns (bool);

    function _requireMoreAddresses(bytes32 id, uint256 more) internal view {
        _requireAtMost(_authorities[id].addressCount + more, MAX_BATCH);
    }

    function _requireFewerAddresses(bytes32 id, uint256 fewer) internal view {
        Authority storage authority = _authorities[id];
        // There are at least as many, since each of them was found to be the authority's and unrestricted.
        uint256 left = authority.addressCount - fewer;
        require(left >= authority.threshold, BelowThreshold(left, authority.threshold));
    }

    /// @param returning Whether one of them comes back from a restriction: then what it once approved must not count.
    function _addAddresses(bytes32 id, uint256 more, bool returning) internal {
        Authority storage authority = _authorities[id];
        authority.addressCount += uint32(more);
        if (returning) _voidApprovals(id, authority);
    }

    function _removeAddresses(bytes32 id, uint256 fewer) internal {
        _authorities[id].addressCount -= uint32(fewer);
    }

    function _requireCountry(uint16 country) internal pure {
        require(country != 0, CountryZero());
        require(country <= MAX_COUNTRY, CountryOutOfRange(country));
    }

    // ------------------------------------------------------------------------ writes

    function _appoint(bytes32 id, address[] memory addr, uint32 threshold) private {
        uint8 index = uint8(_authorityIds.length);
        _authorityIds.push(id);
        Authority storage authority = _authorities[id];
        (authority.index, authority.threshold, authority.addressCount) = (index, threshold, uint32(addr.length));
        _setStanding(index, true);
        emit NewAuthority(id);
        emit AuthorityIndexed(id, index);
        emit AuthorityThresholdSet(id, threshold);
        _register(id, addr, ownerID);
    }

    function _setCountries(bytes32 id, uint16[] memory countries, bool permitted) private {
        Authority storage authority = _authorities[id];
        for (uint256 i = 0; i < countries.length; ++i) {
            (uint256 word, uint256 bit) = (countries[i] >> 8, 1 << (countries[i] & 255));
            if (permitted) authority.countries[word] |= bit;
            else authority.countries[word] &= ~bit;
        }
        emit AuthorityCountriesSet(id, countries, permitted);
    }

    function _setStanding(uint8 index, bool good) private {
        if (good) _standing |= 1 << index;
        else _standing &= ~(1 << index);
    }

    function _voidApprovals(bytes32 id, Authority storage authority) private {
        ++authority.round;
        emit ApprovalsVoided(id);
    }

    function _requireThreshold(uint32 threshold, uint256 addressCount) private pure {
        require(threshold != 0, ZeroThreshold());
        require(threshold <= addressCount, ThresholdTooHigh(threshold, addressCount));
    }

    function _requireCountries(uint16[] memory countries) private pure {
        _requireAtMost(countries.length, MAX_COUNTRIES);
        for (uint256 i = 0; i < countries.length; ++i) {
            _requireCountry(countries[i]);
        }
    }
}

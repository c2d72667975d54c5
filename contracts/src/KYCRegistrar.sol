// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    IClaimTopicsRegistry,
    IERC3643IdentityRegistryViews,
    IIdentity,
    IIdentityRegistryStorage,
    ITrustedIssuersRegistry
} from "./interfaces/IERC3643IdentityRegistry.sol";
import {IKYCRegistrar} from "./interfaces/IKYCRegistrar.sol";
import {IVerdict} from "./interfaces/IVerdict.sol";
import {Authorities} from "./kycregistrar/Authorities.sol";
import {InvestorRecord, investorRecord} from "./kycregistrar/InvestorRecord.sol";

/// @title A registrar of investors, kept by a federation of authorities
/// @notice The verdict (I4) on an address takes three reads: its id, the investor's word, and the bitmap of the
/// authorities in standing, which the owner's own investors do not need. So one write restricts an investor with all
/// addresses, or an authority with all investors.
/// @dev This file is about investors; authorities, approvals and addresses are in `kycregistrar/`. Each write makes all
/// its checks, then counts the approval, then changes state.
contract KYCRegistrar is IKYCRegistrar, Authorities {
    mapping(bytes32 id => InvestorRecord) private _investors;

    /// @param owners The owner's addresses.
    /// @param threshold How many of them have to approve a call.
    constructor(address[] memory owners, uint32 threshold) Authorities(owners, threshold) {}

    // ----------------------------------------------------------- authorities' writes

    /// @inheritdoc IKYCRegistrar
    function addInvestor(bytes32 id, uint16 country, bytes3 region, uint8 rating, uint40 expires, address[] memory addr)
        external
        returns (bool)
    {
        (bytes32 by, Authority storage authority) = _requireAuthorityFor(country);
        _requireUsable(id);
        require(!_isAuthority(id), AuthorityID(id));
        require(!_isInvestor(id), InvestorExists(id));
        _requireRated(rating, expires);
        _requireRegistrable(id, addr);
        if (!_approvedBy(by, authority)) return false;

        _investors[id] = investorRecord(country, region, rating, expires, authority.index);
        emit NewInvestor(id, country, region, rating, expires, by);
        _register(id, addr, by);
        return true;
    }

    /// @inheritdoc IKYCRegistrar
    function updateInvestor(bytes32 id, bytes3 region, uint8 rating, uint40 expires) external returns (bool) {
        InvestorRecord investor = _investor(id);
        (bytes32 by, Authority storage authority) = _requireAuthorityFor(investor.country());
        _requireRated(rating, expires);
        if (!_approvedBy(by, authority)) return false;

        _investors[id] = investor.updated(region, rating, expires, authority.index);
        emit UpdatedInvestor(id, region, rating, expires, by);
        return true;
    }

    /// @inheritdoc IKYCRegistrar
    function setInvestorRestriction(bytes32 id, bool restricted) external returns (bool) {
        InvestorRecord investor = _investor(id);
        (bytes32 by, Authority storage authority) = _requireAuthorityFor(investor.country());
        if (!_approvedBy(by, authority)) return false;

        _investors[id] = investor.withRestriction(restricted);
        emit InvestorRestriction(id, restricted, by);
        return true;
    }

    /// @inheritdoc IKYCRegistrar
    function setInvestorAuthority(bytes32 authID, bytes32[] calldata ids) external returns (bool) {
        Authority storage owner = _requireOwner();
        uint8 index = _authority(authID).index;
        _requireAtMost(ids.length, MAX_BATCH);
        for (uint256 i = 0; i < ids.length; ++i) {
            _investor(ids[i]);
        }
        if (!_approvedBy(ownerID, owner)) return false;

        for (uint256 i = 0; i < ids.length; ++i) {
            InvestorRecord investor = _investors[ids[i]].withAuthority(index);
            _investors[ids[i]] = investor;
            emit UpdatedInvestor(ids[i], investor.region(), investor.rating(), investor.expires(), authID);
        }
        return true;
    }

    /// @inheritdoc IKYCRegistrar
    function registerAddresses(bytes32 id, address[] memory addr) external returns (bool) {
        bool ofAuthority = _isAuthority(id);
        (bytes32 by, Authority storage authority) = _requireKeeper(id, ofAuthority);
        bool returning = _requireRegistrable(id, addr);
        if (ofAuthority) _requireMoreAddresses(id, addr.length);
        if (!_approvedBy(by, authority)) return false;

        if (ofAuthority) _addAddresses(id, addr.length, returning);
        _register(id, addr, by);
        return true;
    }

    /// @inheritdoc IKYCRegistrar
    function restrictAddresses(bytes32 id, address[] memory addr) external returns (bool) {
        bool ofAuthority = _isAuthority(id);
        (bytes32 by, Authority storage authority) = _requireKeeper(id, ofAuthority);
        _requireRestrictable(id, addr);
        if (ofAuthority) _requireFewerAddresses(id, addr.length);
        if (!_approvedBy(by, authority)) return false;

        if (ofAuthority) _removeAddresses(id, addr.length);
        _restrict(id, addr, by);
        return true;
    }

    // ------------------------------------------------------------- what tokens ask

    /// @inheritdoc IKYCRegistrar
    function getInvestor(address addr)
        external
        view
        returns (bytes32 id, bool permitted, uint8 rating, uint16 country)
    {
        InvestorRecord investor;
        (id, investor, permitted) = _lookUp(addr);
        require(investor.exists(), "Address not registered");
        return (id, permitted, investor.rating(), investor.country());
    }

    /// @inheritdoc IKYCRegistrar
    /// @dev The answer is written where it is returned from: Solidity would copy the four arrays and spend 900 gas
    /// more.
    function getInvestors(address from, address to)
        external
        view
        returns (bytes32[2] memory, bool[2] memory, uint8[2] memory, uint16[2] memory)
    {
        uint256 answer;
        assembly ("memory-safe") {
            answer := mload(0x40)
            mstore(0x40, add(answer, 256))
        }
        require(_tell(answer, from), "Sender not Registered");
        require(_tell(answer + 32, to), "Receiver not Registered");
        assembly ("memory-safe") {
            return(answer, 256)
        }
    }

    /// @inheritdoc IKYCRegistrar
    function isPermitted(address addr) external view returns (bool) {
        return _verdict(addr);
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function isVerified(address _userAddress) external view returns (bool) {
        _answer(_verdict(_userAddress));
    }

    /// @inheritdoc IVerdict
    function areVerified(address a, address b) external view returns (bool) {
        _answer(_verdict(a) && _verdict(b));
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function contains(address _userAddress) external view returns (bool) {
        return _investorOf(_userAddress).exists();
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    /// @dev No contract stands there: it is derived from the investor's id and the chain, by the rule by which the
    /// register derives it, so that an investor has one identity in all registries of a chain.
    function identity(address _userAddress) external view returns (IIdentity) {
        (bytes32 id,) = _idOf(_userAddress);
        if (!_isInvestor(id)) return IIdentity(address(0));
        bytes32 digest = keccak256(abi.encodePacked("symbolon identity", id, uint64(block.chainid)));
        return IIdentity(address(uint160(uint256(digest))));
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function investorCountry(address _userAddress) external view returns (uint16) {
        return _investorOf(_userAddress).country();
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function identityStorage() external view returns (IIdentityRegistryStorage) {
        return IIdentityRegistryStorage(address(this));
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    /// @dev None: authorities take the place of trusted issuers.
    function issuersRegistry() external pure returns (ITrustedIssuersRegistry) {
        return ITrustedIssuersRegistry(address(0));
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    /// @dev None: there are no claims.
    function topicsRegistry() external pure returns (IClaimTopicsRegistry) {
        return IClaimTopicsRegistry(address(0));
    }

    // ------------------------------------------------------------------- of one id

    /// @inheritdoc IKYCRegistrar
    function isPermittedID(bytes32 id) external view returns (bool) {
        return _permits(_investors[id]);
    }

    /// @inheritdoc IKYCRegistrar
    function isRegistered(bytes32 id) external view returns (bool) {
        return _isInvestor(id);
    }

    /// @inheritdoc IKYCRegistrar
    function getRating(bytes32 id) external view returns (uint8) {
        return _investor(id).rating();
    }

    /// @inheritdoc IKYCRegistrar
    function getRegion(bytes32 id) external view returns (bytes3) {
        return _investor(id).region();
    }

    /// @inheritdoc IKYCRegistrar
    function getCountry(bytes32 id) external view returns (uint16) {
        return _investor(id).country();
    }

    /// @inheritdoc IKYCRegistrar
    function getExpires(bytes32 id) external view returns (uint40) {
        return _investor(id).expires();
    }

    /// @inheritdoc IKYCRegistrar
    function getInvestorAuthority(bytes32 id) external view returns (bytes32) {
        return _authorityId(_investor(id).authority());
    }

    /// @inheritdoc IKYCRegistrar
    function isInvestorRestricted(bytes32 id) external view returns (bool) {
        return _investor(id).restricted();
    }

    /// @inheritdoc IKYCRegistrar
    function generateID(string calldata idString) external pure returns (bytes32) {
        return keccak256(bytes(idString));
    }

    // ------------------------------------------------------------------------ rules

    /// @dev I4, the one verdict on an investor. The owner cannot be restricted: its investors cost no reading of the
    /// bitmap.
    function _permits(InvestorRecord investor) private view returns (bool) {
        return investor.permittedAt(block.timestamp, investor.ofOwner() ? 1 : _standing);
    }

    /// @dev The verdict on an address.
    function _verdict(address account) private view returns (bool) {
        return _permits(_investors[_activeId(account)]);
    }

    /// @dev Ends the call with `yes`. Solidity would return by way of free memory and cost each check more.
    function _answer(bool yes) private pure {
        assembly ("memory-safe") {
            mstore(0, iszero(iszero(yes)))
            return(0, 32)
        }
    }

    /// @dev What there is to know about an address; there is no record if it is no investor's.
    function _lookUp(address account) private view returns (bytes32 id, InvestorRecord investor, bool permitted) {
        id = _activeId(account);
        investor = _investors[id];
        if (investor.exists()) return (id, investor, _permits(investor));
        (id,) = _idOf(account);
        return (id, _investors[id], false);
    }

    /// @dev Writes what {getInvestors} says of one party, every other word from `at` on. Says whether the address is an
    /// investor's.
    function _tell(uint256 at, address account) private view returns (bool) {
        (bytes32 id, InvestorRecord investor, bool permitted) = _lookUp(account);
        // Wider than they are, so that no stray bits of the word come along.
        (uint256 rating, uint256 country) = (investor.rating(), investor.country());
        assembly ("memory-safe") {
            mstore(at, id)
            mstore(add(at, 64), iszero(iszero(permitted)))
            mstore(add(at, 128), rating)
            mstore(add(at, 192), country)
        }
        return country != 0;
    }

    /// @dev Who may change the addresses of an id.
    function _requireKeeper(bytes32 id, bool ofAuthority)
        private
        view
        returns (bytes32 by, Authority storage authority)
    {
        if (ofAuthority) return (ownerID, _requireOwner());
        return _requireAuthorityFor(_investor(id).country());
    }

    function _requireRated(uint8 rating, uint40 expires) private view {
        require(rating != 0, RatingZero());
        require(block.timestamp < expires, ExpiryPassed(expires, block.timestamp));
    }

    function _isInvestor(bytes32 id) internal view override returns (bool) {
        return _investors[id].exists();
    }

    function _investor(bytes32 id) private view returns (InvestorRecord investor) {
        investor = _investors[id];
        require(investor.exists(), UnknownID(id));
    }

    function _investorOf(address account) private view returns (InvestorRecord) {
        (bytes32 id,) = _idOf(account);
        return _investors[id];
    }
}

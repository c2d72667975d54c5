// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Test.sol";
import {IAddressIds} from "../../../src/interfaces/IAddressIds.sol";
import {IAuthorities} from "../../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../../src/interfaces/IKYCRegistrar.sol";

/// @dev Rebuilds the registrar's state from its events and from nothing else, as a follower off the chain does.
contract Follower {
    struct Investor {
        uint16 country;
        bytes3 region;
        uint8 rating;
        uint40 expires;
        bool restricted;
        bytes32 authority;
    }

    struct Authority {
        bool exists;
        bool restricted;
        uint8 index;
        uint32 threshold;
        uint32 addressCount;
        uint256[4] countries;
    }

    mapping(address => bytes32) public idOf;
    mapping(address => bool) public isRestricted;
    mapping(bytes32 => Investor) private _investors;
    mapping(bytes32 => Authority) private _authorities;
    bytes32[] public investorIds;
    bytes32[] public authorityIds;
    address[] public addresses;

    function follow(Vm.Log[] memory logs) external {
        for (uint256 i = 0; i < logs.length; ++i) {
            _follow(logs[i].topics, logs[i].data);
        }
    }

    function investor(bytes32 id) external view returns (Investor memory) {
        return _investors[id];
    }

    function authority(bytes32 id) external view returns (Authority memory) {
        return _authorities[id];
    }

    function counts() external view returns (uint256 investors, uint256 authorities, uint256 addresses_) {
        return (investorIds.length, authorityIds.length, addresses.length);
    }

    function _follow(bytes32[] memory topics, bytes memory data) private {
        bytes32 id = topics[1];
        if (topics[0] == IKYCRegistrar.NewInvestor.selector) {
            Investor storage one = _investors[id];
            investorIds.push(id);
            one.country = uint16(uint256(topics[2]));
            one.authority = topics[3];
            (one.region, one.rating, one.expires) = abi.decode(data, (bytes3, uint8, uint40));
        } else if (topics[0] == IKYCRegistrar.UpdatedInvestor.selector) {
            Investor storage one = _investors[id];
            one.authority = topics[2];
            (one.region, one.rating, one.expires) = abi.decode(data, (bytes3, uint8, uint40));
        } else if (topics[0] == IKYCRegistrar.InvestorRestriction.selector) {
            _investors[id].restricted = abi.decode(data, (bool));
        } else if (topics[0] == IAddressIds.RegisteredAddresses.selector) {
            _registered(id, abi.decode(data, (address[])));
        } else if (topics[0] == IAddressIds.RestrictedAddresses.selector) {
            _restricted(id, abi.decode(data, (address[])));
        } else if (topics[0] == IAuthorities.NewAuthority.selector) {
            _authorities[id].exists = true;
            authorityIds.push(id);
        } else if (topics[0] == IAuthorities.AuthorityIndexed.selector) {
            _authorities[id].index = uint8(uint256(topics[2]));
        } else if (topics[0] == IAuthorities.AuthorityThresholdSet.selector) {
            _authorities[id].threshold = abi.decode(data, (uint32));
        } else if (topics[0] == IAuthorities.AuthorityRestriction.selector) {
            _authorities[id].restricted = abi.decode(data, (bool));
        } else if (topics[0] == IAuthorities.AuthorityCountriesSet.selector) {
            _countries(_authorities[id], data);
        }
    }

    function _registered(bytes32 id, address[] memory addr) private {
        for (uint256 i = 0; i < addr.length; ++i) {
            if (idOf[addr[i]] == 0) addresses.push(addr[i]);
            idOf[addr[i]] = id;
            isRestricted[addr[i]] = false;
        }
        _authorities[id].addressCount += uint32(addr.length);
    }

    function _restricted(bytes32 id, address[] memory addr) private {
        for (uint256 i = 0; i < addr.length; ++i) {
            isRestricted[addr[i]] = true;
        }
        // Counted for investors too, where nobody asks.
        _authorities[id].addressCount -= uint32(addr.length);
    }

    function _countries(Authority storage one, bytes memory data) private {
        (uint16[] memory countries, bool permitted) = abi.decode(data, (uint16[], bool));
        for (uint256 i = 0; i < countries.length; ++i) {
            (uint256 word, uint256 bit) = (countries[i] / 256, 2 ** (countries[i] % 256));
            if (permitted) one.countries[word] |= bit;
            else one.countries[word] &= ~bit;
        }
    }
}

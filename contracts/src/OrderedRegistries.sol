// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3643IdentityRegistryViews, IIdentity} from "./interfaces/IERC3643IdentityRegistry.sol";
import {IRegistrySet} from "./interfaces/IRegistrySet.sol";
import {IVerdict} from "./interfaces/IVerdict.sol";
import {Ownership} from "./Ownership.sol";

/// @notice The registries of a set, their order, and what the set answers by asking them.
abstract contract OrderedRegistries is IRegistrySet, Ownership {
    /// @inheritdoc IRegistrySet
    uint256 public constant MAX_REGISTRIES = 8;

    bytes4 private constant IS_VERIFIED = IERC3643IdentityRegistryViews.isVerified.selector;
    bytes4 private constant CONTAINS = IERC3643IdentityRegistryViews.contains.selector;
    bytes4 private constant IDENTITY = IERC3643IdentityRegistryViews.identity.selector;
    bytes4 private constant INVESTOR_COUNTRY = IERC3643IdentityRegistryViews.investorCountry.selector;

    /// @dev In order, without gaps; zero ends the list. No length is kept, so that the first costs one read.
    address[MAX_REGISTRIES] private _registries;

    // -------------------------------------------------------------------------- owner

    /// @inheritdoc IRegistrySet
    function setRegistries(address[] calldata list) external onlyOwner {
        require(list.length <= MAX_REGISTRIES, TooManyRegistries(list.length));
        for (uint256 i = 0; i < list.length; ++i) {
            address registry = list[i];
            require(registry.code.length != 0 && registry != address(this), NotARegistry(registry));
            for (uint256 k = 0; k < i; ++k) {
                require(list[k] != registry, DuplicateRegistry(registry));
            }
        }
        for (uint256 i = 0; i < MAX_REGISTRIES; ++i) {
            _registries[i] = i < list.length ? list[i] : address(0);
        }
        emit RegistriesSet(list);
    }

    /// @inheritdoc IRegistrySet
    function removeRegistry(address registry) external onlyOwner {
        address[] memory list = registries();
        uint256 kept;
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] != registry) list[kept++] = list[i];
        }
        require(kept < list.length, UnknownRegistry(registry));
        delete _registries[kept];
        assembly ("memory-safe") {
            mstore(list, kept)
        }
        for (uint256 i = 0; i < kept; ++i) {
            _registries[i] = list[i];
        }
        emit RegistriesSet(list);
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc IRegistrySet
    function registries() public view returns (address[] memory list) {
        list = new address[](MAX_REGISTRIES);
        uint256 count;
        while (count < MAX_REGISTRIES && _registries[count] != address(0)) {
            list[count] = _registries[count];
            ++count;
        }
        assembly ("memory-safe") {
            mstore(list, count)
        }
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function isVerified(address _userAddress) external view returns (bool) {
        return _verdict(_userAddress);
    }

    /// @inheritdoc IVerdict
    function areVerified(address a, address b) external view returns (bool) {
        return _verdict(a) && _verdict(b);
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function contains(address _userAddress) external view returns (bool) {
        return _decider(_userAddress) != address(0);
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function identity(address _userAddress) external view returns (IIdentity) {
        address decider = _decider(_userAddress);
        return decider == address(0) ? IIdentity(address(0)) : _identityBy(decider, _userAddress);
    }

    /// @inheritdoc IERC3643IdentityRegistryViews
    function investorCountry(address _userAddress) external view returns (uint16) {
        address decider = _decider(_userAddress);
        if (decider == address(0)) return 0;
        return uint16(_ask(decider, INVESTOR_COUNTRY, _userAddress, type(uint16).max));
    }

    // --------------------------------------------------------------------------- rules

    /// @dev What the first registry that contains the wallet says; no, as soon as one fails. A yes needs no second
    /// question, so the common case is one call.
    function _verdict(address wallet) private view returns (bool) {
        for (uint256 i = 0; i < MAX_REGISTRIES; ++i) {
            address registry = _registries[i];
            if (registry == address(0)) return false;
            (bool answered, uint256 answer) = _tryAsk(registry, IS_VERIFIED, wallet);
            if (!answered || answer > 1) return false;
            if (answer == 1) return true;
            (answered, answer) = _tryAsk(registry, CONTAINS, wallet);
            if (!answered || answer != 0) return false;
        }
        return false;
    }

    /// @dev The first registry that contains the wallet, or zero. Reverts when one fails before that.
    function _decider(address wallet) internal view returns (address registry) {
        for (uint256 i = 0; i < MAX_REGISTRIES; ++i) {
            registry = _registries[i];
            if (registry == address(0) || _holds(registry, wallet)) return registry;
        }
        return address(0);
    }

    /// @dev Whether the registry contains the wallet: it says so, or verifies it.
    function _holds(address registry, address wallet) internal view returns (bool) {
        return _ask(registry, CONTAINS, wallet, 1) == 1 || _ask(registry, IS_VERIFIED, wallet, 1) == 1;
    }

    function _identityBy(address registry, address wallet) internal view returns (IIdentity) {
        return IIdentity(address(uint160(_ask(registry, IDENTITY, wallet, type(uint160).max))));
    }

    /// @dev The answer to a question about one address, which is `largest` at most.
    function _ask(address registry, bytes4 question, address about, uint256 largest) private view returns (uint256) {
        (bool answered, uint256 answer) = _tryAsk(registry, question, about);
        require(answered && answer <= largest, RegistryFailed(registry));
        return answer;
    }

    /// @dev Takes one word of the answer and copies no more, however long a hostile registry makes it. Whatever gas
    /// that burns, the 64th part that the EVM keeps back suffices to say no.
    function _tryAsk(address registry, bytes4 question, address about)
        internal
        view
        returns (bool answered, uint256 answer)
    {
        assembly ("memory-safe") {
            mstore(0, question)
            mstore(4, about)
            answered := staticcall(gas(), registry, 0, 36, 0, 32)
            answered := and(answered, gt(returndatasize(), 31))
            answer := mload(0)
        }
    }
}

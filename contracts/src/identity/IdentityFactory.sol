// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IClaimIssuer} from "../interfaces/IClaimIssuer.sol";
import {IIdentityContract} from "../interfaces/IIdentityContract.sol";
import {IIdentityFactory} from "../interfaces/IIdentityFactory.sol";
import {IRoles} from "../interfaces/IRoles.sol";
import {ClaimData} from "./ClaimData.sol";
import {HeldClaim, noneHeld} from "./HeldClaim.sol";
import {Identity} from "./Identity.sol";

/// @title Where identities come from
/// @notice See {IIdentityFactory}.
/// @dev Identities do what the factory asks of them. It asks for a registry's mirrors alone, and of those identities
/// alone whose addresses follow from that registry, so that no other registry's mirrors reach them.
contract IdentityFactory is IIdentityFactory {
    /// @inheritdoc IIdentityFactory
    uint256 public constant MAX_BATCH = 200;

    uint256 private constant KEY_SIZE = 53;
    uint256 private constant CLAIM_SIZE = 188;
    uint256 private constant WALLET_SIZE = 52;
    uint256 private constant TOPIC_SIZE = 64;

    /// @dev The bits of purposes 1 to 4, and of management and action.
    uint256 private constant PURPOSES = 30;
    uint256 private constant INVESTORS = 6;

    uint256 private constant ECDSA_SCHEME = 1;
    /// @dev Far more than a claim needs that its issuer checks in any usual way, and what has to be left for a call to be
    /// given that much.
    uint256 private constant CLAIM_GAS = 500_000;
    uint256 private constant GAS_FOR_CLAIM = 520_000;

    /// @inheritdoc IIdentityFactory
    address public immutable implementation = address(new Identity());

    modifier onlyMirrorOf(IRoles registry) {
        require(registry.isMirror(msg.sender), NotItsMirror(msg.sender, registry));
        _;
    }

    // --------------------------------------------------------------- the register writes

    /// @inheritdoc IIdentityFactory
    function deploy(IRoles registry, bytes32 salt, address wallet)
        external
        onlyMirrorOf(registry)
        returns (IIdentityContract identity)
    {
        identity = identityOf(registry, salt);
        // Told twice, it deploys once.
        if (!_isThere(identity)) _deploy(registry, salt, wallet, INVESTORS);
    }

    /// @inheritdoc IIdentityFactory
    function keepKeys(IRoles registry, bytes calldata keys) external onlyMirrorOf(registry) {
        uint256 count = _entries(keys, KEY_SIZE);
        if (count == 0 || count > MAX_BATCH) revert InvalidBatchLength(keys.length);

        for (uint256 i = 0; i < count; ++i) {
            bytes calldata entry = _entryAt(keys, i, KEY_SIZE);
            address wallet = address(bytes20(entry[32:]));
            uint256 purposes = uint8(entry[52]);
            if (wallet == address(0)) revert ZeroWalletAt(i);
            if (purposes & ~PURPOSES != 0) revert UnknownPurposesAt(i);
            _keepKey(registry, bytes32(entry), wallet, purposes);
        }
    }

    /// @inheritdoc IIdentityFactory
    function addClaims(IRoles registry, bytes calldata claims) external onlyMirrorOf(registry) {
        uint256 count = _entries(claims, CLAIM_SIZE);
        if (count == 0 || count > MAX_BATCH) revert InvalidBatchLength(claims.length);

        for (uint256 i = 0; i < count; ++i) {
            bytes calldata entry = _entryAt(claims, i, CLAIM_SIZE);
            IIdentityContract identity = identityOf(registry, bytes32(entry));
            if (_isThere(identity)) _addClaim(identity, entry[32:]);
        }
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc IIdentityFactory
    function identityOf(IRoles registry, bytes32 salt) public view returns (IIdentityContract) {
        return IIdentityContract(
            Clones.predictDeterministicAddressWithImmutableArgs(implementation, abi.encodePacked(registry), salt)
        );
    }

    /// @inheritdoc IIdentityFactory
    function purposesOf(IRoles registry, bytes calldata keys) external view returns (uint256[] memory purposes) {
        purposes = new uint256[](_entries(keys, WALLET_SIZE));
        for (uint256 i = 0; i < purposes.length; ++i) {
            bytes calldata entry = _entryAt(keys, i, WALLET_SIZE);
            IIdentityContract identity = identityOf(registry, bytes32(entry));
            // slither-disable-next-line calls-loop reads, of identities whose code is known
            if (_isThere(identity)) purposes[i] = identity.purposesOf(_keyOf(address(bytes20(entry[32:]))));
        }
    }

    /// @inheritdoc IIdentityFactory
    function claimsOf(IRoles registry, IClaimIssuer issuer, bytes calldata claims)
        external
        view
        returns (uint256[] memory words)
    {
        words = new uint256[](_entries(claims, TOPIC_SIZE));
        for (uint256 i = 0; i < words.length; ++i) {
            bytes calldata entry = _entryAt(claims, i, TOPIC_SIZE);
            IIdentityContract identity = identityOf(registry, bytes32(entry));
            words[i] = HeldClaim.unwrap(_claimOf(identity, issuer, uint256(bytes32(entry[32:]))));
        }
    }

    // --------------------------------------------------------------------------- rules

    /// @dev By `initialize` the key has its purposes from the start: what is not to manage never does.
    function _deploy(IRoles registry, bytes32 salt, address wallet, uint256 purposes) private {
        address identity = address(identityOf(registry, salt));
        emit IdentityDeployed(IIdentityContract(identity), registry, wallet);
        // slither-disable-next-line unused-return it is where it was said to be, or this reverts
        Clones.cloneDeterministicWithImmutableArgs(implementation, abi.encodePacked(registry), salt);
        // slither-disable-next-line calls-loop each entry is of another identity, whose code is known
        Identity(identity).initialize(wallet, purposes);
    }

    function _keepKey(IRoles registry, bytes32 salt, address wallet, uint256 purposes) private {
        IIdentityContract identity = identityOf(registry, salt);
        // slither-disable-next-line calls-loop each entry is of another identity, whose code is known
        if (_isThere(identity)) identity.setPurposes(_keyOf(wallet), purposes);
        else if (purposes != 0) _deploy(registry, salt, wallet, purposes);
    }

    function _addClaim(IIdentityContract identity, bytes calldata entry) private {
        address issuer = address(bytes20(entry));
        // Of itself an identity takes any claim.
        if (issuer == address(identity) || issuer.code.length == 0) return;
        bytes memory data =
            ClaimData.encode(uint40(bytes5(entry[52:])), uint16(bytes2(entry[57:])), bytes32(entry[59:]));
        uint256 gasBefore = gasleft();
        // slither-disable-next-line calls-loop,unused-return one that fails is caught, and its id follows from the entry
        try identity.addClaim{gas: CLAIM_GAS}(
            uint256(bytes32(entry[20:])), ECDSA_SCHEME, issuer, entry[91:], data, ""
        ) {}
        catch (bytes memory reason) {
            if (bytes4(reason) == IIdentityContract.InvalidClaim.selector) return;
            // Or whoever gives too little gas would have a good claim skipped.
            require(gasBefore > GAS_FOR_CLAIM, TooLittleGas());
        }
    }

    function _claimOf(IIdentityContract identity, IClaimIssuer issuer, uint256 topic) private view returns (HeldClaim) {
        // slither-disable-next-line calls-loop a read, for whoever asks
        HeldClaim none = noneHeld(issuer.deniedVersion(address(identity), topic));
        if (!_isThere(identity)) return none;
        // slither-disable-next-line calls-loop,unused-return the topic is asked for, the scheme and the URI decide nothing
        (,, address claimer, bytes memory signature, bytes memory data,) =
            identity.getClaim(keccak256(abi.encode(issuer, topic)));
        if (claimer == address(0)) return none;
        // slither-disable-next-line calls-loop a read, for whoever asks
        (bool stands, address signer) = issuer.standing(address(identity), topic, signature, data);
        return none.holding(data, signer, stands);
    }

    function _isThere(IIdentityContract identity) private view returns (bool) {
        return address(identity).code.length != 0;
    }

    function _keyOf(address wallet) private pure returns (bytes32) {
        return keccak256(abi.encode(wallet));
    }

    function _entries(bytes calldata packed, uint256 size) private pure returns (uint256) {
        if (packed.length % size != 0) revert InvalidBatchLength(packed.length);
        return packed.length / size;
    }

    function _entryAt(bytes calldata packed, uint256 index, uint256 size) private pure returns (bytes calldata) {
        return packed[index * size:(index + 1) * size];
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimCheck} from "../../src/ClaimCheck.sol";
import {ClaimIssuer} from "../../src/identity/ClaimIssuer.sol";
import {IdentityFactory} from "../../src/identity/IdentityFactory.sol";
import {IIdentityContract} from "../../src/interfaces/IIdentityContract.sol";
import {IKeys} from "../../src/interfaces/IKeys.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";

/// @dev An investor with an identity, and an issuer of claims, beside the registry.
abstract contract IdentityTest is RegistryTest {
    uint256 internal constant MANAGEMENT = 1;
    uint256 internal constant ACTION = 2;
    uint256 internal constant CLAIM = 3;
    uint256 internal constant ENCRYPTION = 4;
    uint256 internal constant ECDSA_KEY = 1;

    uint256 internal constant KYC = 1;
    bytes32 internal constant CONTENT = keccak256("what was verified");
    bytes32 internal constant SALT = keccak256("an investor, on this chain");

    IdentityFactory internal factory = new IdentityFactory();
    IIdentityContract internal identity;
    ClaimIssuer internal claimIssuer;
    address internal signer;
    uint256 internal signerKey;
    address internal investor = makeAddr("investor");
    address internal friend = makeAddr("friend");

    function setUp() public virtual override {
        super.setUp();
        vm.prank(mirror);
        identity = factory.deploy(registry, SALT, investor);
        (signer, signerKey) = makeAddrAndKey("claim signer");
        claimIssuer = new ClaimIssuer(owner, registry);
        vm.prank(owner);
        claimIssuer.addKey(keyOf(signer), CLAIM, ECDSA_KEY);
    }

    function keyOf(address who) internal pure returns (bytes32) {
        return keccak256(abi.encode(who));
    }

    function claimId(address issuer, uint256 topic) internal pure returns (bytes32) {
        return keccak256(abi.encode(issuer, topic));
    }

    /// @dev What the register puts into a claim: when it ends, and a commitment.
    function claimData(uint256 ends) internal pure returns (bytes memory) {
        return abi.encode(ends, keccak256("what was verified"));
    }

    function signed(address of_, uint256 topic, bytes memory data) internal view returns (bytes memory) {
        return signedBy(signerKey, of_, topic, data);
    }

    function signedBy(uint256 key, address of_, uint256 topic, bytes memory data) internal pure returns (bytes memory) {
        bytes32 claim = keccak256(abi.encode(of_, topic, data));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", claim)));
        return abi.encodePacked(r, s, v);
    }

    /// @dev The register gives the identity a claim of its issuer's.
    function give(uint256 topic, bytes memory data) internal returns (bytes32) {
        bytes memory signature = signed(address(identity), topic, data);
        vm.prank(mirror);
        return identity.addClaim(topic, 1, address(claimIssuer), signature, data, "");
    }

    // ------------------------------------------------------------- what the register sends

    function keyEntry(bytes32 salt, address wallet_, uint256 purposes) internal pure returns (bytes memory) {
        return abi.encodePacked(salt, wallet_, uint8(purposes));
    }

    function keepKey(bytes32 salt, address wallet_, uint256 purposes) internal {
        vm.prank(mirror);
        factory.keepKeys(registry, keyEntry(salt, wallet_, purposes));
    }

    /// @dev What the register puts into a claim.
    function registersData(uint40 ends, uint16 version) internal pure returns (bytes memory) {
        return abi.encode(ends, version, CONTENT);
    }

    function claimEntry(bytes32 salt, uint256 topic, uint40 ends, uint16 version) internal view returns (bytes memory) {
        address of_ = address(factory.identityOf(registry, salt));
        bytes memory signature = signed(of_, topic, registersData(ends, version));
        return abi.encodePacked(salt, claimIssuer, topic, ends, version, CONTENT, signature);
    }

    function addClaims(bytes memory claims) internal {
        vm.prank(mirror);
        factory.addClaims(registry, claims);
    }

    function denial(address of_, uint256 topic, uint16 version) internal pure returns (bytes memory) {
        return abi.encodePacked(of_, topic, version);
    }

    function denyClaims(uint256 topic, uint16 version) internal {
        vm.prank(mirror);
        claimIssuer.denyClaims(denial(address(identity), topic, version));
    }

    /// @dev Whether the identity holds a claim of its issuer's that counts.
    function holds(uint256 topic) internal view returns (bool) {
        return ClaimCheck.holdsClaim(identity, topic, claimIssuer);
    }

    function addKey(address who, uint256 purpose) internal {
        vm.prank(investor);
        identity.addKey(keyOf(who), purpose, ECDSA_KEY);
    }

    function has(address who, uint256 purpose) internal view returns (bool) {
        return identity.keyHasPurpose(keyOf(who), purpose);
    }

    function expectNotFor(address who, uint256 purpose) internal {
        vm.expectRevert(abi.encodeWithSelector(IKeys.NotForThis.selector, who, purpose));
    }
}

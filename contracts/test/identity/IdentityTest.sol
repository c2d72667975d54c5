// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

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
        claimIssuer = new ClaimIssuer(owner);
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

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimIssuer} from "../../src/identity/ClaimIssuer.sol";
import {IdentityFactory} from "../../src/identity/IdentityFactory.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityContract} from "../../src/interfaces/IIdentityContract.sol";
import {IOnchainId, ITrexTrustedIssuers} from "./ITrex.sol";
import {TrexSuite} from "./TrexSuite.sol";

/// @dev Our identities and our claims in T-REX's registry and beside ONCHAINID's, both unmodified.
contract OwnIdentityTest is TrexSuite {
    uint256 private constant TOPIC = 1;

    IdentityFactory private identities = new IdentityFactory();
    ClaimIssuer private issuer;
    IIdentityContract private identity;
    address private carol = makeAddr("carol");
    uint256 private signerKey;

    function setUp() public override {
        super.setUp();
        issuer = new ClaimIssuer(owner, registry);
        address signer;
        (signer, signerKey) = makeAddrAndKey("our claim signer");
        uint256[] memory topics = new uint256[](1);
        topics[0] = TOPIC;
        vm.startPrank(owner);
        issuer.addKey(keyOf(signer), 3, 1);
        ITrexTrustedIssuers(address(trexRegistry.issuersRegistry())).addTrustedIssuer(address(issuer), topics);
        vm.stopPrank();
        vm.prank(mirror);
        identity = identities.deploy(registry, "carol", carol);
        vm.prank(agent);
        trexRegistry.registerIdentity(carol, IIdentity(address(identity)), 276);
    }

    function sign(uint256 key, address of_, bytes memory data) private pure returns (bytes memory) {
        bytes32 claim = keccak256(abi.encode(of_, TOPIC, data));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", claim)));
        return abi.encodePacked(r, s, v);
    }

    function give(uint256 ends) private returns (bytes memory signature) {
        bytes memory data = abi.encode(ends, keccak256("what was verified"));
        signature = sign(signerKey, address(identity), data);
        vm.prank(mirror);
        identity.addClaim(TOPIC, 1, address(issuer), signature, data, "");
    }

    function testVerifiedByOurIdentityAndOurClaimUntilItIsTakenBack() public {
        assertFalse(trexRegistry.isVerified(carol));
        bytes memory signature = give(0);
        assertTrue(trexRegistry.isVerified(carol));
        mint(carol, 10);
        transfer(carol, bob, 1);
        vm.prank(owner);
        issuer.revokeClaimBySignature(signature);
        assertFalse(trexRegistry.isVerified(carol));
        vm.expectRevert("Transfer not possible");
        transfer(bob, carol, 1);
    }

    function testVerifiedUntilOurClaimEnds() public {
        give(NOW + 10);
        assertTrue(trexRegistry.isVerified(carol));
        vm.warp(NOW + 10);
        assertFalse(trexRegistry.isVerified(carol));
    }

    // --------------------------------------------------------- as the register keeps them

    function keep(address wallet, uint8 purposes) private {
        vm.prank(mirror);
        identities.keepKeys(registry, abi.encodePacked(bytes32("erin"), wallet, purposes));
    }

    function addClaim(uint16 version) private {
        bytes32 content = keccak256("what was verified");
        address of_ = address(identities.identityOf(registry, "erin"));
        bytes memory signature = sign(signerKey, of_, abi.encode(0, version, content));
        vm.prank(mirror);
        identities.addClaims(
            registry, abi.encodePacked(bytes32("erin"), issuer, TOPIC, uint40(0), version, content, signature)
        );
    }

    /// @dev An investor whom the register alone has ever dealt with.
    function registerErin() private returns (address erin, address of_) {
        erin = makeAddr("erin");
        keep(erin, 6);
        addClaim(1);
        of_ = address(identities.identityOf(registry, "erin"));
        vm.prank(agent);
        trexRegistry.registerIdentity(erin, IIdentity(of_), 276);
    }

    function testVerifiedByWhatTheRegisterKeepsUntilItIsDeniedAndByANewerClaimAgain() public {
        (address erin, address of_) = registerErin();
        assertTrue(trexRegistry.isVerified(erin));
        vm.prank(mirror);
        issuer.denyClaims(abi.encodePacked(of_, TOPIC, uint16(1)));
        assertFalse(trexRegistry.isVerified(erin));
        addClaim(1);
        assertFalse(trexRegistry.isVerified(erin));
        addClaim(2);
        assertTrue(trexRegistry.isVerified(erin));
    }

    function testClaimsStayWhenAWalletIsLost() public {
        (address erin, address of_) = registerErin();
        mint(erin, 10);
        address found = makeAddr("erin's new wallet");
        keep(erin, 0);
        keep(found, 6);
        vm.prank(agent);
        token.recoveryAddress(erin, found, of_);
        assertEq(token.balanceOf(found), 10);
        assertEq(address(trexRegistry.identity(found)), of_);
        assertTrue(trexRegistry.isVerified(found));
        assertFalse(IIdentityContract(of_).keyHasPurpose(keyOf(erin), 1));
    }

    // --------------------------------------------------------------- beside ONCHAINID's

    function testOnchainIdTakesOurClaims() public {
        address theirs = identityFor("dave", carol);
        bytes memory data = abi.encode(uint256(0), keccak256("what was verified"));
        bytes memory signature = sign(signerKey, theirs, data);
        vm.prank(carol);
        IOnchainId(theirs).addClaim(TOPIC, 1, address(issuer), signature, data, "");
        vm.prank(agent);
        trexRegistry.registerIdentity(makeAddr("dave"), IIdentity(theirs), 276);
        assertTrue(trexRegistry.isVerified(makeAddr("dave")));
    }

    function testOurIdentityTakesOnchainIdsClaims() public {
        (, uint256 theirSigner) = makeAddrAndKey("claim signer");
        bytes memory data = "verified";
        bytes memory signature = sign(theirSigner, address(identity), data);
        vm.prank(mirror);
        identity.addClaim(TOPIC, 1, address(claimIssuer), signature, data, "");
        assertTrue(trexRegistry.isVerified(carol));
        vm.prank(owner);
        claimIssuer.revokeClaimBySignature(signature);
        assertFalse(trexRegistry.isVerified(carol));
    }

    /// @dev T-REX's token asks the identity whether the new wallet may manage it.
    function testATokenRecoversToAWalletOfOurIdentity() public {
        give(0);
        mint(carol, 10);
        address found = makeAddr("carol's new wallet");
        vm.prank(mirror);
        identity.replaceKey(keyOf(carol), keyOf(found));
        vm.prank(agent);
        token.recoveryAddress(carol, found, address(identity));
        assertEq(token.balanceOf(found), 10);
        assertEq(address(trexRegistry.identity(found)), address(identity));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimIssuer} from "../../src/identity/ClaimIssuer.sol";
import {IClaimIssuer} from "../../src/interfaces/IClaimIssuer.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IKeys} from "../../src/interfaces/IKeys.sol";
import {IdentityTest} from "./IdentityTest.sol";

contract ClaimIssuerTest is IdentityTest {
    function valid(uint256 topic, bytes memory signature, bytes memory data) private view returns (bool) {
        return claimIssuer.isClaimValid(IIdentity(address(identity)), topic, signature, data);
    }

    function testAClaimIsOfItsIdentityItsTopicAndItsData() public view {
        bytes memory data = claimData(0);
        bytes memory signature = signed(address(identity), KYC, data);
        assertTrue(valid(KYC, signature, data));
        assertFalse(valid(KYC + 1, signature, data));
        assertFalse(valid(KYC, signature, claimData(NOW + 1)));
        assertFalse(claimIssuer.isClaimValid(IIdentity(investor), KYC, signature, data));
    }

    function testAClaimEnds() public {
        bytes memory data = claimData(NOW + 10);
        bytes memory signature = signed(address(identity), KYC, data);
        vm.warp(NOW + 9);
        assertTrue(valid(KYC, signature, data));
        vm.warp(NOW + 10);
        assertFalse(valid(KYC, signature, data));
    }

    function testAClaimThatDoesNotSayWhenItEndsIsNone() public view {
        bytes memory data = "verified";
        assertFalse(valid(KYC, signed(address(identity), KYC, data), data));
    }

    function testOnlySignersSign() public {
        bytes memory data = claimData(0);
        (address another, uint256 key) = makeAddrAndKey("another signer");
        bytes memory signature = signedBy(key, address(identity), KYC, data);
        assertFalse(valid(KYC, signature, data));
        vm.startPrank(owner);
        claimIssuer.addKey(keyOf(another), CLAIM, ECDSA_KEY);
        assertTrue(valid(KYC, signature, data));
        claimIssuer.removeKey(keyOf(another), CLAIM);
        vm.stopPrank();
        assertFalse(valid(KYC, signature, data), "what a key signed goes with it");
    }

    function testAClaimIsTakenBack() public {
        bytes memory data = claimData(0);
        bytes memory signature = signed(address(identity), KYC, data);
        bytes32 id = give(KYC, data);
        vm.expectEmit(address(claimIssuer));
        emit IClaimIssuer.ClaimRevoked(signature);
        vm.prank(owner);
        claimIssuer.revokeClaim(id, address(identity));
        assertTrue(claimIssuer.isClaimRevoked(signature));
        assertFalse(valid(KYC, signature, data));
        vm.expectRevert(abi.encodeWithSelector(IClaimIssuer.AlreadyRevoked.selector, signature));
        vm.prank(owner);
        claimIssuer.revokeClaimBySignature(signature);
    }

    /// @dev Its holder may have put it away, and may bring it back.
    function testWhatIsNotHeldIsNotTakenBackInVain() public {
        bytes32 id = give(KYC, claimData(0));
        vm.prank(mirror);
        identity.removeClaim(id);
        vm.expectRevert(abi.encodeWithSelector(IClaimIssuer.NothingToRevoke.selector, id, address(identity)));
        vm.prank(owner);
        claimIssuer.revokeClaim(id, address(identity));
    }

    function testOnlyManagersTakeBack() public {
        bytes memory signature = signed(address(identity), KYC, claimData(0));
        vm.startPrank(signer);
        expectNotFor(signer, MANAGEMENT);
        claimIssuer.revokeClaimBySignature(signature);
        expectNotFor(signer, MANAGEMENT);
        claimIssuer.revokeClaim(claimId(address(claimIssuer), KYC), address(identity));
        vm.stopPrank();
    }

    /// @dev Of each signature anybody can make another one that recovers to the same signer.
    function testTheOtherFormOfASignatureIsNone() public view {
        bytes memory data = claimData(0);
        bytes memory signature = signed(address(identity), KYC, data);
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint8 v = uint8(signature[64]);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes memory mirrored = abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        assertFalse(valid(KYC, mirrored, data));
        bytes memory compact = abi.encodePacked(r, uint256(s) | (v == 28 ? 1 << 255 : 0));
        assertFalse(valid(KYC, compact, data));
        assertFalse(valid(KYC, "", data));
        assertFalse(valid(KYC, bytes.concat(signature, hex"00"), data));
    }

    function testNobodyManagesAnIssuerOfNobodys() public {
        vm.expectRevert(IKeys.ZeroKey.selector);
        new ClaimIssuer(address(0), registry);
    }
}

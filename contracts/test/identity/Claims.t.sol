// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC735} from "../../src/interfaces/IERC735.sol";
import {IIdentityContract} from "../../src/interfaces/IIdentityContract.sol";
import {IdentityTest} from "./IdentityTest.sol";

contract ClaimsTest is IdentityTest {
    uint256 private constant AML = 2;

    function testAClaimIsKeptWhole() public {
        bytes memory data = claimData(0);
        bytes memory signature = signed(address(identity), KYC, data);
        bytes32 id = claimId(address(claimIssuer), KYC);
        vm.expectEmit(address(identity));
        emit IERC735.ClaimAdded(id, KYC, 1, address(claimIssuer), signature, data, "https://claims.example/1");
        vm.prank(mirror);
        identity.addClaim(KYC, 1, address(claimIssuer), signature, data, "https://claims.example/1");

        (uint256 topic, uint256 scheme, address issuer, bytes memory kept, bytes memory of_, string memory uri) =
            identity.getClaim(id);
        assertEq(topic, KYC);
        assertEq(scheme, 1);
        assertEq(issuer, address(claimIssuer));
        assertEq(kept, signature);
        assertEq(of_, data);
        assertEq(uri, "https://claims.example/1");
        assertEq(identity.getClaimIdsByTopic(KYC).length, 1);
        assertEq(identity.getClaimIdsByTopic(KYC)[0], id);
        assertEq(identity.getClaimIdsByTopic(AML).length, 0);
    }

    /// @dev The identity's own claims are nobody else's to judge, so anything may be in them.
    function testFuzzAnyClaimIsKeptWhole(
        uint256 topic,
        uint32 scheme,
        bytes memory signature,
        bytes memory data,
        string memory uri
    ) public {
        addKey(friend, CLAIM);
        vm.prank(friend);
        bytes32 id = identity.addClaim(topic, scheme, address(identity), signature, data, uri);
        (uint256 a, uint256 b, address c, bytes memory d, bytes memory e, string memory f) = identity.getClaim(id);
        assertEq(abi.encode(a, b, c, d, e, f), abi.encode(topic, scheme, address(identity), signature, data, uri));
    }

    function testNothingIsWhereNoClaimIs() public view {
        (uint256 topic,, address issuer, bytes memory signature,,) = identity.getClaim(claimId(signer, KYC));
        assertEq(topic, 0);
        assertEq(issuer, address(0));
        assertEq(signature.length, 0);
    }

    function testAnIssuersNextClaimTakesThePlaceOfItsLast() public {
        bytes32 id = give(KYC, claimData(0));
        bytes memory data = claimData(NOW + 10);
        bytes memory signature = signed(address(identity), KYC, data);
        vm.expectEmit(address(identity));
        emit IERC735.ClaimChanged(id, KYC, 1, address(claimIssuer), signature, data, "");
        give(KYC, data);
        assertEq(identity.getClaimIdsByTopic(KYC).length, 1);
        (,,,, bytes memory kept,) = identity.getClaim(id);
        assertEq(kept, data);
    }

    function testAClaimGoes() public {
        bytes32 kyc = give(KYC, claimData(0));
        bytes32 aml = give(AML, claimData(0));
        bytes memory signature = signed(address(identity), KYC, claimData(0));
        vm.expectEmit(address(identity));
        emit IERC735.ClaimRemoved(kyc, KYC, 1, address(claimIssuer), signature, claimData(0), "");
        vm.prank(mirror);
        identity.removeClaim(kyc);
        assertEq(identity.getClaimIdsByTopic(KYC).length, 0);
        assertEq(identity.getClaimIdsByTopic(AML)[0], aml);
        vm.prank(mirror);
        identity.removeClaim(aml);
        assertEq(identity.getClaimIdsByTopic(AML).length, 0);
        vm.expectRevert(abi.encodeWithSelector(IIdentityContract.NoSuchClaim.selector, aml));
        identity.removeClaim(aml);
    }

    function testItsIssuerTakesAClaimAway() public {
        bytes32 id = give(KYC, claimData(0));
        expectNotFor(stranger, CLAIM);
        vm.prank(stranger);
        identity.removeClaim(id);
        vm.prank(owner);
        claimIssuer.execute(address(identity), 0, abi.encodeCall(IERC735.removeClaim, (id)));
        assertEq(identity.getClaimIdsByTopic(KYC).length, 1, "the issuer's manager is no action key of it");
        vm.startPrank(owner);
        claimIssuer.addKey(keyOf(owner), ACTION, ECDSA_KEY);
        claimIssuer.execute(address(identity), 0, abi.encodeCall(IERC735.removeClaim, (id)));
        vm.stopPrank();
        assertEq(identity.getClaimIdsByTopic(KYC).length, 0);
    }

    function testNobodyElseAdds() public {
        bytes memory signature = signed(address(identity), KYC, claimData(0));
        expectNotFor(stranger, CLAIM);
        vm.prank(stranger);
        identity.addClaim(KYC, 1, address(claimIssuer), signature, claimData(0), "");
        expectNotFor(investor, CLAIM);
        vm.prank(investor);
        identity.addClaim(KYC, 1, address(claimIssuer), signature, claimData(0), "");
    }

    function testWhatItsIssuerDoesNotStandByIsRefused() public {
        bytes memory signature = signed(address(identity), AML, claimData(0));
        vm.expectRevert(abi.encodeWithSelector(IIdentityContract.InvalidClaim.selector, address(claimIssuer), KYC));
        vm.prank(mirror);
        identity.addClaim(KYC, 1, address(claimIssuer), signature, claimData(0), "");
        vm.expectRevert(abi.encodeWithSelector(IIdentityContract.SchemeOutOfRange.selector, 1 << 32));
        signature = signed(address(identity), KYC, claimData(0));
        vm.prank(mirror);
        identity.addClaim(KYC, 1 << 32, address(claimIssuer), signature, claimData(0), "");
    }
}

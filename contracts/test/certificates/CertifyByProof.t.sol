// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CertificateRegistry} from "../../src/certificates/CertificateRegistry.sol";
import {ICertificateRegistry} from "../../src/interfaces/ICertificateRegistry.sol";
import {ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {IRequirements} from "../../src/interfaces/IRequirements.sol";
import {Certificate, Certificates} from "./Certificate.sol";
import {CertificateTest} from "./CertificateTest.sol";

/// @dev Gives the expiry that the proof holds, once: it uses proofs up.
contract PlainVerifier is ICertificateVerifier {
    error UsedUp(bytes proof);

    event Asked(address holder, uint256 id, uint256 requirementVersion, bytes proof);

    mapping(bytes32 => bool) private _used;

    function verify(address holder, uint256 id, uint256 requirementVersion, bytes calldata proof)
        external
        returns (uint256)
    {
        emit Asked(holder, id, requirementVersion, proof);
        require(!_used[keccak256(proof)], UsedUp(proof));
        _used[keccak256(proof)] = true;
        return abi.decode(proof, (uint256));
    }
}

/// @dev Answers with the bytes of the proof, whatever they are.
contract OddVerifier {
    fallback(bytes calldata question) external returns (bytes memory) {
        (,,, bytes memory proof) = abi.decode(question[4:], (address, uint256, uint256, bytes));
        return proof;
    }
}

/// @dev The admin's own contract, which does as the proof says while it is asked.
contract MeddlingVerifier is ICertificateVerifier {
    CertificateRegistry private immutable _registry;

    constructor(CertificateRegistry registry) {
        _registry = registry;
    }

    function accept() external {
        _registry.acceptOwnership();
    }

    function verify(address, uint256, uint256, bytes calldata proof) external returns (uint256) {
        (bool done, bytes memory reason) = address(_registry).call(proof);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        return block.timestamp + 1 days;
    }
}

contract CertifyByProofTest is CertificateTest {
    using Certificates for Certificate;

    PlainVerifier private verifier = new PlainVerifier();

    function setUp() public override {
        super.setUp();
        setVerifier(verifier);
    }

    function testAHolder() public {
        setRequirements(ID, requirements("<", 1));
        bytes memory given = abi.encode(NOW + 10);
        vm.expectEmit(address(verifier));
        emit PlainVerifier.Asked(holder, ID, 2, given);
        expectIssued(holder, proven(0, NOW + 10, 2));
        prove(given);
        assertStored(holder, proven(0, NOW + 10, 2));
        assertTrue(verified(holder));
        vm.warp(NOW + 10);
        assertFalse(verified(holder));
    }

    /// @dev Nobody else is certified by it.
    function testTheCallerAlone() public {
        prove(abi.encode(NOW + 10));
        assertFalse(verified(address(this)));
        assertFalse(verified(address(verifier)));
        assertFalse(registry.isVerified(holder, UNKNOWN));
    }

    function testARenewalMovesNoVersion() public {
        upsert(holder, approval(5));
        expectRenewed(holder, proven(5, NOW + 10, 1));
        prove(abi.encode(NOW + 10));
        assertStored(holder, proven(5, NOW + 10, 1));
        upsert(holder, approval(5));
        assertTrue(stored(holder).byProof);
        upsert(holder, approval(6));
        assertStored(holder, approval(6));
    }

    function testAnExpiredCertificateIsRenewed() public {
        prove(abi.encode(NOW + 10));
        vm.warp(NOW + 10);
        prove(abi.encode(NOW + 20));
        assertTrue(verified(holder));
    }

    /// @dev Whoever revoked, and whether or not there was a certificate.
    function testNoProofLiftsARevocation() public {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 before = vm.snapshotState();
            if (i % 2 == 0) certify(holder);
            if (i < 2) revoke(holder);
            else deny(holder, 0);
            vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.HolderRevoked.selector, holder, ID));
            vm.prank(holder);
            registry.certifyByProof(ID, abi.encode(NOW + 10));
            assertFalse(verified(holder));
            certify(holder);
            prove(abi.encode(NOW + 10));
            assertTrue(verified(holder));
            vm.revertToState(before);
        }
    }

    /// @dev The past, this moment, never, and what does not fit.
    function testOnlyAnExpiryToCome() public {
        uint256[6] memory others = [0, 1, NOW - 1, NOW, LAST_EXPIRY + 1, type(uint256).max];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.InvalidExpiry.selector, others[i]));
            vm.prank(holder);
            registry.certifyByProof(ID, abi.encode(others[i]));
        }
        prove(abi.encode(LAST_EXPIRY));
        assertEq(stored(holder).expiry, LAST_EXPIRY);
    }

    /// @dev For the verifier's own reason, which leaves the proof as it was.
    function testWhatTheVerifierRefuses() public {
        prove(abi.encode(NOW + 10));
        vm.expectRevert(abi.encodeWithSelector(PlainVerifier.UsedUp.selector, abi.encode(NOW + 10)));
        vm.prank(stranger);
        registry.certifyByProof(ID, abi.encode(NOW + 10));
        assertFalse(verified(stranger));

        deny(stranger, 0);
        vm.expectRevert();
        vm.prank(stranger);
        registry.certifyByProof(ID, abi.encode(NOW + 20));
        prove(abi.encode(NOW + 20));
    }

    /// @dev I12: only an expiry is one.
    function testNonsenseCertifiesNobody() public {
        setVerifier(ICertificateVerifier(address(new OddVerifier())));
        bytes[4] memory answers = [bytes(""), hex"01", new bytes(31), abi.encode(true)];
        for (uint256 i = 0; i < answers.length; ++i) {
            vm.expectRevert();
            vm.prank(holder);
            registry.certifyByProof(ID, answers[i]);
        }
        prove(abi.encode(NOW + 10));

        setVerifier(ICertificateVerifier(makeAddr("no contract")));
        vm.expectRevert();
        vm.prank(stranger);
        registry.certifyByProof(ID, "");
        assertFalse(verified(stranger));
    }

    function testNobodyJudges() public {
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.NoVerifier.selector, UNKNOWN));
        registry.certifyByProof(UNKNOWN, "");
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.NoVerifier.selector, ID + 2 ** 96));
        registry.certifyByProof(ID + 2 ** 96, "");
        prove(abi.encode(NOW + 10));
        setVerifier(ICertificateVerifier(address(0)));
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.NoVerifier.selector, ID));
        vm.prank(stranger);
        registry.certifyByProof(ID, abi.encode(NOW + 20));
        assertTrue(verified(holder), "what was certified stays so");
    }

    function testAnIdWithoutRequirements() public {
        vm.prank(owner);
        registry.setVerifier(UNKNOWN, verifier);
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.NoRequirements.selector, UNKNOWN));
        registry.certifyByProof(UNKNOWN, abi.encode(NOW + 10));
    }

    /// @dev What happens while the verifier is asked counts, even if the verifier is the admin itself.
    function testARevocationWhileTheVerifierIsAsked() public {
        MeddlingVerifier meddler = meddling();
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.HolderRevoked.selector, holder, ID));
        vm.prank(holder);
        registry.certifyByProof(ID, abi.encodeCall(registry.revoke, (holder, ID)));

        assertEq(registry.recordOf(holder, ID), 0);
        prove(abi.encodeWithSignature("certify(address,uint256)", holder, ID));
        assertEq(stored(holder).version, 1, "the version that it raised is kept");
        assertFalse(verified(address(meddler)));
    }

    function testAVerifierThatCallsBackCertifiesAtMostItself() public {
        MeddlingVerifier meddler = meddling();
        bytes memory inner = abi.encodeCall(registry.isVerified, (holder, ID));
        prove(abi.encodeCall(registry.certifyByProof, (ID, inner)));
        assertTrue(verified(holder));
        assertTrue(verified(address(meddler)), "it was the caller, and its verifier said yes");
    }

    function testSetVerifier() public {
        vm.expectEmit(address(registry));
        emit ICertificateRegistry.VerifierSet(UNKNOWN, verifier);
        vm.prank(owner);
        registry.setVerifier(UNKNOWN, verifier);
        assertEq(address(registry.verifierOf(UNKNOWN)), address(verifier));

        vm.expectRevert(abi.encodeWithSelector(IRequirements.IdOutOfRange.selector, LAST_ID + 1));
        vm.prank(owner);
        registry.setVerifier(LAST_ID + 1, verifier);
        expectNotOwner();
        vm.prank(mirror);
        registry.setVerifier(ID, verifier);
    }

    function setVerifier(ICertificateVerifier given) private {
        vm.prank(owner);
        registry.setVerifier(ID, given);
    }

    function meddling() private returns (MeddlingVerifier meddler) {
        meddler = new MeddlingVerifier(registry);
        setVerifier(meddler);
        vm.prank(owner);
        registry.transferOwnership(address(meddler));
        meddler.accept();
    }

    function prove(bytes memory proof) private {
        vm.prank(holder);
        assertTrue(registry.certifyByProof(ID, proof));
    }

    function proven(uint16 version, uint256 expiry, uint32 requirementVersion)
        private
        pure
        returns (Certificate memory c)
    {
        (c.version, c.expiry, c.requirementVersion) = (version, uint64(expiry), requirementVersion);
        (c.certified, c.byProof) = (true, true);
    }
}

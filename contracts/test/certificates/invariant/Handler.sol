// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {CertificateRegistry} from "../../../src/certificates/CertificateRegistry.sol";
import {ICertificateVerifier} from "../../../src/interfaces/ICertificateVerifier.sol";
import {IERC5851Draft} from "../../../src/interfaces/IERC5851Draft.sol";
import {Certificate, Certificates} from "../Certificate.sol";

/// @dev Acts as admin, mirror, verifier and holders on a few certificates, and remembers what the invariants need:
/// whether a step broke a rule that only the step itself can see.
contract Handler is Test, ICertificateVerifier {
    using Certificates for Certificate;

    CertificateRegistry public immutable registry = new CertificateRegistry(address(this));
    address[] public holders;
    uint256[] public ids = [0, 1, 2 ** 96 - 1];
    bool public versionFell;
    bool public denialIgnored;
    bool public revocationOvertaken;
    bool public proofMovedVersion;

    /// @dev Who was revoked, and nobody entitled to certified again since.
    mapping(uint256 tokenId => bool) public barred;

    constructor() {
        registry.addMirror(address(this));
        for (uint256 i = 1; i <= 3; ++i) {
            holders.push(vm.addr(i));
        }
        change(0, false);
        change(1, false);
        registry.setVerifier(0, this);
        registry.setVerifier(2, this);
    }

    modifier keepsVersions() {
        uint256[] memory before = registry.recordsOf(tokens());
        _;
        uint256[] memory later = registry.recordsOf(tokens());
        for (uint256 i = 0; i < later.length; ++i) {
            if (Certificates.unpack(later[i]).version < Certificates.unpack(before[i]).version) versionFell = true;
        }
    }

    function upsert(uint256 index, uint256 word, int16 step, uint8 mode) external keepsVersions {
        (address holder, uint256 id) = pick(index);
        Certificate memory stored = Certificates.unpack(registry.recordOf(holder, id));
        Certificate memory c = Certificates.unpack(word);
        c.reserved = 0;
        c.requirementVersion %= 4;
        c.expiry = mode & 1 == 0 ? 0 : uint64(block.timestamp + c.expiry % 3 days);
        if (mode & 6 != 0) (c.certified, c.revoked) = (true, false);
        int256 version = int256(uint256(stored.version)) + (step % 64);
        c.version = uint16(uint256(version < 0 ? int256(0) : version));
        registry.upsert("head", abi.encodePacked(uint96(id), holder, c.pack()));

        if (c.certified && !c.revoked) {
            if (c.version > stored.version) allow(holder, id);
        } else {
            bar(holder, id);
        }
        check(holder, id);
    }

    function deny(uint256 index, uint16 version) external keepsVersions {
        (address holder, uint256 id) = pick(index);
        registry.deny("head", abi.encodePacked(uint96(id), holder, version));
        bar(holder, id);
    }

    function certify(uint256 index, uint40 term) external keepsVersions {
        (address holder, uint256 id) = pick(index);
        uint40 expiry = term % 4 == 0 ? 0 : uint40(block.timestamp + term % 3 days);
        try registry.certify(holder, id, expiry) {
            allow(holder, id);
        } catch {}
        check(holder, id);
    }

    function revoke(uint256 index) external keepsVersions {
        (address holder, uint256 id) = pick(index);
        registry.revoke(holder, id);
        bar(holder, id);
    }

    function prove(uint256 index, uint256 expiry, uint8 mode) external keepsVersions {
        (address holder, uint256 id) = pick(index);
        uint16 version = Certificates.unpack(registry.recordOf(holder, id)).version;
        if (mode % 4 != 0) expiry = block.timestamp + expiry % 3 days;
        vm.prank(holder);
        try registry.certifyByProof(id, abi.encode(expiry, mode % 16 == 5)) {} catch {}
        if (Certificates.unpack(registry.recordOf(holder, id)).version != version) proofMovedVersion = true;
        check(holder, id);
    }

    /// @dev Some of the time the admin revokes the holder while its proof is judged.
    function verify(address holder, uint256 id, uint256, bytes calldata proof) external returns (uint256) {
        // The campaign calls it too.
        if (msg.sender != address(registry)) return 0;
        (uint256 expiry, bool meddles) = abi.decode(proof, (uint256, bool));
        if (meddles) registry.revoke(holder, id);
        return expiry;
    }

    function change(uint256 index, bool withBytes) public {
        uint256 id = ids[index % 2];
        IERC5851Draft.Requirement[] memory list = new IERC5851Draft.Requirement[](1);
        list[0].logic = unicode"⊂";
        list[0].expectation.uintValue = index;
        if (withBytes) list[0].expectation.bytesValue = "bytes";
        registry.changeStandardRequirement(id, list);
    }

    function pass(uint32 time) external {
        vm.warp(block.timestamp + time % 2 days);
    }

    function tokens() public view returns (uint256[] memory all) {
        all = new uint256[](holders.length * ids.length);
        for (uint256 i = 0; i < all.length; ++i) {
            (address holder, uint256 id) = pick(i);
            all[i] = registry.tokenIdOf(holder, id);
        }
    }

    function pick(uint256 index) public view returns (address, uint256) {
        return (holders[index % holders.length], ids[index / holders.length % ids.length]);
    }

    function allow(address holder, uint256 id) private {
        barred[registry.tokenIdOf(holder, id)] = false;
    }

    function bar(address holder, uint256 id) private {
        barred[registry.tokenIdOf(holder, id)] = true;
        if (registry.isVerified(holder, id)) denialIgnored = true;
    }

    function check(address holder, uint256 id) private {
        if (barred[registry.tokenIdOf(holder, id)] && registry.isVerified(holder, id)) revocationOvertaken = true;
    }
}

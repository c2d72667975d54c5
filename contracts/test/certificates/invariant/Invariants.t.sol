// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {CertificateRegistry} from "../../../src/certificates/CertificateRegistry.sol";
import {Certificate, Certificates} from "../Certificate.sol";
import {Handler} from "./Handler.sol";

contract CertificateInvariantsTest is Test {
    Handler private handler;
    CertificateRegistry private registry;

    function setUp() public {
        vm.warp(1_790_000_000);
        handler = new Handler();
        registry = handler.registry();
        targetContract(address(handler));
    }

    /// @dev One campaign for all of them.
    function invariantCertificates() public view {
        assertSteps();
        uint256[] memory tokens = handler.tokens();
        for (uint256 i = 0; i < tokens.length; ++i) {
            assertCertificate(tokens[i]);
        }
        assertRequirements();
    }

    /// @dev I2, seen from each step.
    function assertSteps() private view {
        assertFalse(handler.versionFell(), "a version fell");
        assertFalse(handler.denialIgnored(), "a denial was ignored");
        assertFalse(handler.revocationOvertaken(), "a revoked holder was certified by nobody entitled to");
        assertFalse(handler.proofMovedVersion(), "a proof moved a version");
    }

    function assertCertificate(uint256 tokenId) private view {
        (address holder, uint256 id) = (address(uint160(tokenId)), tokenId >> 160);
        uint256 word = registry.recordOf(holder, id);
        Certificate memory c = Certificates.unpack(word);
        bool counts = c.certified && (c.expiry == 0 || block.timestamp < c.expiry);
        assertEq(registry.isVerified(holder, id), counts);
        assertEq(registry.ifVerified(holder, id), counts, "the families disagree");
        assertFalse(handler.barred(tokenId) && counts, "a revoked holder is certified");

        if (word != 0) assertTrue(c.certified != c.revoked, "neither certified nor revoked, or both");
        if (c.certified) {
            assertGt(c.requirementVersion, 0, "certified under no requirements");
            assertLe(c.requirementVersion, registry.requirementVersion(id), "certified under requirements to come");
        }
        assertEq(c.reserved, 0, "the reserved bits");
        assertEq(held(tokenId), c.certified);
    }

    /// @dev What one family can show, the other shows alike.
    function assertRequirements() private view {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 id = handler.ids(i);
            uint256 count = registry.standardRequirement(id).length;
            assertEq(count, registry.requirementVersion(id) == 0 ? 0 : 1);
            if (count != 0 && registry.standardRequirement(id)[0].expectation.bytesValue.length != 0) continue;
            assertEq(registry.standardClaim(id).length, count);
            if (count == 0) continue;
            assertEq(
                registry.standardClaim(id)[0].expectation.uintValue,
                registry.standardRequirement(id)[0].expectation.uintValue
            );
        }
    }

    function held(uint256 tokenId) private view returns (bool) {
        try registry.ownerOf(tokenId) returns (address holder) {
            return holder == address(uint160(tokenId)) && registry.locked(tokenId);
        } catch {
            return false;
        }
    }
}

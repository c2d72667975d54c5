// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Test.sol";
import {ICertificateRegistry} from "../../src/interfaces/ICertificateRegistry.sol";
import {IRequirements} from "../../src/interfaces/IRequirements.sol";
import {Certificate, Certificates} from "./Certificate.sol";
import {CertificateTest} from "./CertificateTest.sol";

contract CertifyTest is CertificateTest {
    using Certificates for Certificate;

    function testANewHolder() public {
        assertFalse(verified(holder));
        expectIssued(holder, approval(1));
        certify(holder);
        assertStored(holder, approval(1));
        assertTrue(verified(holder));
        assertFalse(registry.isVerified(stranger, ID));
        assertFalse(registry.isVerified(holder, UNKNOWN));
    }

    function testUntilItsExpiry() public {
        Certificate memory c = approval(1);
        c.expiry = uint64(NOW + 10);
        expectIssued(holder, c);
        vm.prank(owner);
        assertTrue(registry.certify(holder, ID, uint40(NOW + 10)));
        assertStored(holder, c);
        vm.warp(NOW + 9);
        assertTrue(verified(holder));
        vm.warp(NOW + 10);
        assertFalse(verified(holder));
    }

    function testExpiryZeroIsNever() public {
        vm.prank(owner);
        registry.certify(holder, ID, 0);
        assertStored(holder, approval(1));
        vm.warp(type(uint64).max);
        assertTrue(verified(holder));
    }

    /// @dev The next second after the last that fits must not be taken for an early one, or for a version.
    function testExpiries() public {
        uint40[4] memory refused = [uint40(1), uint40(NOW), uint40(LAST_EXPIRY + 1), type(uint40).max];
        for (uint256 i = 0; i < refused.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.InvalidExpiry.selector, refused[i]));
            vm.prank(owner);
            registry.certify(holder, ID, refused[i]);
        }
        vm.startPrank(owner);
        registry.certify(holder, ID, uint40(NOW + 1));
        registry.certify(holder, ID, uint40(LAST_EXPIRY));
        vm.stopPrank();
        assertEq(stored(holder).expiry, LAST_EXPIRY);
        assertEq(stored(holder).version, 2);
    }

    /// @dev The token is there already, and stays.
    function testARenewal() public {
        certify(holder);
        Certificate memory c = approval(2);
        c.expiry = uint64(NOW + 1 days);
        expectRenewed(holder, c);
        vm.recordLogs();
        vm.prank(owner);
        assertTrue(registry.certify(holder, ID, uint40(NOW + 1 days)));
        assertEq(vm.getRecordedLogs().length, 2);
        assertStored(holder, c);
    }

    function testTheAdminLiftsARevocation() public {
        certify(holder);
        revoke(holder);
        expectIssued(holder, approval(3));
        certify(holder);
        assertTrue(verified(holder));
    }

    /// @dev What was decided before the admin acted is stale.
    function testTheRegisterJudgesAfterTheAdmin() public {
        certify(holder);
        Certificate memory c = approval(1);
        c.expiry = uint64(NOW + 10);
        upsert(holder, c);
        assertStored(holder, approval(1));
        c.version = 2;
        upsert(holder, c);
        assertStored(holder, c);
    }

    function testAnIdWithoutRequirements() public {
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.NoRequirements.selector, UNKNOWN));
        vm.prank(owner);
        registry.certify(holder, UNKNOWN);
    }

    function testNobodyAtZero() public {
        vm.expectRevert(ICertificateRegistry.ZeroHolder.selector);
        vm.prank(owner);
        registry.certify(address(0), ID);
        assertFalse(verified(address(0)));
    }

    /// @dev Its token's id would be another certificate's.
    function testAnIdThatDoesNotFit() public {
        vm.expectRevert(abi.encodeWithSelector(IRequirements.IdOutOfRange.selector, ID + 2 ** 96));
        vm.prank(owner);
        registry.certify(holder, ID + 2 ** 96);
        certify(holder);
        assertFalse(registry.isVerified(holder, ID + 2 ** 96));
        assertFalse(registry.ifVerified(holder, ID + 2 ** 96));
    }

    function testTheLastId() public {
        setRequirements(LAST_ID, requirements("<", 1));
        vm.prank(owner);
        registry.certify(holder, LAST_ID);
        assertTrue(registry.isVerified(holder, LAST_ID));
        assertEq(registry.ownerOf(registry.tokenIdOf(holder, LAST_ID)), holder);
    }

    /// @dev Denials alone land when the versions are used up.
    function testAfterTheLastVersion() public {
        for (uint256 version = 4095; version <= 65_535; version += 4096) {
            upsert(holder, approval(uint16(version)));
        }
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.VersionsUsedUp.selector, holder, ID));
        vm.prank(owner);
        registry.certify(holder, ID);
        assertTrue(verified(holder));
        revoke(holder);
        assertFalse(verified(holder));
        assertEq(stored(holder).version, 65_535);
        revoke(holder);
    }

    function testFuzzOthersAreLeftAlone(address a, address b, uint96 id) public {
        vm.assume(a != address(0) && b != address(0) && (a != b || id != ID));
        if (id != ID) setRequirements(id, requirements("<", 1));
        certify(a);
        assertFalse(registry.isVerified(b, id));
        vm.prank(owner);
        registry.revoke(b, id);
        assertTrue(registry.isVerified(a, ID));
    }

    function testOnlyTheAdmin() public {
        address[2] memory others = [mirror, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            expectNotOwner();
            vm.prank(others[i]);
            registry.certify(holder, ID);
            expectNotOwner();
            vm.prank(others[i]);
            registry.certify(holder, ID, 0);
        }
    }

    function testTheEventsOfTheStandard() public {
        vm.recordLogs();
        certify(holder);
        revoke(holder);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[1].topics.length, 1);
        assertEq(logs[1].topics[0], 0x94f48536b7712948e7a0620c9c9bdf2cfd5e1b3d53db948b2068329dfe94d87a);
        assertEq(logs[1].data, abi.encode(holder, ID));
        assertEq(logs[5].topics.length, 1);
        assertEq(logs[5].topics[0], 0x713b90881ad62c4fa8ab6bd9197fa86481fc0c11b2edba60026514281b2dbac4);
        assertEq(logs[5].data, abi.encode(holder, ID));
    }
}

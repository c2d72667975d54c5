// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRegistry} from "../../src/interfaces/ICertificateRegistry.sol";
import {IRequirements} from "../../src/interfaces/IRequirements.sol";
import {Certificate, Certificates} from "./Certificate.sol";
import {CertificateTest} from "./CertificateTest.sol";

contract RevokeTest is CertificateTest {
    using Certificates for Certificate;

    function testAHolder() public {
        certify(holder);
        Certificate memory c = approval(2);
        (c.certified, c.revoked) = (false, true);
        expectEnded(holder, c);
        revoke(holder);
        assertStored(holder, c);
        assertFalse(verified(holder));
    }

    /// @dev It has a token, if no verdict: that ends too.
    function testAnExpiredHolder() public {
        vm.prank(owner);
        registry.certify(holder, ID, uint40(NOW + 1));
        vm.warp(NOW + 2);
        vm.expectEmit(address(registry));
        emit Transfer(holder, address(0), token(holder));
        revoke(holder);
    }

    /// @dev What the register decided before is stale, and no proof lifts it.
    function testWhoHoldsNoneIsBarred() public {
        Certificate memory c;
        (c.version, c.revoked) = (1, true);
        vm.expectEmit(address(registry));
        emit CertificateRecorded(holder, ID, c.pack());
        vm.expectEmit(address(registry));
        emit Revoked(holder, ID);
        vm.recordLogs();
        revoke(holder);
        assertEq(vm.getRecordedLogs().length, 2, "there is no token to end");
        assertStored(holder, c);
        upsert(holder, approval(1));
        assertFalse(verified(holder));
    }

    function testInAnIdThatDoesNotExist() public {
        vm.prank(owner);
        assertTrue(registry.revoke(holder, UNKNOWN));
        assertNotEq(registry.recordOf(holder, UNKNOWN), 0);
    }

    /// @dev The second one answers what the register decided after the first.
    function testTwice() public {
        revoke(holder);
        vm.expectEmit(address(registry));
        emit Revoked(holder, ID);
        revoke(holder);
        assertEq(stored(holder).version, 2);
        upsert(holder, approval(2));
        assertFalse(verified(holder));
    }

    function testANewerRecordOfTheRegisterLiftsIt() public {
        certify(holder);
        revoke(holder);
        upsert(holder, approval(3));
        assertTrue(verified(holder));
    }

    function testRefusals() public {
        vm.expectRevert(ICertificateRegistry.ZeroHolder.selector);
        vm.prank(owner);
        registry.revoke(address(0), ID);
        vm.expectRevert(abi.encodeWithSelector(IRequirements.IdOutOfRange.selector, LAST_ID + 1));
        vm.prank(owner);
        registry.revoke(holder, LAST_ID + 1);
        address[3] memory others = [mirror, stranger, holder];
        for (uint256 i = 0; i < others.length; ++i) {
            expectNotOwner();
            vm.prank(others[i]);
            registry.revoke(holder, ID);
        }
    }
}

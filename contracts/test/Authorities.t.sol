// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMirrorRole} from "../src/interfaces/IMirrorRole.sol";
import {IWalletRecords} from "../src/interfaces/IWalletRecords.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";
import {Word} from "./helpers/Word.sol";

contract AuthoritiesTest is RegistryTest {
    event AuthorityRestricted(uint8 indexed authority, uint32 restriction);
    event AuthorityReinstated(uint8 indexed authority, uint32 restriction);

    function testUnverifiesAllItsWalletsAtOnce(uint8 authority, uint8 other) public {
        authority = uint8(bound(authority, 1, 255));
        vm.assume(other != authority);
        address elsewhere = makeAddr("elsewhere");
        upsertBy(wallet, authority);
        upsertBy(elsewhere, other);

        vm.expectEmit(address(registry));
        emit RegisterHead(HEAD);
        vm.expectEmit(address(registry));
        emit AuthorityRestricted(authority, 1);
        restrictAuthority(authority, true);

        assertTrue(registry.isAuthorityRestricted(authority));
        assertFalse(registry.isAuthorityRestricted(other));
        assertFalse(registry.isVerified(wallet));
        assertTrue(registry.isVerified(elsewhere));
        assertFalse(registry.areVerified(wallet, elsewhere));
        assertTrue(registry.contains(wallet));

        vm.expectEmit(address(registry));
        emit AuthorityReinstated(authority, 1);
        restrictAuthority(authority, false);
        assertTrue(registry.isVerified(wallet));
        assertFalse(registry.isAuthorityRestricted(authority));
    }

    function testOneOfTwo() public {
        restrictAuthority(3, true);
        restrictAuthority(200, true);
        restrictAuthority(3, false);
        assertFalse(registry.isAuthorityRestricted(3));
        assertTrue(registry.isAuthorityRestricted(200));
    }

    function testAReinstatementLiftsNoLaterRestriction(uint8 authority) public {
        authority = uint8(bound(authority, 1, 255));
        restrictAuthority(authority, true);
        restrictAuthority(authority, true);
        assertEq(registry.restrictionOf(authority), 2);

        vm.prank(mirror);
        registry.liftRestriction(HEAD, authority, 1);
        assertTrue(registry.isAuthorityRestricted(authority));

        restrictAuthority(authority, false);
        assertFalse(registry.isAuthorityRestricted(authority));
        // What is lifted may be lifted again, which changes nothing.
        restrictAuthority(authority, false);
        assertFalse(registry.isAuthorityRestricted(authority));
    }

    function testTheOwnerCannotBeRestricted() public {
        vm.expectRevert(IWalletRecords.OwnerCannotBeRestricted.selector);
        vm.prank(mirror);
        registry.restrictAuthority(HEAD, 0);
        vm.expectRevert(IWalletRecords.OwnerCannotBeRestricted.selector);
        vm.prank(mirror);
        registry.liftRestriction(HEAD, 0, 0);
        assertFalse(registry.isAuthorityRestricted(0));
    }

    function testOnlyMirrors() public {
        vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, owner));
        vm.prank(owner);
        registry.restrictAuthority(HEAD, 1);
        vm.expectRevert(abi.encodeWithSelector(IMirrorRole.NotMirror.selector, owner));
        vm.prank(owner);
        registry.liftRestriction(HEAD, 1, 0);
    }

    function upsertBy(address who, uint8 authority) private {
        Word memory w = approval(1);
        w.authority = authority;
        upsert(who, w);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {KYCRegistrar} from "../../../src/KYCRegistrar.sol";
import {Follower} from "./Follower.sol";
import {Handler} from "./Handler.sol";

contract KYCRegistrarInvariantsTest is Test {
    Handler private handler;
    KYCRegistrar private registrar;
    Follower private follower;

    function setUp() public {
        vm.warp(1_790_000_000);
        handler = new Handler();
        (registrar, follower) = (handler.registrar(), handler.follower());
        targetContract(address(handler));
    }

    /// @dev One campaign for all of them.
    function invariantRegistrar() public view {
        assertSteps();
        assertInvestors();
        assertAddresses();
        assertAuthorities();
    }

    function assertSteps() private view {
        assertFalse(handler.unapprovedExecuted(), "a call was executed that too few had approved");
        assertFalse(handler.restrictedActed(), "a restricted signer or authority acted");
        assertFalse(handler.othersActedAsOwner(), "somebody else acted as the owner");
        assertFalse(handler.foreignCountryTouched(), "an authority acted outside its countries");
        assertFalse(handler.idChanged(), "an address changed its id");
        assertFalse(handler.countryChanged(), "an investor changed its country");
    }

    /// @dev The events alone tell every investor and the verdict on it (I4): so a restricted authority has no permitted
    /// investor.
    function assertInvestors() private view {
        (uint256 count,,) = follower.counts();
        for (uint256 i = 0; i < count; ++i) {
            bytes32 id = follower.investorIds(i);
            Follower.Investor memory one = follower.investor(id);
            assertEq(registrar.getCountry(id), one.country);
            assertEq(registrar.getRegion(id), one.region);
            assertEq(registrar.getRating(id), one.rating);
            assertEq(registrar.getExpires(id), one.expires);
            assertEq(registrar.isInvestorRestricted(id), one.restricted);
            assertEq(registrar.getInvestorAuthority(id), one.authority);
            bool permitted =
                block.timestamp < one.expires && !one.restricted && !follower.authority(one.authority).restricted;
            assertEq(registrar.isPermittedID(id), permitted);
        }
    }

    /// @dev No restricted address is permitted, nor one whose investor is not.
    function assertAddresses() private view {
        (,, uint256 count) = follower.counts();
        for (uint256 i = 0; i < count; ++i) {
            address addr = follower.addresses(i);
            bytes32 id = follower.idOf(addr);
            bool permitted = registrar.isPermittedID(id) && !follower.isRestricted(addr);
            assertEq(registrar.getID(addr), id);
            assertEq(registrar.isPermitted(addr), permitted);
            assertEq(registrar.isVerified(addr), permitted);
            assertEq(registrar.areVerified(addr, addr), permitted);
            if (registrar.isRegistered(id)) {
                (, bool[2] memory both,,) = registrar.getInvestors(addr, addr);
                assertTrue(both[0] == permitted && both[1] == permitted);
            }
        }
    }

    /// @dev An authority always has as many addresses as its threshold asks for, and they are as many as it counts.
    function assertAuthorities() private view {
        (, uint256 authorities, uint256 addresses) = follower.counts();
        assertEq(authorities, 3);
        for (uint256 i = 0; i < authorities; ++i) {
            bytes32 id = follower.authorityIds(i);
            Follower.Authority memory one = follower.authority(id);
            (uint8 index, uint32 addressCount, uint32 threshold, bool restricted) = registrar.getAuthority(id);
            assertEq(index, one.index);
            assertEq(threshold, one.threshold);
            assertEq(addressCount, one.addressCount);
            assertEq(restricted, one.restricted);
            assertEq(abi.encode(registrar.getAuthorityCountries(id)), abi.encode(one.countries));
            assertGe(addressCount, threshold);

            uint256 active = 0;
            for (uint256 j = 0; j < addresses; ++j) {
                address addr = follower.addresses(j);
                if (follower.idOf(addr) == id && !follower.isRestricted(addr)) ++active;
            }
            assertEq(addressCount, active);
        }
    }
}

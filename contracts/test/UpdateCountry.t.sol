// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentityRegistry} from "../src/interfaces/IIdentityRegistry.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";
import {Word} from "./helpers/Word.sol";

contract UpdateCountryTest is RegistryTest {
    function testChangesTheCountry(uint16 country) public {
        country = uint16(bound(country, 0, 1023));
        vm.assume(country != 276);
        upsert(wallet, approval(1));

        Word memory expected = approval(1);
        expected.country = country;
        expected.provisional = true;
        expected.expiry = uint64(NOW + 1 days);
        expectRecorded(wallet, expected);
        vm.expectEmit(address(registry));
        emit CountryUpdated(wallet, country);
        update(wallet, country);
        assertEq(registry.investorCountry(wallet), country);
    }

    function testCountsUntilTheTermEnds() public {
        upsert(wallet, approval(1));
        update(wallet, 840);
        vm.warp(NOW + 1 days - 1);
        assertTrue(registry.isVerified(wallet));
        vm.warp(NOW + 1 days);
        assertFalse(registry.isVerified(wallet));
        upsert(wallet, approval(2));
        assertTrue(registry.isVerified(wallet));
    }

    function testOutOfRange() public {
        upsert(wallet, approval(1));
        vm.expectRevert(abi.encodeWithSelector(IIdentityRegistry.CountryOutOfRange.selector, 1024));
        update(wallet, 1024);
    }

    function testNotStored() public {
        vm.expectRevert(NOT_STORED);
        update(wallet, 1);
        vm.expectRevert(ZERO_ARGUMENT);
        update(address(0), 1);
    }

    function testOnlyAgents() public {
        upsert(wallet, approval(1));
        vm.expectRevert(NOT_AGENT);
        registry.updateCountry(wallet, 1);
    }

    function update(address who, uint16 country) private {
        vm.prank(agent);
        registry.updateCountry(who, country);
    }
}

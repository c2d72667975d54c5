// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../src/interfaces/IERC3643IdentityRegistry.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";

contract AgentTermTest is RegistryTest {
    event AgentTermSet(uint40 term);

    uint40 private constant UNLIMITED = type(uint40).max;

    function testOneDayByDefault() public {
        assertEq(registry.agentTerm(), 1 days);
        register(wallet);
        vm.warp(NOW + 1 days - 1);
        assertTrue(registry.isVerified(wallet));
        vm.warp(NOW + 1 days);
        assertFalse(registry.isVerified(wallet));
        assertTrue(registry.contains(wallet));
    }

    function testZeroNeverCounts() public {
        setTerm(0);
        register(wallet);
        assertTrue(registry.contains(wallet));
        assertFalse(registry.isVerified(wallet));
    }

    function testZeroEndsWhatAnAgentChanges() public {
        upsert(wallet, approval(1));
        setTerm(0);
        vm.prank(agent);
        registry.updateCountry(wallet, 840);
        assertFalse(registry.isVerified(wallet));
    }

    function testUnlimited() public {
        setTerm(UNLIMITED);
        register(wallet);
        assertEq(stored(wallet).expiry, 0);
        assertTrue(stored(wallet).provisional);
        vm.prank(agent);
        registry.updateIdentity(wallet, IIdentity(stranger));
        assertEq(stored(wallet).expiry, 0);
        vm.warp(NOW + 36_500 days);
        assertTrue(registry.isVerified(wallet));
    }

    function testAnyTermFits(uint40 term) public {
        setTerm(term);
        register(wallet);
        uint256 until = NOW + term > 2 ** 34 - 1 ? 2 ** 34 - 1 : NOW + term;
        assertEq(stored(wallet).expiry, term == UNLIMITED ? 0 : until);
        assertEq(stored(wallet).country, 276);
        assertEq(stored(wallet).accreditationExpiry, 0);
    }

    function testHoldsFromNowOn() public {
        register(wallet);
        setTerm(0);
        assertTrue(registry.isVerified(wallet));
    }

    function testEvent() public {
        vm.expectEmit(address(registry));
        emit AgentTermSet(7);
        setTerm(7);
        assertEq(registry.agentTerm(), 7);
    }

    function testOnlyTheOwner() public {
        vm.expectRevert(NOT_OWNER);
        vm.prank(agent);
        registry.setAgentTerm(7);
    }
}

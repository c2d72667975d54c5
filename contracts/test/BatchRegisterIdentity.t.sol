// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityRegistry} from "../src/interfaces/IIdentityRegistry.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";

contract BatchRegisterIdentityTest is RegistryTest {
    address[] private wallets;
    IIdentity[] private identities;
    uint16[] private countries;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 1; i <= 3; ++i) {
            wallets.push(vm.addr(i));
            identities.push(IIdentity(vm.addr(100 + i)));
            countries.push(uint16(i));
        }
    }

    function testRegistersAll() public {
        vm.prank(agent);
        registry.batchRegisterIdentity(wallets, identities, countries);
        for (uint256 i = 0; i < wallets.length; ++i) {
            assertEq(address(registry.identity(wallets[i])), address(identities[i]));
            assertEq(registry.investorCountry(wallets[i]), countries[i]);
            assertTrue(registry.isVerified(wallets[i]));
        }
    }

    function testAllOrNone() public {
        register(wallets[2]);
        vm.expectRevert(STORED);
        vm.prank(agent);
        registry.batchRegisterIdentity(wallets, identities, countries);
        assertFalse(registry.contains(wallets[0]));
    }

    function testLengthsMustAgree() public {
        countries.pop();
        vm.startPrank(agent);
        vm.expectRevert(IIdentityRegistry.LengthMismatch.selector);
        registry.batchRegisterIdentity(wallets, identities, countries);
        countries.push(1);
        identities.push(IIdentity(id));
        vm.expectRevert(IIdentityRegistry.LengthMismatch.selector);
        registry.batchRegisterIdentity(wallets, identities, countries);
    }

    function testOnlyAgents() public {
        vm.expectRevert(NOT_AGENT);
        vm.prank(mirror);
        registry.batchRegisterIdentity(wallets, identities, countries);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegistrarTest} from "../helpers/RegistrarTest.sol";
import {InvestorsProbe} from "./InvestorsProbe.sol";
import {VerifiedProbe} from "./VerifiedProbe.sol";

/// @dev Takes the figures in `snapshots/KYCRegistrar.json` and holds them to the limits that the project promises. Every
/// call here is a transaction of its own (`isolate` in `foundry.toml`), so a figure includes 21,000 and the calldata.
contract KYCRegistrarGasTest is RegistrarTest {
    InvestorsProbe private investors = new InvestorsProbe();
    VerifiedProbe private verified = new VerifiedProbe();
    address private to = makeAddr("recipient");
    bytes32 private john = keccak256("John");

    function take(string memory name, uint256 gas, uint256 limit) private {
        vm.snapshotValue("KYCRegistrar", name, gas);
        assertLe(gas, limit, name);
    }

    function takeCall(string memory name, uint256 limit) private {
        take(name, vm.lastCallGas().gasTotalUsed, limit);
    }

    function testInvestors() public {
        add(americans[0], jane, US, wallet);
        takeCall("addInvestor with one address by an authority of one signer", 95_000);
        vm.prank(americans[0]);
        registrar.updateInvestor(jane, ALABAMA, 3, EXPIRES);
        takeCall("updateInvestor", 50_000);
        vm.prank(americans[0]);
        registrar.setInvestorRestriction(jane, true);
        takeCall("setInvestorRestriction", 50_000);
        registerAddress(americans[0], jane, other);
        takeCall("registerAddresses, one address", 75_000);
        restrictAddress(americans[0], jane, other);
        takeCall("restrictAddresses, one address", 75_000);
    }

    function testLargestArray() public {
        addJane();
        vm.prank(americans[0]);
        registrar.registerAddresses(jane, many(64));
        takeCall("registerAddresses, 64 addresses", 2_500_000);
    }

    function testApprovals() public {
        setThreshold(american, 2);
        bytes memory call = abi.encodeCall(registrar.addInvestor, (jane, US, ALABAMA, 2, EXPIRES, list(wallet)));
        assertFalse(send(americans[0], call));
        takeCall("addInvestor, the first of two approvals", 115_000);
        assertTrue(send(americans[1], call));
        takeCall("addInvestor, the second of two approvals", 105_000);
    }

    function testRestrictionOfAnAuthority() public {
        for (uint256 i = 0; i < 200; ++i) {
            add(americans[0], bytes32(1000 + i), US, address(uint160(1000 + i)));
        }
        assertTrue(registrar.isPermitted(address(1000)));
        restrictAuthority(american, true);
        takeCall("setAuthorityRestriction, of an authority with 200 investors", 50_000);
        assertFalse(registrar.isPermitted(address(1000)));
        assertFalse(registrar.isPermitted(address(1199)));
        restrictAuthority(american, false);
        takeCall("setAuthorityRestriction, lifted", 45_000);
    }

    function testAuthority() public {
        address[] memory addr = list(makeAddr("a"), makeAddr("b"));
        vm.prank(owner);
        registrar.addAuthority(addr, countries(250), 2);
        takeCall("addAuthority with two addresses", 230_000);
    }

    function testReads() public {
        add(americans[0], jane, US, wallet);
        add(americans[0], john, US, to);

        (bool permitted, uint256 gas) = investors.getInvestors(registrar, wallet, to);
        assertTrue(permitted);
        take("getInvestors called by a contract, cold", gas, 15_800);
        (permitted, gas) = investors.getInvestorsInSolidity(registrar, wallet, to);
        assertTrue(permitted);
        take("getInvestors called by a contract, cold, with what Solidity adds", gas, 17_900);
        (permitted, gas) = verified.isVerified(registrar, wallet);
        assertTrue(permitted);
        take("isVerified called by a contract, cold", gas, 9_800);
        (permitted, gas) = verified.areVerified(registrar, wallet, to);
        assertTrue(permitted);
        take("areVerified called by a contract, cold", gas, 14_700);
    }

    function testReadsOfTheOwnersInvestors() public {
        add(owner, jane, US, wallet);
        (bool permitted, uint256 gas) = verified.isVerified(registrar, wallet);
        assertTrue(permitted);
        take("isVerified called by a contract, cold, of the owner's investor", gas, 8_000);
    }

    function testDeployment() public {
        vm.snapshotValue("KYCRegistrar", "bytes of runtime code", address(registrar).code.length);
        assertLt(address(registrar).code.length, 24_576);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3643IdentityRegistryViews} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

/// @dev A token that asks as ERC-3643's do: about the recipient alone, by `isVerified`.
contract RecipientToken {
    IERC3643IdentityRegistryViews public identityRegistry;
    mapping(address => uint256) public balanceOf;

    constructor(IERC3643IdentityRegistryViews registry) {
        identityRegistry = registry;
    }

    function mint(address to, uint256 amount) external {
        require(identityRegistry.isVerified(to), "Identity is not verified.");
        balanceOf[to] += amount;
    }
}

contract VerdictTest is RegistrarTest {
    bytes32 private john = keccak256("John");
    address private johnsWallet = makeAddr("John's wallet");

    function setUp() public override {
        super.setUp();
        addJane();
        add(owner, john, US, johnsWallet);
    }

    /// @dev All ways to ask say the same of an address.
    function assertVerdict(address addr, bool expected) private view {
        assertEq(registrar.isPermitted(addr), expected);
        assertEq(registrar.isVerified(addr), expected);
        assertEq(registrar.areVerified(addr, addr), expected);
        assertEq(registrar.areVerified(addr, johnsWallet), expected && registrar.isVerified(johnsWallet));
        assertEq(registrar.areVerified(johnsWallet, addr), expected && registrar.isVerified(johnsWallet));
    }

    /// @dev I4: `now < expiry`.
    function testTime(uint40 expires, uint40 time) public {
        expires = uint40(bound(expires, NOW + 1, type(uint40).max));
        vm.prank(americans[0]);
        registrar.updateInvestor(jane, ALABAMA, 2, expires);
        vm.warp(time);
        assertVerdict(wallet, time < expires);
        vm.warp(expires - 1);
        assertVerdict(wallet, true);
        assertTrue(registrar.isPermittedID(jane));
        vm.warp(expires);
        assertVerdict(wallet, false);
        assertFalse(registrar.isPermittedID(jane));
    }

    function testAfterTheLastExpiry() public {
        vm.prank(americans[0]);
        registrar.updateInvestor(jane, ALABAMA, 2, type(uint40).max);
        vm.warp(uint256(type(uint40).max) + NOW);
        assertVerdict(wallet, false);
    }

    /// @dev I4: each restriction alone, and all of them lifted.
    function testRestrictions(bool ofAddress, bool ofInvestor, bool ofAuthority) public {
        if (ofAddress) restrictAddress(americans[0], jane, wallet);
        vm.prank(americans[0]);
        registrar.setInvestorRestriction(jane, ofInvestor);
        restrictAuthority(american, ofAuthority);
        assertVerdict(wallet, !ofAddress && !ofInvestor && !ofAuthority);
        assertEq(registrar.isPermittedID(jane), !ofInvestor && !ofAuthority);
        assertVerdict(johnsWallet, true);
    }

    function testWhoIsNoInvestor() public view {
        assertVerdict(stranger, false);
        assertVerdict(address(0), false);
        assertVerdict(owner, false);
        assertVerdict(americans[0], false);
        assertFalse(registrar.isPermittedID(american));
        assertFalse(registrar.isPermittedID(ownerID));
    }

    // --------------------------------------------------------------- ERC-3643's views

    function testContains() public {
        assertTrue(registrar.contains(wallet));
        restrictAddress(americans[0], jane, wallet);
        assertTrue(registrar.contains(wallet));
        assertFalse(registrar.contains(stranger));
        assertFalse(registrar.contains(americans[0]));
    }

    function testIdentity() public {
        registerAddress(americans[0], jane, other);
        address expected =
            address(uint160(uint256(keccak256(abi.encodePacked("symbolon identity", jane, uint64(block.chainid))))));
        assertEq(address(registrar.identity(wallet)), expected);
        assertEq(address(registrar.identity(other)), expected);
        assertNotEq(address(registrar.identity(johnsWallet)), expected);
        restrictAddress(americans[0], jane, wallet);
        assertEq(address(registrar.identity(wallet)), expected);
        assertEq(address(registrar.identity(stranger)), address(0));
        assertEq(address(registrar.identity(americans[0])), address(0));
        vm.chainId(5);
        assertNotEq(address(registrar.identity(wallet)), expected);
    }

    function testInvestorCountry() public {
        assertEq(registrar.investorCountry(wallet), US);
        restrictAddress(americans[0], jane, wallet);
        assertEq(registrar.investorCountry(wallet), US);
        assertEq(registrar.investorCountry(stranger), 0);
        assertEq(registrar.investorCountry(americans[0]), 0);
    }

    function testRegistries() public view {
        assertEq(address(registrar.identityStorage()), address(registrar));
        assertEq(address(registrar.issuersRegistry()), address(0));
        assertEq(address(registrar.topicsRegistry()), address(0));
    }

    // ------------------------------------------------------------- tokens that point at it

    function testATokenThatAsksAboutTheRecipient() public {
        RecipientToken token = new RecipientToken(registrar);
        token.mint(wallet, 1);
        vm.expectRevert("Identity is not verified.");
        token.mint(stranger, 1);
        restrictAuthority(american, true);
        vm.expectRevert("Identity is not verified.");
        token.mint(wallet, 1);
    }

    function testATokenWithTheGuard() public {
        RegulatedToken token = new RegulatedToken("Bond", "BOND", registrar, owner);
        vm.prank(owner);
        token.mint(wallet, 100);
        vm.prank(wallet);
        token.transfer(johnsWallet, 10);

        vm.prank(wallet);
        vm.expectRevert("KYC_NOT_VERIFIED");
        token.transfer(stranger, 10);

        vm.prank(americans[0]);
        registrar.setInvestorRestriction(jane, true);
        vm.prank(wallet);
        vm.expectRevert("KYC_NOT_VERIFIED");
        token.transfer(johnsWallet, 10);
        vm.prank(johnsWallet);
        vm.expectRevert("KYC_NOT_VERIFIED");
        token.transfer(wallet, 10);
        assertEq(token.balanceOf(wallet), 90);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {KYCRegistrar} from "../../src/KYCRegistrar.sol";
import {HALMOS} from "./Halmos.sol";

/// @dev Of a registrar whose storage holds anything at all.
contract KYCRegistrarProof is Test {
    /// @dev Stands for the id of a restricted address, so no investor is ever written there.
    bytes32 private constant RESERVED = bytes32(uint256(1));

    KYCRegistrar private registrar;

    function setUp() public {
        address[] memory owners = new address[](1);
        owners[0] = address(0xa1);
        registrar = new KYCRegistrar(owners, 1);
        HALMOS.enableSymbolicStorage(address(registrar));
    }

    function check_PairIsTwoSingles(address a, address b, uint64 time) public {
        vm.warp(time);
        assertEq(registrar.areVerified(a, b), registrar.isVerified(a) && registrar.isVerified(b));
    }

    function check_PermittedIsVerified(address account, uint64 time) public {
        vm.warp(time);
        assertEq(registrar.isPermitted(account), registrar.isVerified(account));
    }

    /// @dev Whoever may restrict an investor does so with all its addresses. One signature suffices here: what is pending
    /// is a list of any length, which no proof comes to the end of.
    function check_RestrictionOfAnInvestorLands(address caller, bytes32 id, address account, uint64 time) public {
        vm.warp(time);
        (,, uint32 threshold,) = registrar.getAuthority(registrar.getAuthorityID(caller));
        vm.assume(threshold == 1);
        vm.assume(registrar.getID(account) == id);
        vm.assume(!registrar.isPermittedID(RESERVED));
        vm.prank(caller);
        vm.assume(registrar.setInvestorRestriction(id, true));
        assertFalse(registrar.isPermittedID(id));
        assertFalse(registrar.isVerified(account));
    }
}

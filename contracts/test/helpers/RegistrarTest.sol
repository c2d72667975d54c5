// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {KYCRegistrar} from "../../src/KYCRegistrar.sol";

/// @dev A registrar with three owner addresses and two authorities, three addresses each, where one approval is enough
/// until a test says otherwise, and short ways to speak to it.
abstract contract RegistrarTest is Test {
    uint256 internal constant NOW = 1_790_000_000;
    uint40 internal constant EXPIRES = uint40(NOW + 365 days);
    uint16 internal constant US = 840;
    uint16 internal constant DE = 276;
    bytes3 internal constant ALABAMA = 0x414c00;
    bytes32 internal constant NOBODY = "nobody";

    KYCRegistrar internal registrar;
    bytes32 internal ownerID;
    bytes32 internal american;
    bytes32 internal german;

    address[] internal owners = [makeAddr("owner 0"), makeAddr("owner 1"), makeAddr("owner 2")];
    address[] internal americans = [makeAddr("american 0"), makeAddr("american 1"), makeAddr("american 2")];
    address[] internal germans = [makeAddr("german 0"), makeAddr("german 1"), makeAddr("german 2")];
    address internal owner = owners[0];
    address internal stranger = makeAddr("stranger");

    bytes32 internal jane = keccak256("JANEDOE31121980123456789");
    address internal wallet = makeAddr("Jane's wallet");
    address internal other = makeAddr("Jane's other wallet");

    function setUp() public virtual {
        vm.warp(NOW);
        registrar = new KYCRegistrar(owners, 1);
        ownerID = registrar.ownerID();
        american = appoint(americans, US);
        german = appoint(germans, DE);
    }

    function appoint(address[] memory addr, uint16 country) internal returns (bytes32) {
        vm.prank(owner);
        assertTrue(registrar.addAuthority(addr, countries(country), 1));
        return registrar.getAuthorityID(addr[0]);
    }

    /// @dev Jane, by the American authority.
    function addJane() internal {
        vm.prank(americans[0]);
        assertTrue(registrar.addInvestor(jane, US, ALABAMA, 2, EXPIRES, list(wallet)));
    }

    function add(address by, bytes32 id, uint16 country, address addr) internal {
        vm.prank(by);
        assertTrue(registrar.addInvestor(id, country, ALABAMA, 2, EXPIRES, list(addr)));
    }

    function restrictAuthority(bytes32 id, bool restricted) internal {
        vm.prank(owner);
        assertTrue(registrar.setAuthorityRestriction(id, restricted));
    }

    function restrictAddress(address by, bytes32 id, address addr) internal {
        vm.prank(by);
        assertTrue(registrar.restrictAddresses(id, list(addr)));
    }

    function registerAddress(address by, bytes32 id, address addr) internal {
        vm.prank(by);
        assertTrue(registrar.registerAddresses(id, list(addr)));
    }

    /// @dev By the owner's last address, which tests leave alone.
    function setThreshold(bytes32 id, uint32 threshold) internal {
        vm.prank(owners[2]);
        assertTrue(registrar.setAuthorityThreshold(id, threshold));
    }

    /// @dev Sends calldata as `caller`, which must succeed; says whether it was executed.
    function send(address caller, bytes memory data) internal returns (bool executed) {
        (bool success, bytes memory answer) = attempt(caller, data);
        assertTrue(success, "refused");
        return abi.decode(answer, (bool));
    }

    /// @dev The call is refused, and is refused in the same way as the first of two approvals: nobody is asked to
    /// approve what would fail.
    function refuse(address caller, bytes memory data, bytes memory refusal) internal {
        refuseOnce(caller, data, refusal);
        uint256 before = vm.snapshotState();
        setThreshold(american, 2);
        setThreshold(german, 2);
        setThreshold(ownerID, 2);
        refuseOnce(caller, data, refusal);
        assertTrue(vm.revertToState(before));
    }

    function refuseOnce(address caller, bytes memory data, bytes memory refusal) internal {
        (bool success, bytes memory answer) = attempt(caller, data);
        assertFalse(success, "not refused");
        assertEq(answer, refusal);
    }

    function attempt(address caller, bytes memory data) internal returns (bool success, bytes memory answer) {
        vm.prank(caller);
        return address(registrar).call(data);
    }

    function list(address a) internal pure returns (address[] memory all) {
        all = new address[](1);
        all[0] = a;
    }

    function list(address a, address b) internal pure returns (address[] memory all) {
        all = new address[](2);
        (all[0], all[1]) = (a, b);
    }

    function list(bytes32 id) internal pure returns (bytes32[] memory all) {
        all = new bytes32[](1);
        all[0] = id;
    }

    function countries(uint16 country) internal pure returns (uint16[] memory all) {
        all = new uint16[](1);
        all[0] = country;
    }

    /// @dev As many addresses that nobody has.
    function many(uint256 count) internal pure returns (address[] memory all) {
        all = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = address(uint160(uint256(keccak256(abi.encode("one of many", i)))));
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {CertificateRegistry} from "../../src/certificates/CertificateRegistry.sol";
import {IERC5851} from "../../src/interfaces/IERC5851.sol";
import {IERC5851Draft} from "../../src/interfaces/IERC5851Draft.sol";
import {Certificate, Certificates} from "./Certificate.sol";

/// @dev A certificate registry with one of each role and one id that exists, and short ways to speak to it.
abstract contract CertificateTest is Test {
    using Certificates for Certificate;

    event RegisterHead(bytes32 indexed head);
    event CertificateRecorded(address indexed holder, uint256 indexed id, uint256 record);
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Certified(address certifying, uint256 SBTID);
    event Revoked(address certifying, uint256 SBTID);
    event Locked(uint256 tokenId);

    bytes32 internal constant HEAD = keccak256("head of the register");
    bytes internal constant NOT_OWNER = "Ownable: caller is not the owner";
    uint256 internal constant NOW = 1_790_000_000;
    uint256 internal constant LAST_EXPIRY = 2 ** 34 - 1;
    uint256 internal constant LAST_ID = 2 ** 96 - 1;

    /// @dev The one that exists, and one that does not.
    uint256 internal constant ID = 7;
    uint256 internal constant UNKNOWN = 8;

    CertificateRegistry internal registry;
    address internal owner = makeAddr("owner");
    address internal mirror = makeAddr("mirror");
    address internal stranger = makeAddr("stranger");
    address internal holder = makeAddr("holder");

    function setUp() public virtual {
        vm.warp(NOW);
        registry = new CertificateRegistry(owner);
        vm.prank(owner);
        registry.addMirror(mirror);
        setRequirements(ID, requirements(">=", 18));
    }

    function setRequirements(uint256 id, IERC5851Draft.Requirement[] memory list) internal {
        vm.prank(owner);
        registry.changeStandardRequirement(id, list);
    }

    function requirement(string memory logic, uint256 value)
        internal
        pure
        returns (IERC5851Draft.Requirement memory r)
    {
        r.metadata = IERC5851Draft.Metadata("age", "uint", "age of the person on the document");
        r.logic = logic;
        r.expectation.uintValue = value;
    }

    function requirements(string memory logic, uint256 value)
        internal
        pure
        returns (IERC5851Draft.Requirement[] memory list)
    {
        list = new IERC5851Draft.Requirement[](1);
        list[0] = requirement(logic, value);
    }

    function claims(string memory logic, uint256 value) internal pure returns (IERC5851.Claim[] memory list) {
        list = new IERC5851.Claim[](1);
        list[0].metadata = IERC5851.ClaimMetadata("age", "uint", "age of the person on the document");
        list[0].logic = logic;
        list[0].expectation.uintValue = value;
    }

    /// @dev Without expiry, under the first requirements.
    function approval(uint16 version) internal pure returns (Certificate memory c) {
        c.version = version;
        c.requirementVersion = 1;
        c.certified = true;
    }

    function upsert(address who, Certificate memory c) internal {
        vm.prank(mirror);
        registry.upsert(HEAD, entry(who, ID, c.pack()));
    }

    function deny(address who, uint16 version) internal {
        vm.prank(mirror);
        registry.deny(HEAD, denial(who, ID, version));
    }

    function certify(address who) internal {
        vm.prank(owner);
        assertTrue(registry.certify(who, ID));
    }

    function revoke(address who) internal {
        vm.prank(owner);
        assertTrue(registry.revoke(who, ID));
    }

    function stored(address who) internal view returns (Certificate memory) {
        return Certificates.unpack(registry.recordOf(who, ID));
    }

    function assertStored(address who, Certificate memory expected) internal view {
        assertEq(registry.recordOf(who, ID), expected.pack());
    }

    /// @dev Both families say the same.
    function verified(address who) internal view returns (bool yes) {
        yes = registry.isVerified(who, ID);
        assertEq(registry.ifVerified(who, ID), yes);
    }

    function token(address who) internal pure returns (uint256) {
        return ID * 2 ** 160 + uint160(who);
    }

    function entry(address who, uint256 id, uint256 word) internal pure returns (bytes memory) {
        return abi.encodePacked(uint96(id), who, word);
    }

    function denial(address who, uint256 id, uint16 version) internal pure returns (bytes memory) {
        return abi.encodePacked(uint96(id), who, version);
    }

    /// @dev Everything that is said of a new certificate, in its order.
    function expectIssued(address who, Certificate memory c) internal {
        expectRenewed(who, c);
        vm.expectEmit(address(registry));
        emit Transfer(address(0), who, token(who));
        vm.expectEmit(address(registry));
        emit Locked(token(who));
    }

    function expectRenewed(address who, Certificate memory c) internal {
        vm.expectEmit(address(registry));
        emit CertificateRecorded(who, ID, c.pack());
        vm.expectEmit(address(registry));
        emit Certified(who, ID);
    }

    function expectEnded(address who, Certificate memory c) internal {
        vm.expectEmit(address(registry));
        emit CertificateRecorded(who, ID, c.pack());
        vm.expectEmit(address(registry));
        emit Revoked(who, ID);
        vm.expectEmit(address(registry));
        emit Transfer(who, address(0), token(who));
    }

    function expectNotOwner() internal {
        vm.expectRevert(NOT_OWNER);
    }
}

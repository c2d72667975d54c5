// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {Word, Words} from "./Word.sol";

/// @dev A registry with one of each role, and short ways to speak to it.
abstract contract RegistryTest is Test {
    using Words for Word;

    event RegisterHead(bytes32 indexed head);
    event WalletRecorded(address indexed wallet, uint256 record);
    event IdentityRegistered(address indexed investorAddress, IIdentity indexed identity);
    event IdentityRemoved(address indexed investorAddress, IIdentity indexed identity);
    event IdentityUpdated(IIdentity indexed oldIdentity, IIdentity indexed newIdentity);
    event CountryUpdated(address indexed investorAddress, uint16 indexed country);

    bytes32 internal constant HEAD = keccak256("head of the register");
    bytes internal constant NOT_AGENT = "AgentRole: caller does not have the Agent role";
    bytes internal constant NOT_OWNER = "Ownable: caller is not the owner";
    bytes internal constant ZERO_ARGUMENT = "invalid argument - zero address";
    bytes internal constant STORED = "address stored already";
    bytes internal constant NOT_STORED = "address not stored yet";

    uint8 internal constant REVOKED = 1;
    uint8 internal constant RESTRICTED = 2;
    uint8 internal constant FROZEN = 4;
    uint8 internal constant REMOVED = 8;

    uint256 internal constant NOW = 1_790_000_000;

    IdentityRegistry internal registry;
    address internal owner = makeAddr("owner");
    address internal mirror = makeAddr("mirror");
    address internal agent = makeAddr("agent");
    address internal stranger = makeAddr("stranger");
    address internal wallet = makeAddr("wallet");
    address internal id = makeAddr("identity");

    function setUp() public virtual {
        vm.warp(NOW);
        registry = new IdentityRegistry(owner);
        vm.startPrank(owner);
        registry.addMirror(mirror);
        registry.addAgent(agent);
        vm.stopPrank();
    }

    /// @dev An approval without limit by the owner's authority.
    function approval(uint16 version) internal view returns (Word memory w) {
        w.identity = id;
        w.country = 276;
        w.version = version;
        w.verified = true;
        w.level = 1;
        w.rating = 1;
    }

    function upsert(address who, Word memory w) internal {
        vm.prank(mirror);
        registry.upsert(HEAD, entry(who, w.pack()));
    }

    function deny(address who, uint16 version, uint8 grounds) internal {
        vm.prank(mirror);
        registry.deny(HEAD, denial(who, version, grounds));
    }

    function register(address who) internal {
        vm.prank(agent);
        registry.registerIdentity(who, IIdentity(id), 276);
    }

    function remove(address who) internal {
        vm.prank(agent);
        registry.deleteIdentity(who);
    }

    function restrictAuthority(uint8 authority, bool restricted) internal {
        uint32 restriction = registry.restrictionOf(authority);
        vm.prank(mirror);
        if (restricted) registry.restrictAuthority(HEAD, authority);
        else registry.liftRestriction(HEAD, authority, restriction);
    }

    function setTerm(uint40 term) internal {
        vm.prank(owner);
        registry.setAgentTerm(term);
    }

    function stored(address who) internal view returns (Word memory) {
        return Words.unpack(registry.recordOf(who));
    }

    function assertStored(address who, Word memory expected) internal view {
        assertEq(registry.recordOf(who), expected.pack());
    }

    function entry(address who, uint256 word) internal pure returns (bytes memory) {
        return abi.encodePacked(who, word);
    }

    function denial(address who, uint16 version, uint8 grounds) internal pure returns (bytes memory) {
        return abi.encodePacked(who, version, grounds);
    }

    function expectRecorded(address who, Word memory w) internal {
        vm.expectEmit(address(registry));
        emit WalletRecorded(who, w.pack());
    }
}

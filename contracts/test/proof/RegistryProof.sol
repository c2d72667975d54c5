// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AnyRegistry} from "./AnyRegistry.sol";

/// @dev Proofs about the registry's own code. What is named `test…` is a fuzz test to forge, and to halmos a proof for
/// all arguments at once; what is named `check_…` only halmos can run. Wallets and the words that they hold are
/// arguments, so each proof begins from any state. {VerdictProof} proves that `permits` is what the registry answers;
/// the other proofs judge words by it.
/// @dev The functions on words do not branch, since each branch would double what halmos has to follow.
abstract contract RegistryProof is Test {
    bytes32 internal constant HEAD = 0;
    uint256 internal constant MAX_LEAP = 4096;

    AnyRegistry internal registry;
    address internal owner = address(0xa1);
    address internal mirror = address(0xa2);
    address internal agent = address(0xa3);

    function setUp() public virtual {
        registry = new AnyRegistry(owner);
        vm.startPrank(owner);
        registry.addMirror(mirror);
        registry.addAgent(agent);
        vm.stopPrank();
    }

    function restrict(uint8 authority, bool restricted) internal {
        vm.assume(authority != 0);
        uint32 restriction = registry.restrictionOf(authority);
        vm.prank(mirror);
        if (restricted) registry.restrictAuthority(HEAD, authority);
        else registry.liftRestriction(HEAD, authority, restriction);
    }

    /// @dev Puts a word, has a mirror upsert another one, and gives what the wallet holds then.
    function upserted(address wallet, uint256 stored, uint256 given) internal returns (uint256) {
        vm.assume(wallet != address(0));
        registry.put(wallet, stored);
        vm.prank(mirror);
        registry.upsert(HEAD, abi.encodePacked(wallet, given));
        return registry.recordOf(wallet);
    }

    /// @dev Puts a word, has a mirror deny the wallet, and gives what it holds then.
    function denied(address wallet, uint256 stored, uint16 version, uint8 grounds) internal returns (uint256) {
        vm.assume(wallet != address(0));
        registry.put(wallet, stored);
        vm.prank(mirror);
        registry.deny(HEAD, abi.encodePacked(wallet, version, grounds));
        return registry.recordOf(wallet);
    }

    /// @dev I4: verified, neither restricted nor frozen, not expired, and not by the authority if that is restricted.
    function permits(uint256 word, uint64 time, uint8 authority, bool restricted) internal pure returns (bool yes) {
        assembly ("memory-safe") {
            let expiry := and(shr(170, word), 0x3ffffffff)
            yes := and(eq(and(shr(244, word), 7), 1), or(iszero(expiry), lt(time, expiry)))
            yes := and(yes, iszero(and(restricted, eq(and(shr(236, word), 0xff), authority))))
        }
    }

    /// @dev Whether the flags leave the wallet approved.
    function approves(uint256 word) internal pure returns (bool) {
        return (word >> 244) & 7 == 1;
    }

    function versionOf(uint256 word) internal pure returns (uint256) {
        return uint16(word >> 220);
    }

    /// @dev What holds of each record that the registry makes: a verified one has an identity, and a vacated one has
    /// none and nothing that holds it.
    function sound(uint256 word) internal pure returns (bool yes) {
        assembly ("memory-safe") {
            let nobody := iszero(shl(96, word))
            let held := iszero(iszero(and(shr(245, word), 3)))
            yes := iszero(and(and(shr(244, word), 1), nobody))
            yes := and(yes, iszero(and(and(shr(254, word), 1), or(iszero(nobody), held))))
        }
    }

    /// @dev Whether an agent may register the wallet: nobody ever wrote to it, or an agent removed it while it was
    /// verified.
    function open(uint256 word) internal pure returns (bool yes) {
        assembly ("memory-safe") {
            yes := or(iszero(word), and(shr(254, word), 1))
        }
    }
}

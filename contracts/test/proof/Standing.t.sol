// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {RegistryProof} from "./RegistryProof.sol";

/// @dev What a token makes of any word.
contract StandingProof is RegistryProof {
    RegulatedToken private token;

    function setUp() public override {
        super.setUp();
        token = new RegulatedToken("Bond", "BOND", registry, owner);
    }

    function testWhoRedeems(address wallet, uint256 word, uint8 authority, bool restricted, uint64 time) public {
        restrict(authority, restricted);
        registry.put(wallet, word);
        vm.warp(time);
        bool verified = permits(word, time, authority, restricted);
        assertEq(bytes(token.redemptionReason(wallet, 0)).length == 0, verified || leaves(word, authority, restricted));
    }

    function testWhoIsFrozen(address wallet, uint256 word, uint8 authority, bool restricted, uint64 time) public {
        restrict(authority, restricted);
        registry.put(wallet, word);
        vm.warp(time);
        assertEq(token.isFrozen(wallet), (word >> 246) & 1 == 1);
    }

    /// @dev Whether the holder departed, or the register approves it but for the time.
    function leaves(uint256 word, uint8 authority, bool restricted) private pure returns (bool yes) {
        assembly ("memory-safe") {
            // Verified, neither restricted nor frozen, and not provisional.
            yes := eq(and(shr(244, word), 0x207), 1)
            yes := and(yes, iszero(and(restricted, eq(and(shr(236, word), 0xff), authority))))
            yes := or(yes, and(iszero(iszero(word)), iszero(and(word, not(shl(220, 0xffff))))))
        }
    }
}

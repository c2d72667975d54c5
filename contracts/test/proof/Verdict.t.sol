// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegistryProof} from "./RegistryProof.sol";

contract VerdictProof is RegistryProof {
    function testVerdict(address wallet, uint256 word, uint8 authority, bool restricted, uint64 time) public {
        restrict(authority, restricted);
        registry.put(wallet, word);
        vm.warp(time);
        assertEq(registry.isVerified(wallet), permits(word, time, authority, restricted));
    }

    /// @dev Each of the two wallets may be of the authority of which the other one is not.
    function testPairIsTwoSingles(
        address a,
        address b,
        uint256 wordA,
        uint256 wordB,
        uint8 authority,
        bool restricted,
        uint64 time
    ) public {
        restrict(authority, restricted);
        registry.put(a, wordA);
        registry.put(b, wordB);
        vm.warp(time);
        assertEq(registry.areVerified(a, b), registry.isVerified(a) && registry.isVerified(b));
    }
}

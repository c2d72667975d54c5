// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Word, Words} from "../helpers/Word.sol";
import {Handler} from "./Handler.sol";

contract InvariantsTest is Test {
    Handler private handler;

    function setUp() public {
        vm.warp(1_790_000_000);
        handler = new Handler();
        targetContract(address(handler));
    }

    /// @dev I2, seen from each step.
    function invariantSteps() public view {
        assertFalse(handler.versionFell(), "a version fell");
        assertFalse(handler.denialIgnored(), "a denial was ignored");
        assertFalse(handler.agentLiftedDenial(), "an agent lifted a denial");
        assertFalse(handler.agentMovedVersion(), "an agent moved a version");
        assertFalse(handler.unverifiedReceived(), "an unverified wallet sent or received");
    }

    /// @dev What holds of every record at any time.
    function invariantRecords() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            Word memory w = Words.unpack(handler.registry().recordOf(handler.wallets(i)));
            if (w.verified) assertNotEq(w.identity, address(0), "verified without an identity");
            if (w.vacated) {
                assertEq(w.identity, address(0), "vacated with an identity");
                assertFalse(w.restricted || w.frozen, "vacated and held");
            }
            assertFalse(w.reserved, "the reserved bit");
        }
    }

    /// @dev I4: one bit ends the verification of all whom an authority verified, its stale and its new ones.
    function invariantARestrictedAuthorityHasNoVerifiedWallet() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            address wallet = handler.wallets(i);
            uint8 authority = Words.unpack(handler.registry().recordOf(wallet)).authority;
            if (handler.registry().isAuthorityRestricted(authority)) {
                assertFalse(handler.registry().isVerified(wallet), "verified by a restricted authority");
            }
        }
    }

    /// @dev The pair call says what the two single calls say.
    function invariantPairs() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            address a = handler.wallets(i);
            address b = handler.wallets((i + 1) % handler.count());
            assertEq(
                handler.registry().areVerified(a, b),
                handler.registry().isVerified(a) && handler.registry().isVerified(b)
            );
        }
    }
}

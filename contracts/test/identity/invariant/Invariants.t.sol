// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ClaimCheck} from "../../../src/ClaimCheck.sol";
import {IIdentityContract} from "../../../src/interfaces/IIdentityContract.sol";
import {Handler} from "./Handler.sol";

contract IdentityInvariantsTest is Test {
    uint256 private constant HELD = 1 << 72;
    uint256 private constant STANDS = 1 << 73;

    Handler private handler;

    function setUp() public {
        vm.warp(1_790_000_000);
        handler = new Handler();
        targetContract(address(handler));
    }

    /// @dev One campaign for all of them.
    function invariantIdentities() public view {
        assertSteps();
        for (uint256 pick = 0; pick < 12; ++pick) {
            assertKey(pick);
        }
        for (uint256 pick = 0; pick < 4; ++pick) {
            assertClaim(pick);
        }
    }

    /// @dev I2, seen from each step, and who did it.
    function assertSteps() private view {
        assertFalse(handler.floorFell(), "a denied version fell");
        assertFalse(handler.denialIgnored(), "a denial was ignored");
        assertFalse(handler.denialLeapt(), "a denial leapt further than it may");
        assertFalse(handler.keyNotKept(), "a key that the register told of is not there");
        assertFalse(handler.lastManagerLeft(), "a manager left nobody to manage");
        assertFalse(handler.rivalDidSomething(), "another registry's mirror did something");
    }

    function assertKey(uint256 pick) private view {
        (bytes32 salt, address wallet) = (handler.saltAt(pick), handler.walletAt(pick));
        uint256 expected = handler.purposes(salt, wallet);
        assertEq(handler.factory().purposesOf(handler.registry(), abi.encodePacked(salt, wallet))[0], expected);
        if (!handler.isThere(salt)) return assertEq(expected, 0);

        IIdentityContract identity = handler.identityAt(pick);
        (uint256[] memory former,,) = identity.keyHistory(handler.keyOf(wallet));
        for (uint256 i = 0; i < former.length; ++i) {
            assertEq(expected >> former[i] & 1, 0, "both former and present");
        }
        bytes32[] memory managers = identity.getKeysByPurpose(1);
        bool listed = false;
        for (uint256 i = 0; i < managers.length; ++i) {
            if (managers[i] == handler.keyOf(wallet)) listed = true;
        }
        assertEq(listed, expected >> 1 & 1 != 0);
    }

    function assertClaim(uint256 pick) private view {
        (IIdentityContract identity, uint256 topic) = (handler.identityAt(pick), handler.topicAt(pick));
        uint256 word = handler.factory()
            .claimsOf(handler.registry(), handler.issuer(), abi.encode(handler.saltAt(pick), topic))[0];
        uint256 floor = handler.issuer().deniedVersion(address(identity), topic);
        assertEq(uint16(word), floor);
        bool holds = ClaimCheck.holdsClaim(identity, topic, handler.issuer());
        if (!handler.isThere(handler.saltAt(pick))) return assertEq(word, floor);
        if (holds) {
            assertTrue(word & HELD != 0);
            assertTrue(
                floor == 0 || handler.issuer().heldVersion(address(identity), topic) > floor, "a denied claim counts"
            );
        }
        if (word & STANDS == 0) return;
        uint256 ends = uint40(word >> 32);
        assertEq(holds, ends == 0 || block.timestamp < ends);
        assertTrue(floor == 0 || uint16(word >> 16) > floor, "a denied claim stands");
    }
}

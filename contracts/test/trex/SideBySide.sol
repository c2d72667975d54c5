// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {TrexSuite} from "./TrexSuite.sol";

/// @dev Makes the same call to T-REX's registry and to ours.
abstract contract SideBySide is TrexSuite {
    /// @dev The ERC-3643 events that each registry itself emits, in their order, with their topics.
    function assertSameEvents(address caller, bytes memory call) internal {
        bytes32[] memory theirs = events(address(trexRegistry), caller, call);
        bytes32[] memory ours = events(address(registry), caller, call);
        assertGt(theirs.length, 0);
        assertEq(ours, theirs);
    }

    function assertSameRevert(address caller, bytes memory call, bytes memory reason) internal {
        bytes memory expected = abi.encodeWithSignature("Error(string)", string(reason));
        assertEq(refusal(address(trexRegistry), caller, call), expected, "T-REX's registry");
        assertEq(refusal(address(registry), caller, call), expected, "our registry");
    }

    function events(address target, address caller, bytes memory call) private returns (bytes32[] memory digests) {
        vm.recordLogs();
        vm.prank(caller);
        (bool success,) = target.call(call);
        assertTrue(success, "the call is refused");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        digests = new bytes32[](logs.length);
        uint256 count;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != target || logs[i].topics[0] == WalletRecorded.selector) continue;
            digests[count++] = keccak256(abi.encode(logs[i].topics, logs[i].data));
        }
        assembly ("memory-safe") {
            mstore(digests, count)
        }
    }

    function refusal(address target, address caller, bytes memory call) private returns (bytes memory answer) {
        bool success;
        vm.prank(caller);
        (success, answer) = target.call(call);
        assertFalse(success, "the call is not refused");
    }
}

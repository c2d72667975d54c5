// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The smallest owner that is not one key: what one of two signers proposes, the other one carries out.
contract TwoOfTwo {
    error NotSigner(address account);

    address public immutable first;
    address public immutable second;
    /// @notice Who proposed a call that waits for the other; keyed by the hash of target and calldata.
    mapping(bytes32 call => address proposer) public proposerOf;

    constructor(address _first, address _second) {
        (first, second) = (_first, _second);
    }

    /// @notice Proposes a call, or carries out what the other signer proposed. A refusal of the target is passed on.
    function execute(address target, bytes calldata data) external {
        require(msg.sender == first || msg.sender == second, NotSigner(msg.sender));
        bytes32 call = keccak256(abi.encode(target, data));
        address proposer = proposerOf[call];
        if (proposer == address(0) || proposer == msg.sender) {
            proposerOf[call] = msg.sender;
            return;
        }
        delete proposerOf[call];
        (bool done, bytes memory reason) = target.call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev A registry that says of every wallet what it was given for it.
contract AnyRecords {
    mapping(address wallet => uint256) public recordOf;

    function put(address wallet, uint256 word) external {
        recordOf[wallet] = word;
    }
}

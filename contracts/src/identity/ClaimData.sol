// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @notice What a claim says, and what its issuer signs of it.
/// @dev The words of its data:
///
/// | word | field                                                                                            |
/// |------|--------------------------------------------------------------------------------------------------|
/// | 0    | when it ends, unix seconds, 0 = never                                                            |
/// | 1    | version, from 1 to 65,535                                                                        |
/// | 2    | content: a commitment to what was verified                                                       |
///
/// The register's claims have these three. Others have the first at least, and anything behind it.
library ClaimData {
    uint256 private constant WORD = 32;

    function encode(uint40 ends, uint16 version, bytes32 content) internal pure returns (bytes memory) {
        return abi.encode(ends, version, content);
    }

    /// @dev Whether a claim says when it ends. One that does not is none.
    function saysWhen(bytes calldata data) internal pure returns (bool) {
        return data.length >= WORD;
    }

    function endOf(bytes calldata data) internal pure returns (uint256) {
        return saysWhen(data) ? uint256(bytes32(data)) : 0;
    }

    /// @dev A claim's version, 0 where it says none. What is too large for one is none: no denial would reach it.
    function versionOf(bytes memory data) internal pure returns (uint256 version) {
        if (data.length < 2 * WORD) return 0;
        (, version) = abi.decode(data, (uint256, uint256));
        if (version > type(uint16).max) version = 0;
    }

    /// @dev The fields of the register's claims, unless a claim does not have exactly these, or one of them does not fit.
    function decode(bytes memory data)
        internal
        pure
        returns (bool fits, uint256 ends, uint256 version, uint256 content)
    {
        if (data.length != 3 * WORD) {
            return (false, 0, 0, 0);
        }
        (ends, version, content) = abi.decode(data, (uint256, uint256, uint256));
        if (ends > type(uint40).max || version > type(uint16).max) return (false, 0, 0, 0);
        fits = true;
    }

    /// @dev What is signed, as ONCHAINID has it.
    function signedHash(address identity, uint256 topic, bytes calldata data) internal pure returns (bytes32) {
        return MessageHashUtils.toEthSignedMessageHash(keccak256(abi.encode(identity, topic, data)));
    }
}

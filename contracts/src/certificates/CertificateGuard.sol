// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC5851Draft} from "../interfaces/IERC5851Draft.sol";

/// @title What a contract inherits to be for certified callers alone
/// @notice {onlyCertified} reverts with {NotCertified} unless the registry answers yes: a registry that reverts, is
/// none or answers anything else denies everybody.
/// @dev Any registry of ERC-5851 that has the draft's `isVerified` will do. Guard what enters; whoever loses its
/// certificate should still get its own out.
abstract contract CertificateGuard {
    /// @dev The selector of `isVerified(address,uint256)`; assembly reads no constant but a literal.
    bytes4 private constant IS_VERIFIED = 0x1a209776;

    /// @notice The registry of certificates whose verdict counts.
    IERC5851Draft public immutable certificates;

    /// @notice The account does not hold the certificate now.
    error NotCertified(address account, uint256 id);

    constructor(IERC5851Draft registry) {
        certificates = registry;
    }

    modifier onlyCertified(uint256 id) {
        _requireCertified(msg.sender, id);
        _;
    }

    /// @dev Spelt out because Solidity's own call would fail in other words than {NotCertified} where the registry
    /// fails.
    // slither-disable-next-line dead-code for contracts that inherit it
    function _requireCertified(address account, uint256 id) internal view {
        address registry = address(certificates);
        bool yes;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, IS_VERIFIED)
            mstore(add(question, 16), shl(96, account))
            mstore(add(question, 36), id)
            mstore(0, 0)
            yes := staticcall(gas(), registry, question, 68, 0, 32)
            yes := and(yes, eq(mload(0), 1))
        }
        require(yes, NotCertified(account, id));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CertificateGuard} from "../../src/certificates/CertificateGuard.sol";
import {ICertificateRegistry} from "../../src/interfaces/ICertificateRegistry.sol";

/// @notice Measures what a contract pays for asking whether somebody is certified: the CALL and everything under it.
/// Registry and holder are cold when the probe is the first thing that a transaction does.
contract CertificateProbe {
    function isVerified(ICertificateRegistry registry, address holder, uint256 id)
        external
        view
        returns (bool, uint256)
    {
        return _ask(registry, abi.encodeCall(registry.isVerified, (holder, id)));
    }

    function ifVerified(ICertificateRegistry registry, address holder, uint256 id)
        external
        view
        returns (bool, uint256)
    {
        return _ask(registry, abi.encodeCall(registry.ifVerified, (holder, id)));
    }

    function _ask(ICertificateRegistry registry, bytes memory question)
        private
        view
        returns (bool verified, uint256 gasUsed)
    {
        assembly ("memory-safe") {
            let before := gas()
            let success := staticcall(gas(), registry, add(question, 32), mload(question), 0, 32)
            gasUsed := sub(before, gas())
            verified := and(success, and(eq(mload(0), 1), gt(returndatasize(), 31)))
        }
    }
}

/// @notice The same function with the guard and without: what the guard adds is the difference.
contract GuardedCounter is CertificateGuard {
    uint256 private immutable _id;
    uint256 public count = 1;

    constructor(ICertificateRegistry registry, uint256 id) CertificateGuard(registry) {
        _id = id;
    }

    function guarded() external onlyCertified(_id) {
        ++count;
    }

    function open() external {
        ++count;
    }
}

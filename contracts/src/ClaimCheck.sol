// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IClaimValidity} from "./interfaces/IClaimIssuer.sol";
import {IERC735} from "./interfaces/IERC735.sol";
import {IIdentity} from "./interfaces/IERC3643IdentityRegistry.sol";

/// @title What a contract asks that relies on claims
/// @notice A claim counts only by the issuer that was asked for. T-REX asks the issuer that the identity names, so an
/// identity that names another one vouches for itself (ERC-3643, issue 101).
library ClaimCheck {
    /// @notice Whether this issuer stands by a claim of this topic that the identity holds. False, too, where there is
    /// no identity yet, or it or the issuer fails.
    function holdsClaim(IERC735 identity, uint256 topic, IClaimValidity issuer) internal view returns (bool) {
        if (address(identity).code.length == 0 || address(issuer).code.length == 0) return false;
        // slither-disable-next-line unused-return the scheme and the URI decide nothing
        try identity.getClaim(keccak256(abi.encode(issuer, topic))) returns (
            uint256 claimed, uint256, address claimer, bytes memory signature, bytes memory data, string memory
        ) {
            if (claimed != topic || claimer != address(issuer)) return false;
            try issuer.isClaimValid(IIdentity(address(identity)), topic, signature, data) returns (bool valid) {
                return valid;
            } catch {
                return false;
            }
        } catch {
            return false;
        }
    }
}

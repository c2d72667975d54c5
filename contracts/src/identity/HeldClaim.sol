// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ClaimData} from "./ClaimData.sol";

/// @notice What a chain knows of one issuer's claims of one topic on one identity, in one word.
/// @dev Least significant bit first:
///
/// | bits    | field                                                                                         |
/// |---------|-----------------------------------------------------------------------------------------------|
/// | 0–15    | the version up to which such claims are denied, 0 = none is                                   |
/// | 16–31   | the held claim's version                                                                      |
/// | 32–71   | when it ends, unix seconds, 0 = never                                                         |
/// | 72      | the identity holds such a claim                                                               |
/// | 73      | the issuer stands by it, or would had it not ended                                            |
/// | 74–127  | 0                                                                                             |
/// | 128–191 | the last 64 bits of its signer's address                                                      |
/// | 192–255 | the last 64 bits of its content                                                               |
///
/// A claim that the register cannot have made, since its data has other fields or larger ones, is shown as held and
/// nothing more: whatever its issuer says, the register has to put its own in its place.
type HeldClaim is uint256;

using HeldClaimLib for HeldClaim global;

/// @dev No claim is held.
function noneHeld(uint16 deniedVersion) pure returns (HeldClaim) {
    return HeldClaim.wrap(deniedVersion);
}

/// @notice Derives a {HeldClaim}. Nothing here touches storage.
library HeldClaimLib {
    uint256 private constant VERSION_AT = 16;
    uint256 private constant ENDS_AT = 32;
    uint256 private constant SIGNER_AT = 128;
    uint256 private constant CONTENT_AT = 192;

    uint256 private constant HELD = 1 << 72;
    uint256 private constant STANDS = 1 << 73;

    /// @dev The same denials, with a claim.
    function holding(HeldClaim self, bytes memory data, address signer, bool stands) internal pure returns (HeldClaim) {
        uint256 word = HeldClaim.unwrap(self) | HELD;
        (bool fits, uint256 ends, uint256 version, uint256 content) = ClaimData.decode(data);
        if (!fits) return HeldClaim.wrap(word);
        if (stands) word |= STANDS;
        word |= (version << VERSION_AT) | (ends << ENDS_AT);
        return HeldClaim.wrap(word | (uint256(uint64(uint160(signer))) << SIGNER_AT) | (content << CONTENT_AT));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC5851} from "./IERC5851.sol";
import {IERC5851Draft} from "./IERC5851Draft.sol";

/// @title What certificates require
/// @notice Requirements are data: one storage, written and read by both families of ERC-5851's functions. Whoever
/// certifies judges by them; this contract does not.
/// @dev Each change makes a new version, and old versions stay readable. A change ends no certificate: a holder stays
/// certified under the version by which it was examined, which its record names, and who has to be examined again is
/// the register's decision.
/// @dev An operator is one of ERC-5851's eight, in UTF-8: ⊄ ⊂ < <= == != >= >. All requirements of an id have to hold;
/// there is no other logic.
/// @dev A requirement with a `bytesValue` is not shown to the final text's family, which knows no such value: without
/// what it compares with it would be another requirement. `standardClaim` reverts with {NotAClaim}, and the
/// `StandardChanged` of the final text is not emitted; the draft's always is.
interface IRequirements is IERC5851Draft, IERC5851 {
    /// @notice The id does not fit in 96 bits, so it leaves no room for the holder in a token's id.
    error IdOutOfRange(uint256 id);
    /// @notice There are none, or more than {MAX_REQUIREMENTS}.
    error InvalidRequirementCount(uint256 count);
    /// @notice Together they take more bytes than {MAX_REQUIREMENTS_SIZE}: shorten the texts.
    error RequirementsTooLarge(uint256 size);
    /// @notice The requirement at `index` has an operator that ERC-5851 does not know.
    error IllegalOperator(uint256 index, string logic);
    /// @notice The requirement at `index` has a `bytesValue`: ask {standardRequirement}.
    error NotAClaim(uint256 id, uint256 index);
    /// @notice The id never had requirements of this version.
    error UnknownRequirementVersion(uint256 id, uint256 version);

    /// @notice The most requirements of one id: a contract reads them all at once, and a circuit has a slot for each.
    function MAX_REQUIREMENTS() external view returns (uint256);

    /// @notice The most bytes that the requirements of one id take, ABI-encoded: what fits in one contract's code,
    /// where they are kept.
    function MAX_REQUIREMENTS_SIZE() external view returns (uint256);

    /// @notice The newest version of what an id requires, 1 at first; 0 when the id does not exist.
    function requirementVersion(uint256 id) external view returns (uint256);

    /// @notice What an id required by a version, be it the newest or an old one.
    function requirementsAt(uint256 id, uint256 version) external view returns (Requirement[] memory);
}

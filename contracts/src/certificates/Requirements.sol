// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {IERC5851} from "../interfaces/IERC5851.sol";
import {IERC5851Draft} from "../interfaces/IERC5851Draft.sol";
import {IRequirements} from "../interfaces/IRequirements.sol";
import {Ownership} from "../Ownership.sol";

/// @notice What certificates require, version by version.
/// @dev Requirements are written once and read whole, so they are kept as code, which is cheaper to write and to read
/// than the dozens of slots that they would take.
abstract contract Requirements is IRequirements, Ownership {
    /// @inheritdoc IRequirements
    uint256 public constant MAX_REQUIREMENTS = 16;
    /// @inheritdoc IRequirements
    /// @dev EIP-170's limit, less the byte that keeps the code from being run.
    uint256 public constant MAX_REQUIREMENTS_SIZE = 24_575;

    /// @dev Where each version is; the first is version 1. A certificate's record has 32 bits for their number, which a
    /// deployment each never uses up.
    mapping(uint256 id => address[] pointers) private _versions;

    modifier validId(uint256 id) {
        require(id >> 96 == 0, IdOutOfRange(id));
        _;
    }

    // -------------------------------------------------------------------------- admin

    /// @inheritdoc IERC5851Draft
    function changeStandardRequirement(uint256 SBTID, Requirement[] memory requirements)
        external
        onlyOwner
        returns (bool)
    {
        _change(SBTID, requirements);
        (bool shown,) = _areClaims(requirements);
        if (shown) emit StandardChanged(SBTID, _asClaims(requirements));
        return true;
    }

    /// @inheritdoc IERC5851
    function changeStandardClaim(uint256 SBTID, Claim[] memory _claims) external onlyOwner returns (bool) {
        _change(SBTID, _asRequirements(_claims));
        emit StandardChanged(SBTID, _claims);
        return true;
    }

    // ------------------------------------------------------------------- anybody reads

    /// @inheritdoc IERC5851Draft
    function standardRequirement(uint256 SBTID) external view returns (Requirement[] memory) {
        return _current(SBTID);
    }

    /// @inheritdoc IERC5851
    function standardClaim(uint256 SBTID) external view returns (Claim[] memory) {
        Requirement[] memory requirements = _current(SBTID);
        (bool shown, uint256 odd) = _areClaims(requirements);
        require(shown, NotAClaim(SBTID, odd));
        return _asClaims(requirements);
    }

    /// @inheritdoc IRequirements
    function requirementVersion(uint256 id) public view returns (uint256) {
        return _versions[id].length;
    }

    /// @inheritdoc IRequirements
    function requirementsAt(uint256 id, uint256 version) external view returns (Requirement[] memory) {
        require(_hasVersion(id, version), UnknownRequirementVersion(id, version));
        return _read(_versions[id][version - 1]);
    }

    // --------------------------------------------------------------------------- rules

    /// @dev Whether the id has, or had, requirements of this version.
    function _hasVersion(uint256 id, uint256 version) internal view returns (bool) {
        return version != 0 && version <= _versions[id].length;
    }

    function _change(uint256 id, Requirement[] memory requirements) private validId(id) {
        uint256 count = requirements.length;
        require(count != 0 && count <= MAX_REQUIREMENTS, InvalidRequirementCount(count));
        for (uint256 i = 0; i < count; ++i) {
            require(_isLegal(requirements[i].logic), IllegalOperator(i, requirements[i].logic));
        }
        bytes memory packed = abi.encode(requirements);
        require(packed.length <= MAX_REQUIREMENTS_SIZE, RequirementsTooLarge(packed.length));
        _versions[id].push(SSTORE2.write(packed));
        emit StandardChanged(id, requirements);
    }

    function _isLegal(string memory logic) private pure returns (bool) {
        bytes32 hash = keccak256(bytes(logic));
        return hash == keccak256(unicode"⊄") || hash == keccak256(unicode"⊂") || hash == keccak256("<")
            || hash == keccak256("<=") || hash == keccak256("==") || hash == keccak256("!=") || hash == keccak256(">=")
            || hash == keccak256(">");
    }

    function _current(uint256 id) private view returns (Requirement[] memory requirements) {
        uint256 count = _versions[id].length;
        if (count != 0) requirements = _read(_versions[id][count - 1]);
    }

    function _read(address pointer) private view returns (Requirement[] memory) {
        return abi.decode(SSTORE2.read(pointer), (Requirement[]));
    }

    /// @dev Whether claims can say all that the requirements do, or which one of them they cannot.
    function _areClaims(Requirement[] memory requirements) private pure returns (bool, uint256) {
        for (uint256 i = 0; i < requirements.length; ++i) {
            if (requirements[i].expectation.bytesValue.length != 0) return (false, i);
        }
        return (true, 0);
    }

    function _asClaims(Requirement[] memory requirements) private pure returns (Claim[] memory claims) {
        claims = new Claim[](requirements.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            Metadata memory metadata = requirements[i].metadata;
            Values memory expectation = requirements[i].expectation;
            claims[i] = Claim({
                metadata: ClaimMetadata(metadata.title, metadata._type, metadata.description),
                logic: requirements[i].logic,
                expectation: ClaimValues(
                    expectation.stringValue, expectation.uintValue, expectation.addressValue, expectation.boolValue
                )
            });
        }
    }

    function _asRequirements(Claim[] memory claims) private pure returns (Requirement[] memory requirements) {
        requirements = new Requirement[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            ClaimMetadata memory metadata = claims[i].metadata;
            ClaimValues memory expectation = claims[i].expectation;
            requirements[i] = Requirement({
                metadata: Metadata(metadata.title, metadata.kind, metadata.description),
                logic: claims[i].logic,
                expectation: Values(
                    expectation.stringValue, expectation.uintValue, expectation.addressValue, expectation.boolValue, ""
                )
            });
        }
    }
}

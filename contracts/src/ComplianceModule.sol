// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IComplianceModule} from "./interfaces/IComplianceModule.sol";

/// @notice The compliances that took a module.
abstract contract ComplianceModule is IComplianceModule {
    /// @inheritdoc IComplianceModule
    mapping(address compliance => bool) public isComplianceBound;

    /// @inheritdoc IComplianceModule
    function bindCompliance(address _compliance) external {
        require(msg.sender == _compliance, NotTheCompliance(msg.sender, _compliance));
        require(!isComplianceBound[_compliance], AlreadyBound(_compliance));
        isComplianceBound[_compliance] = true;
        emit ComplianceBound(_compliance);
    }

    /// @inheritdoc IComplianceModule
    function unbindCompliance(address _compliance) external {
        require(msg.sender == _compliance, NotTheCompliance(msg.sender, _compliance));
        require(isComplianceBound[_compliance], NotBound(_compliance));
        isComplianceBound[_compliance] = false;
        emit ComplianceUnbound(_compliance);
    }
}

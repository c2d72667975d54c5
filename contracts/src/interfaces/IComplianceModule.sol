// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title A module of T-REX's modular compliance
/// @notice Signatures, events and names of parameters are T-REX 4's; errors are ours.
interface IComplianceModule {
    event ComplianceBound(address indexed _compliance);
    event ComplianceUnbound(address indexed _compliance);

    /// @notice Only a compliance itself binds and unbinds.
    error NotTheCompliance(address caller, address named);
    error AlreadyBound(address compliance);
    error NotBound(address compliance);

    /// @notice Told by a compliance that it took the module.
    function bindCompliance(address _compliance) external;

    /// @notice Told by a compliance that it dropped the module.
    function unbindCompliance(address _compliance) external;

    /// @notice Told by a compliance after a transfer, forced or not.
    function moduleTransferAction(address _from, address _to, uint256 _value) external;

    /// @notice Told by a compliance after a mint.
    function moduleMintAction(address _to, uint256 _value) external;

    /// @notice Told by a compliance after a burn.
    function moduleBurnAction(address _from, uint256 _value) external;

    /// @notice Whether the module allows the transfer; `_from` is zero for a mint.
    function moduleCheck(address _from, address _to, uint256 _value, address _compliance) external view returns (bool);

    /// @notice Whether the compliance took the module.
    function isComplianceBound(address _compliance) external view returns (bool);

    /// @notice Whether the module fits the compliance; asked only when the module is not {isPlugAndPlay}.
    function canComplianceBind(address _compliance) external view returns (bool);

    /// @notice Whether the module fits every compliance.
    function isPlugAndPlay() external pure returns (bool);

    /// @notice The name of the module.
    function name() external pure returns (string memory _name);
}

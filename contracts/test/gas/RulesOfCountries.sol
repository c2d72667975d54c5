// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransferRules} from "../../src/interfaces/ITransferRules.sol";
import {IWalletRecords} from "../../src/interfaces/IWalletRecords.sol";
import {WalletRecord} from "../../src/WalletRecord.sol";

/// @dev Rules that cost a transfer what country rules do: both records from the registry, and a slot for each country.
contract RulesOfCountries is ITransferRules {
    IWalletRecords private immutable registry;
    mapping(uint256 country => uint256) private _blocked;
    bool public immutable countsHolders;

    constructor(IWalletRecords registry_, bool countsHolders_) {
        (registry, countsHolders) = (registry_, countsHolders_);
    }

    function canTransfer(address _from, address _to, uint256) external view returns (bool) {
        return _accepts(_from) && _accepts(_to);
    }

    function reason(address, address, uint256) external pure returns (string memory) {
        return "COUNTRY_BLOCKED";
    }

    function bindToken(address _token) external {}

    function unbindToken(address _token) external {}

    function transferred(address _from, address _to, uint256 _value) external {}

    function created(address _to, uint256 _value) external {}

    function destroyed(address _from, uint256 _value) external {}

    function isTokenBound(address) external pure returns (bool) {
        return true;
    }

    function getTokenBound() external pure returns (address) {
        return address(0);
    }

    function _accepts(address wallet) private view returns (bool) {
        return wallet == address(0) || _blocked[WalletRecord.wrap(registry.recordOf(wallet)).country()] == 0;
    }
}

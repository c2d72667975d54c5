// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IWalletRecords} from "../interfaces/IWalletRecords.sol";
import {KycGuard} from "../KycGuard.sol";
import {WalletRecord} from "../WalletRecord.sol";

/// @notice What becomes of a wallet that is not verified, by the word that the registry keeps of it.
/// @dev A registry that keeps no words, such as a set or a {KYCRegistrar}, cannot say why a wallet is not verified: it
/// may then be the worst (I12).
abstract contract Standing is KycGuard {
    /// @dev Whether the wallet is under an asset freeze. A verified one is not, whoever verifies it (I4).
    function _isAssetFrozen(address wallet) internal view returns (bool) {
        if (_areVerified(wallet, wallet)) return false;
        (bool known, WalletRecord record) = _recordOf(wallet);
        return !known || record.frozen();
    }

    /// @dev Whether the holder may give its tokens back, and if not, whether an asset freeze is why.
    function _mayRedeem(address holder) internal view returns (bool may, bool frozen) {
        if (_areVerified(holder, holder)) return (true, false);
        (bool known, WalletRecord record) = _recordOf(holder);
        if (!known) return (false, false);
        return (record.departed() || _onlyExpired(record), record.frozen());
    }

    /// @dev Whether nothing but time took the wallet out of the verdict. What an agent wrote and nobody confirmed was
    /// never the register's verdict, so it does not expire: it ends.
    function _onlyExpired(WalletRecord record) private view returns (bool) {
        return record.approved() && !record.provisional() && !record.currentAt(block.timestamp)
            && !IWalletRecords(address(identityRegistry)).isAuthorityRestricted(uint8(record.authority()));
    }

    function _recordOf(address wallet) private view returns (bool known, WalletRecord record) {
        // slither-disable-next-line low-level-calls not every registry has this function
        (bool answered, bytes memory answer) =
            address(identityRegistry).staticcall(abi.encodeCall(IWalletRecords.recordOf, (wallet)));
        known = answered && answer.length == 32;
        if (known) record = WalletRecord.wrap(abi.decode(answer, (uint256)));
    }
}

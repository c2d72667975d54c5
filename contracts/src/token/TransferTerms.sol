// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransferRules} from "../interfaces/ITransferRules.sol";

/// @notice What each transfer looks at, in one slot, so that it is read once.
abstract contract TransferTerms {
    struct Terms {
        ITransferRules rules;
        bool countsHolders;
        bool paused;
        /// @dev While nobody's tokens are frozen, no transfer looks for the sender's.
        uint80 frozenWallets;
    }

    Terms internal _terms;
}

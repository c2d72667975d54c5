// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MoodyWallet} from "./MoodyWallet.sol";

/// @notice Deploys wallets by CREATE2, or only says so.
contract MoodyFactory {
    error WontDeploy();

    function deploy(address owner, uint8 mood) external returns (address) {
        return address(new MoodyWallet{salt: 0}(owner, mood));
    }

    function walletOf(address owner, uint8 mood) external view returns (address) {
        bytes memory code = abi.encodePacked(type(MoodyWallet).creationCode, abi.encode(owner, mood));
        bytes32 digest = keccak256(abi.encodePacked(bytes1(0xff), this, bytes32(0), keccak256(code)));
        return address(uint160(uint256(digest)));
    }

    /// @notice Says that a wallet is there which is not.
    function lie(address wallet) external pure returns (address) {
        return wallet;
    }

    function refuse() external pure {
        revert WontDeploy();
    }

    function burn() external pure {
        while (true) {}
    }
}

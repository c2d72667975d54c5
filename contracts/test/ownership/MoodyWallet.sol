// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A wallet of one key's (ERC-1271) that may misbehave, and code for an account that has a key of its own
/// (EIP-7702), where the owner is the account itself.
contract MoodyWallet {
    enum Mood {
        Honest,
        Reverting,
        Garbage,
        Huge,
        Short,
        Burning,
        Writing,
        Silent,
        Estimating
    }

    error Moody();

    bytes4 private constant MAGIC = 0x1626ba7e;

    address public immutable owner;
    Mood private immutable mood;
    uint256 public written;

    /// @param _owner Zero for whoever's account this code is delegated to.
    /// @param _mood A {Mood}.
    constructor(address _owner, uint8 _mood) {
        (owner, mood) = (_owner, Mood(_mood));
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external returns (bytes4) {
        if (mood == Mood.Reverting) revert Moody();
        if (mood == Mood.Garbage) _return(bytes32(MAGIC) | bytes32(uint256(1)), 32);
        if (mood == Mood.Huge) _return(bytes32(MAGIC), 100_000);
        if (mood == Mood.Short) _return(bytes32(MAGIC), 4);
        if (mood == Mood.Silent) _return(0, 0);
        if (mood == Mood.Burning) while (true) {}
        if (mood == Mood.Writing) ++written;
        // As wallets do that let gas be estimated before anybody has signed.
        if (mood == Mood.Estimating) return tx.origin == address(0) ? MAGIC : bytes4(0xffffffff);
        return _isOwners(hash, signature) ? MAGIC : bytes4(0xffffffff);
    }

    function _isOwners(bytes32 hash, bytes calldata signature) private view returns (bool) {
        if (signature.length != 65) return false;
        address signer = ecrecover(hash, uint8(signature[64]), bytes32(signature), bytes32(signature[32:]));
        return signer != address(0) && signer == (owner == address(0) ? address(this) : owner);
    }

    function _return(bytes32 word, uint256 size) private pure {
        assembly {
            mstore(0, word)
            return(0, size)
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What a wallet that is a contract says to a signature
/// @notice Never deployed: its creation code is called (`eth_call` without a recipient), and what it returns instead of
/// runtime code is one word, the verdict. So a wallet that is not deployed yet can be asked as if it were (ERC-6492),
/// and nothing stays of it.
/// @dev It never reverts by itself. Whatever it calls gets a bounded amount of gas, and none of what comes back is copied
/// but one word. The verdicts are read by `crates/chain/src/ownership/contract.rs`.
contract SignatureCheck {
    /// @dev The call itself got too little gas to give the wallet its share: no answer of the wallet's.
    uint256 private constant STARVED = 1;
    /// @dev The factory reverted, or is none.
    uint256 private constant FACTORY_FAILED = 2;
    /// @dev There is no code at the wallet's address, even after the factory was called.
    uint256 private constant NO_WALLET = 3;
    /// @dev The wallet reverted, or answered something else than four bytes in one word.
    uint256 private constant NO_ANSWER = 4;
    /// @dev The wallet answered with four other bytes.
    uint256 private constant REFUSED = 5;
    /// @dev The wallet answered with the magic value of ERC-1271, and with nothing else.
    uint256 private constant SIGNED = 6;

    /// @dev `isValidSignature(bytes32,bytes)`, which is the magic value too.
    bytes4 private constant MAGIC = 0x1626ba7e;
    /// @dev What deploys even large wallets, and what checks even signatures of curves without a precompile.
    uint256 private constant FACTORY_GAS = 7_000_000;
    uint256 private constant SIGNATURE_GAS = 3_000_000;

    /// @param wallet Who is to have signed.
    /// @param factory What deploys the wallet if it is not there; zero for none. A wallet that is there is asked as it is.
    /// @param factoryCall What the factory is called with.
    /// @param hash What was signed.
    /// @param signature As the wallet understands it.
    constructor(address wallet, address factory, bytes memory factoryCall, bytes32 hash, bytes memory signature) {
        uint256 verdict = _verdict(wallet, factory, factoryCall, hash, signature);
        assembly ("memory-safe") {
            mstore(0, verdict)
            return(0, 32)
        }
    }

    function _verdict(address wallet, address factory, bytes memory factoryCall, bytes32 hash, bytes memory signature)
        private
        returns (uint256)
    {
        if (wallet.code.length == 0 && factory != address(0)) {
            if (factory.code.length == 0) return FACTORY_FAILED;
            if (_isStarved(FACTORY_GAS)) return STARVED;
            if (!_call(factory, factoryCall)) return FACTORY_FAILED;
        }
        if (wallet.code.length == 0) return NO_WALLET;
        bytes memory question = abi.encodeWithSelector(MAGIC, hash, signature);
        if (_isStarved(SIGNATURE_GAS)) return STARVED;
        return _ask(wallet, question);
    }

    /// @dev EIP-150 keeps a 64th back, and a call itself costs a little.
    function _isStarved(uint256 share) private view returns (bool) {
        uint256 left = gasleft();
        return left - left / 64 < share + 10_000;
    }

    function _call(address factory, bytes memory factoryCall) private returns (bool done) {
        uint256 share = FACTORY_GAS;
        assembly ("memory-safe") {
            done := call(share, factory, 0, add(factoryCall, 32), mload(factoryCall), 0, 0)
        }
    }

    /// @dev Statically: ERC-1271 forbids `isValidSignature` to change anything.
    function _ask(address wallet, bytes memory question) private view returns (uint256) {
        uint256 share = SIGNATURE_GAS;
        bool done;
        uint256 size;
        bytes32 answer;
        assembly ("memory-safe") {
            done := staticcall(share, wallet, add(question, 32), mload(question), 0, 32)
            size := returndatasize()
            answer := mload(0)
        }
        if (!done || size != 32 || answer != bytes32(bytes4(answer))) return NO_ANSWER;
        return bytes4(answer) == MAGIC ? SIGNED : REFUSED;
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {SignatureCheck} from "../../src/ownership/SignatureCheck.sol";
import {MoodyFactory} from "./MoodyFactory.sol";
import {MoodyWallet} from "./MoodyWallet.sol";

/// @notice What crates/chain asks by `eth_call` is read here as the code of the contract that the same bytes make.
contract SignatureCheckTest is Test {
    uint256 private constant STARVED = 1;
    uint256 private constant FACTORY_FAILED = 2;
    uint256 private constant NO_WALLET = 3;
    uint256 private constant NO_ANSWER = 4;
    uint256 private constant REFUSED = 5;
    uint256 private constant SIGNED = 6;
    uint256 private constant KEY = 0xa11ce;
    bytes32 private constant HASH = keccak256("what was signed");

    MoodyFactory private immutable factory = new MoodyFactory();
    address private immutable owner = vm.addr(KEY);

    /// @dev As a node does it, with the gas that it gives a call.
    function check(address wallet, address deployer, bytes memory call, bytes memory signature)
        external
        returns (uint256 verdict)
    {
        bytes memory code = abi.encodePacked(
            type(SignatureCheck).creationCode, abi.encode(wallet, deployer, call, HASH, signature)
        );
        address made;
        assembly ("memory-safe") {
            made := create(0, add(code, 32), mload(code))
        }
        assertEq(made.code.length, 32, "it returns one word");
        verdict = uint256(bytes32(made.code));
    }

    function testAWalletsOwnWordCounts() public {
        address wallet = address(_wallet(MoodyWallet.Mood.Honest));
        assertEq(_ask(wallet, _signature(KEY)), SIGNED);
        assertEq(_ask(wallet, _signature(KEY + 1)), REFUSED);
        assertEq(_ask(wallet, ""), REFUSED);
        assertEq(_ask(address(0x77), _signature(KEY)), NO_WALLET);
    }

    function testWhateverIsNoWordIsNoAnswer() public {
        for (uint8 mood = uint8(MoodyWallet.Mood.Reverting); mood <= uint8(MoodyWallet.Mood.Silent); ++mood) {
            assertEq(_ask(address(_wallet(MoodyWallet.Mood(mood))), _signature(KEY)), NO_ANSWER, vm.toString(mood));
        }
    }

    function testAWalletThatIsNotThereIsDeployedFirst() public {
        address wallet = factory.walletOf(owner, 0);
        bytes memory deploy = abi.encodeCall(factory.deploy, (owner, 0));
        assertEq(this.check(wallet, address(factory), abi.encodeCall(factory.lie, (wallet)), ""), NO_WALLET);
        assertEq(this.check(wallet, address(factory), abi.encodeCall(factory.refuse, ()), ""), FACTORY_FAILED);
        assertEq(this.check(wallet, address(0x77), deploy, ""), FACTORY_FAILED);
        assertEq(this.check(wallet, address(factory), deploy, _signature(KEY)), SIGNED);
    }

    /// @dev Between the two it depends on what the question itself costs.
    function testFuzzTooLittleGasIsNoAnswerOfTheWallets(uint256 gas) public {
        gas = bound(gas, 400_000, 12_000_000);
        address wallet = address(_wallet(MoodyWallet.Mood.Honest));
        uint256 verdict = this.check{gas: gas}(wallet, address(0), "", _signature(KEY));
        if (gas < 3_000_000) assertEq(verdict, STARVED);
        else if (gas > 3_300_000) assertEq(verdict, SIGNED);
        else assertTrue(verdict == STARVED || verdict == SIGNED);
    }

    function testAFactoryThatBurnsItsShareLeavesTheWalletIts() public {
        address wallet = factory.walletOf(owner, 0);
        bytes memory burn = abi.encodeCall(factory.burn, ());
        assertEq(this.check{gas: 12_000_000}(wallet, address(factory), burn, ""), FACTORY_FAILED);
        assertEq(this.check{gas: 7_000_000}(wallet, address(factory), burn, ""), STARVED);
    }

    function _ask(address wallet, bytes memory signature) private returns (uint256) {
        return this.check(wallet, address(0), "", signature);
    }

    function _wallet(MoodyWallet.Mood mood) private returns (MoodyWallet) {
        return new MoodyWallet(owner, uint8(mood));
    }

    function _signature(uint256 key) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, HASH);
        return abi.encodePacked(r, s, v);
    }
}

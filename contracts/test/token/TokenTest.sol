// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {IForcedMoves} from "../../src/interfaces/IForcedMoves.sol";
import {ITransferRules} from "../../src/interfaces/ITransferRules.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Word} from "../helpers/Word.sol";
import {ScriptedRules} from "./ScriptedRules.sol";

/// @dev A token with two approvers and two verified wallets, of which `wallet` holds 100, and short ways to speak to it.
abstract contract TokenTest is RegistryTest {
    event Transfer(address indexed from, address indexed to, uint256 value);

    uint256 internal constant BALANCE = 100;
    bytes32 internal constant LICENCE = "INT/2026/1234";
    string internal constant ORDER = "order 17 of the court";

    RegulatedToken internal token;
    ScriptedRules internal rules = new ScriptedRules();
    address internal other = makeAddr("other");
    address internal first = makeAddr("first approver");
    address internal second = makeAddr("second approver");

    function setUp() public virtual override {
        super.setUp();
        token = new RegulatedToken("Bond 2030", "BOND", registry, owner);
        addApprover(first);
        addApprover(second);
        upsert(wallet, approval(1));
        upsert(other, approval(1));
        mint(wallet, BALANCE);
    }

    function mint(address to, uint256 amount) internal {
        vm.prank(owner);
        token.mint(to, amount);
    }

    function burn(address from, uint256 amount) internal {
        vm.prank(owner);
        token.burn(from, amount);
    }

    function transfer(address from, address to, uint256 amount) internal {
        vm.prank(from);
        token.transfer(to, amount);
    }

    function redeem(address holder, uint256 amount) internal {
        vm.prank(holder);
        token.redeem(amount);
    }

    function pause() internal {
        vm.prank(owner);
        token.pause();
    }

    function freeze(address account, uint256 amount) internal {
        vm.prank(owner);
        token.freezePartialTokens(account, amount);
    }

    function unfreeze(address account, uint256 amount) internal {
        vm.prank(owner);
        token.unfreezePartialTokens(account, amount);
    }

    function addApprover(address approver) internal {
        vm.prank(owner);
        token.addApprover(approver);
    }

    function removeApprover(address approver) internal {
        vm.prank(owner);
        token.removeApprover(approver);
    }

    function announce(ITransferRules next) internal {
        vm.prank(owner);
        token.announceCompliance(next);
    }

    function setCompliance(ITransferRules next) internal {
        vm.prank(owner);
        token.setCompliance(next);
    }

    function takeRules(bool counts) internal {
        rules.script(ITransferRules.countsHolders.selector, false, abi.encode(counts));
        setCompliance(scripted());
    }

    function scripted() internal view returns (ITransferRules) {
        return ITransferRules(address(rules));
    }

    function rulesRefuse(string memory why) internal {
        rules.script(IERC3643Compliance.canTransfer.selector, false, abi.encode(false));
        rules.script(ITransferRules.reason.selector, false, abi.encode(why));
    }

    function forced(address from, address to, uint256 amount, bytes32 licence) internal pure returns (bytes memory) {
        return abi.encodeCall(IForcedMoves.forcedTransfer, (from, to, amount, ORDER, licence));
    }

    function recovery(address lost, address replacement, bytes32 licence) internal view returns (bytes memory) {
        return abi.encodeCall(IForcedMoves.recoveryAddress, (lost, replacement, id, ORDER, licence));
    }

    /// @dev Sends calldata as `caller`, which must succeed; says whether it was executed.
    function send(address caller, bytes memory call) internal returns (bool) {
        vm.prank(caller);
        (bool success, bytes memory answer) = address(token).call(call);
        assertTrue(success, "refused");
        return abi.decode(answer, (bool));
    }

    /// @dev Both approvers send the call.
    function byBoth(bytes memory call) internal {
        assertFalse(send(first, call));
        assertTrue(send(second, call));
    }

    function refuse(address caller, bytes memory call, bytes memory refusal) internal {
        vm.prank(caller);
        (bool success, bytes memory answer) = address(token).call(call);
        assertFalse(success, "not refused");
        assertEq(answer, refusal);
    }

    /// @dev The call is refused, and both when it is the first approval and when it is the second.
    function refuseEither(bytes memory call, bytes memory refusal) internal {
        refuse(first, call, refusal);
        refuse(second, call, refusal);
    }

    function words(string memory text) internal pure returns (bytes memory) {
        return abi.encodeWithSignature("Error(string)", text);
    }

    function notOwner(address caller) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller);
    }

    function tooLittle(address holder, uint256 balance, uint256 amount) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, holder, balance, amount);
    }

    function assertHeard(bytes memory expected) internal view {
        (bytes memory last,) = rules.lastHeard();
        assertEq(last, expected);
    }

    function assertBalances(uint256 ofWallet, uint256 ofOther) internal view {
        assertEq(token.balanceOf(wallet), ofWallet);
        assertEq(token.balanceOf(other), ofOther);
    }

    function expired(uint16 version) internal view returns (Word memory w) {
        w = approval(version);
        w.expiry = uint64(NOW);
    }
}

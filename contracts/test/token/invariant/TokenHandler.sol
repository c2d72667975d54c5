// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC3643Compliance} from "../../../src/interfaces/IERC3643Compliance.sol";
import {ITransferRules} from "../../../src/interfaces/ITransferRules.sol";
import {IdentityRegistry} from "../../../src/IdentityRegistry.sol";
import {RegulatedToken} from "../../../src/RegulatedToken.sol";
import {Word, Words} from "../../helpers/Word.sol";
import {ScriptedRules} from "../ScriptedRules.sol";

/// @dev Acts as the register, the owner, three approvers and holders on a few wallets, and remembers whether a step
/// broke a rule that only the step itself can see.
contract TokenHandler is Test {
    using Words for Word;

    IdentityRegistry public immutable registry;
    RegulatedToken public immutable token;
    ScriptedRules public immutable rules = new ScriptedRules();
    address[] public wallets;
    address[] public approvers;
    bool public frozenMoved;
    bool public unverifiedReceived;
    bool public movedByOne;
    bool public frozenTokensSent;

    /// @dev What was approved once, and who sent it last.
    bytes[] private pending;
    bool[] private licences;
    mapping(bytes32 callHash => address) private sender;
    uint256[] private before;
    bool[] private frozenBefore;

    constructor() {
        registry = new IdentityRegistry(address(this));
        registry.addMirror(address(this));
        token = new RegulatedToken("Bond", "BOND", registry, address(this));
        for (uint256 i = 1; i <= 4; ++i) {
            wallets.push(vm.addr(i));
            Word memory w;
            // The first two wallets are of one identity.
            w.identity = vm.addr(90 + (i + 1) / 2);
            (w.verified, w.version, w.country) = (true, 1, 276);
            registry.upsert("head", abi.encodePacked(wallets[i - 1], w.pack()));
        }
        for (uint256 i = 11; i <= 13; ++i) {
            approvers.push(vm.addr(i));
            token.addApprover(vm.addr(i));
        }
        token.mint(wallets[0], 1000);
        token.mint(wallets[2], 1000);
        rules.script(ITransferRules.countsHolders.selector, false, abi.encode(true));
        token.setCompliance(ITransferRules(address(rules)));
    }

    /// @dev Looks at each balance before and after a step: what rose was verified, and what fell was not frozen
    /// without a licence.
    modifier watched(bool licensed) {
        delete before;
        delete frozenBefore;
        for (uint256 i = 0; i < wallets.length; ++i) {
            before.push(token.balanceOf(wallets[i]));
            frozenBefore.push(Words.unpack(registry.recordOf(wallets[i])).frozen);
        }
        _;
        for (uint256 i = 0; i < wallets.length; ++i) {
            uint256 balance = token.balanceOf(wallets[i]);
            if (balance > before[i] && !registry.isVerified(wallets[i])) unverifiedReceived = true;
            if (balance < before[i] && frozenBefore[i] && !licensed) frozenMoved = true;
        }
    }

    function approve(uint256 index, uint8 mode) external {
        Word memory w = Words.unpack(registry.recordOf(pick(index)));
        w.identity = vm.addr(91 + index % wallets.length / 2);
        (w.verified, w.restricted, w.frozen) = (true, false, false);
        w.expiry = mode & 3 == 0 ? uint64(block.timestamp + 1 days) : 0;
        w.version += 1;
        registry.upsert("head", abi.encodePacked(pick(index), w.pack()));
    }

    function deny(uint256 index, uint8 grounds) external {
        registry.deny("head", abi.encodePacked(pick(index), uint16(0), grounds % 16));
    }

    function mint(uint256 index, uint64 amount) external watched(false) {
        try token.mint(pick(index), amount) {} catch {}
    }

    function burn(uint256 index, uint256 amount) external watched(false) {
        try token.burn(pick(index), bound(amount, 0, token.balanceOf(pick(index)))) {} catch {}
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external watched(false) {
        amount = bound(amount, 0, token.balanceOf(pick(from)));
        uint256 free = token.balanceOf(pick(from)) - token.getFrozenTokens(pick(from));
        vm.prank(pick(from));
        try token.transfer(pick(to), amount) {
            if (amount > free) frozenTokensSent = true;
        } catch {}
    }

    function redeem(uint256 index, uint256 amount) external watched(false) {
        amount = bound(amount, 0, token.balanceOf(pick(index)));
        uint256 free = token.balanceOf(pick(index)) - token.getFrozenTokens(pick(index));
        vm.prank(pick(index));
        try token.redeem(amount) {
            if (amount > free) frozenTokensSent = true;
        } catch {}
    }

    function freeze(uint256 index, uint256 amount) external watched(false) {
        try token.freezePartialTokens(pick(index), bound(amount, 0, token.balanceOf(pick(index)) + 1)) {} catch {}
    }

    function unfreeze(uint256 index, uint256 amount) external watched(false) {
        try token.unfreezePartialTokens(pick(index), bound(amount, 0, token.getFrozenTokens(pick(index)) + 1)) {}
            catch {}
    }

    function force(uint256 by, uint256 from, uint256 to, uint256 amount, bool licensed) external watched(licensed) {
        amount = bound(amount, 0, token.balanceOf(pick(from)));
        bytes32 licence = licensed ? bytes32("licence") : bytes32(0);
        send(by, abi.encodeCall(token.forcedTransfer, (pick(from), pick(to), amount, "order", licence)), licensed);
    }

    function recover(uint256 by, uint256 from, uint256 to, bool licensed) external watched(licensed) {
        address identity = address(registry.identity(pick(to)));
        bytes32 licence = licensed ? bytes32("licence") : bytes32(0);
        string memory justification = vm.toString(pending.length);
        send(
            by,
            abi.encodeCall(token.recoveryAddress, (pick(from), pick(to), identity, justification, licence)),
            licensed
        );
    }

    /// @dev Something of the last that was approved, by anybody.
    function sendAgain(uint256 by, uint256 which) external watched(licensedOf(which)) {
        if (pending.length != 0) send(by, pending[recent(which)], licensedOf(which));
    }

    function appoint(uint256 by, bool named) external {
        address approver = approvers[by % approvers.length];
        if (named) try token.addApprover(approver) {} catch {} else try token.removeApprover(approver) {} catch {}
    }

    function pause(bool paused) external {
        if (paused) try token.pause() {} catch {} else try token.unpause() {} catch {}
    }

    function changeRules(bool allow) external {
        rules.script(IERC3643Compliance.canTransfer.selector, false, abi.encode(allow));
    }

    function pass(uint32 time) external {
        vm.warp(block.timestamp + time % 2 days);
    }

    function count() external view returns (uint256) {
        return wallets.length;
    }

    /// @dev Whatever one approver does again and again, nothing moves until another one has sent the same.
    function send(uint256 by, bytes memory call, bool licensed) private {
        address approver = approvers[by % approvers.length];
        bytes32 callHash = keccak256(call);
        vm.prank(approver);
        (bool success, bytes memory answer) = address(token).call(call);
        if (!success) return;
        if (!abi.decode(answer, (bool))) {
            for (uint256 i = 0; i < wallets.length; ++i) {
                if (token.balanceOf(wallets[i]) != before[i]) movedByOne = true;
            }
            sender[callHash] = approver;
            pending.push(call);
            licences.push(licensed);
        } else if (sender[callHash] == address(0) || sender[callHash] == approver) {
            movedByOne = true;
        }
    }

    function licensedOf(uint256 which) private view returns (bool) {
        return pending.length != 0 && licences[recent(which)];
    }

    function recent(uint256 which) private view returns (uint256) {
        return pending.length - 1 - which % (pending.length < 3 ? pending.length : 3);
    }

    function pick(uint256 index) private view returns (address) {
        return wallets[index % wallets.length];
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IForcedMoves} from "../../src/interfaces/IForcedMoves.sol";
import {IPartialFreezes} from "../../src/interfaces/IPartialFreezes.sol";
import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {Word} from "../helpers/Word.sol";
import {TokenTest} from "./TokenTest.sol";

contract RecoveryAddressTest is TokenTest {
    address private strangersIdentity = makeAddr("a stranger's identity");

    function testRecovery() public {
        mint(other, 5);
        uint256 lostRecord = registry.recordOf(wallet);
        uint256 newRecord = registry.recordOf(other);
        bytes memory call = recovery(wallet, other, 0);
        send(first, call);
        vm.expectEmit(address(token));
        emit IForcedMoves.RecoverySuccess(wallet, other, id);
        vm.expectEmit(address(token));
        emit Transfer(wallet, other, BALANCE);
        vm.expectEmit(address(token));
        emit IForcedMoves.MovedByForce(wallet, other, BALANCE, ORDER, 0);
        assertTrue(send(second, call));
        assertBalances(0, BALANCE + 5);

        assertEq(address(registry.identity(wallet)), id);
        assertEq(address(registry.identity(other)), id, "the identity is kept");
        assertEq(registry.recordOf(wallet), lostRecord, "the register alone removes the lost wallet");
        assertEq(registry.recordOf(other), newRecord);
    }

    function testThePartialFreezeGoesAlong(uint256 frozen, uint256 already) public {
        frozen = bound(frozen, 1, BALANCE);
        already = bound(already, 0, 50);
        mint(other, 50);
        freeze(wallet, frozen);
        freeze(other, already);
        bytes memory call = recovery(wallet, other, 0);
        send(first, call);
        vm.expectEmit(address(token));
        emit IPartialFreezes.TokensUnfrozen(wallet, frozen);
        vm.expectEmit(address(token));
        emit IPartialFreezes.TokensFrozen(other, frozen);
        send(second, call);
        assertEq(token.getFrozenTokens(wallet), 0);
        assertEq(token.getFrozenTokens(other), frozen + already);
        assertEq(token.reason(other, wallet, 150 - frozen - already), "");
        assertEq(token.reason(other, wallet, 151 - frozen - already), "TOKENS_FROZEN");
    }

    /// @dev What the lost wallet received between the two approvals goes along.
    function testAllThatItHolds() public {
        send(first, recovery(wallet, other, 0));
        mint(wallet, 11);
        send(second, recovery(wallet, other, 0));
        assertBalances(0, BALANCE + 11);
    }

    function testOfARevokedWallet() public {
        deny(wallet, 2, REVOKED);
        byBoth(recovery(wallet, other, 0));
        assertBalances(0, BALANCE);
    }

    function testNotToAStranger() public {
        upsert(stranger, approvalOf(strangersIdentity));
        refuseEither(recovery(wallet, stranger, LICENCE), notOf(stranger, id));
        refuseEither(
            abi.encodeCall(token.recoveryAddress, (wallet, stranger, strangersIdentity, ORDER, LICENCE)),
            notOf(wallet, strangersIdentity)
        );
    }

    function testToAVerifiedWallet() public {
        deny(other, 2, REVOKED);
        refuseEither(recovery(wallet, other, LICENCE), words("KYC_NOT_VERIFIED"));
    }

    function testTheSecondApprovalLooksAgain() public {
        bytes memory call = recovery(wallet, other, 0);
        send(first, call);
        Word memory w = approvalOf(strangersIdentity);
        w.version = 2;
        upsert(other, w);
        refuse(second, call, notOf(other, id));
    }

    /// @dev Of a wallet that was removed nobody can say whose it was, and a forced transfer remains.
    function testNotOfARemovedWallet() public {
        deny(wallet, 2, REMOVED);
        refuseEither(recovery(wallet, other, LICENCE), notOf(wallet, id));
        refuseEither(
            abi.encodeCall(token.recoveryAddress, (wallet, other, address(0), ORDER, LICENCE)),
            notOf(wallet, address(0))
        );
        byBoth(forced(wallet, other, BALANCE, 0));
        assertBalances(0, BALANCE);
    }

    function testAFrozenWalletNeedsALicence() public {
        deny(wallet, 2, FROZEN);
        refuseEither(recovery(wallet, other, 0), abi.encodeWithSelector(IForcedMoves.AssetFrozen.selector, wallet));
        send(first, recovery(wallet, other, LICENCE));
        vm.expectEmit(address(token));
        emit IForcedMoves.MovedByForce(wallet, other, BALANCE, ORDER, LICENCE);
        send(second, recovery(wallet, other, LICENCE));
    }

    function testAReasonIsGiven() public {
        refuseEither(
            abi.encodeCall(token.recoveryAddress, (wallet, other, id, "", 0)),
            abi.encodeWithSelector(IForcedMoves.NoJustification.selector)
        );
    }

    function testNothingToRecover() public {
        refuseEither(recovery(other, wallet, 0), abi.encodeWithSelector(IForcedMoves.NothingToRecover.selector, other));
        refuseEither(recovery(wallet, wallet, 0), abi.encodeWithSelector(IForcedMoves.SameWallet.selector, wallet));
    }

    function testTheRulesAreToldAndNotAsked() public {
        takeRules(true);
        rulesRefuse("COUNTRY_BLOCKED");
        byBoth(recovery(wallet, other, 0));
        assertHeard(abi.encodeCall(IERC3643Compliance.transferred, (wallet, other, BALANCE)));
    }

    function testWhilePaused() public {
        pause();
        byBoth(recovery(wallet, other, 0));
        assertBalances(0, BALANCE);
    }

    function approvalOf(address identity) private view returns (Word memory w) {
        w = approval(1);
        w.identity = identity;
    }

    function notOf(address account, address identity) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IForcedMoves.NotOfIdentity.selector, account, identity);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IForcedMoves} from "../../src/interfaces/IForcedMoves.sol";
import {IPartialFreezes} from "../../src/interfaces/IPartialFreezes.sol";
import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {RegistrySet} from "../../src/RegistrySet.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {TokenTest} from "./TokenTest.sol";

contract ForcedTransferTest is TokenTest {
    function testForcedTransfer(uint256 amount) public {
        amount = bound(amount, 0, BALANCE);
        bytes memory call = forced(wallet, other, amount, 0);
        send(first, call);
        vm.expectEmit(address(token));
        emit Transfer(wallet, other, amount);
        vm.expectEmit(address(token));
        emit IForcedMoves.MovedByForce(wallet, other, amount, ORDER, 0);
        assertTrue(send(second, call));
        assertBalances(BALANCE - amount, amount);
    }

    function testFromWhoeverHolds() public {
        deny(wallet, 2, REVOKED);
        byBoth(forced(wallet, other, 10, 0));
        deny(wallet, 3, RESTRICTED);
        byBoth(forced(wallet, other, 11, 0));
        deny(wallet, 4, REVOKED | RESTRICTED | REMOVED);
        byBoth(forced(wallet, other, 12, 0));
        assertBalances(67, 33);
    }

    function testTheRecipientIsVerified() public {
        refuseEither(forced(wallet, stranger, 1, LICENCE), words("KYC_NOT_VERIFIED"));
        bytes memory call = forced(wallet, other, 1, LICENCE);
        send(first, call);
        deny(other, 2, REVOKED);
        refuse(second, call, words("KYC_NOT_VERIFIED"));
    }

    function testAFrozenWalletNeedsALicence() public {
        bytes memory refusal = abi.encodeWithSelector(IForcedMoves.AssetFrozen.selector, wallet);
        bytes memory call = forced(wallet, other, 10, 0);
        send(first, call);
        deny(wallet, 2, FROZEN);
        assertTrue(token.isFrozen(wallet));
        refuseEither(call, refusal);
        deny(wallet, 3, REMOVED);
        refuseEither(call, refusal);

        send(first, forced(wallet, other, 10, LICENCE));
        vm.expectEmit(address(token));
        emit IForcedMoves.MovedByForce(wallet, other, 10, ORDER, LICENCE);
        send(second, forced(wallet, other, 10, LICENCE));
        assertBalances(90, 10);
    }

    function testWhoIsFrozen() public {
        assertFalse(token.isFrozen(wallet));
        assertFalse(token.isFrozen(stranger));
        deny(wallet, 2, REVOKED | RESTRICTED);
        assertFalse(token.isFrozen(wallet));
        deny(wallet, 3, FROZEN);
        assertTrue(token.isFrozen(wallet));
    }

    function testAReasonIsGiven() public {
        refuseEither(
            abi.encodeCall(token.forcedTransfer, (wallet, other, 1, "", LICENCE)),
            abi.encodeWithSelector(IForcedMoves.NoJustification.selector)
        );
    }

    function testNoMoreThanIsHeld(uint256 amount) public {
        amount = bound(amount, BALANCE + 1, type(uint256).max);
        refuseEither(forced(wallet, other, amount, 0), tooLittle(wallet, BALANCE, amount));
    }

    /// @dev As many as are needed, and said so.
    function testReachesFrozenTokens(uint256 frozen, uint256 amount) public {
        frozen = bound(frozen, 0, BALANCE);
        amount = bound(amount, 0, BALANCE);
        freeze(wallet, frozen);
        bytes memory call = forced(wallet, other, amount, 0);
        send(first, call);
        uint256 needed = amount > BALANCE - frozen ? amount - (BALANCE - frozen) : 0;
        if (needed != 0) {
            vm.expectEmit(address(token));
            emit IPartialFreezes.TokensUnfrozen(wallet, needed);
        }
        send(second, call);
        assertEq(token.getFrozenTokens(wallet), frozen - needed);
        assertEq(token.getFrozenTokens(other), 0);
    }

    /// @dev About the recipient alone, as for a mint: the sender may be one whom they refuse.
    function testTheRulesBindTheRecipient() public {
        takeRules(true);
        vm.expectCall(address(rules), abi.encodeCall(IERC3643Compliance.canTransfer, (address(0), other, 10)));
        byBoth(forced(wallet, other, 10, 0));
        assertHeard(abi.encodeCall(IERC3643Compliance.transferred, (wallet, other, 10)));
        rulesRefuse("COUNTRY_BLOCKED");
        refuseEither(forced(wallet, other, 11, 0), words("COUNTRY_BLOCKED"));
    }

    function testWhilePaused() public {
        pause();
        byBoth(forced(wallet, other, 10, 0));
        assertBalances(90, 10);
    }

    /// @dev I12: whoever is not verified may be frozen where no word says otherwise.
    function testARegistryWithoutWords() public {
        RegistrySet set = new RegistrySet(owner);
        address[] memory list = new address[](1);
        list[0] = address(registry);
        vm.prank(owner);
        set.setRegistries(list);
        token = new RegulatedToken("Bond", "BOND", set, owner);
        addApprover(first);
        addApprover(second);
        mint(wallet, BALANCE);
        byBoth(forced(wallet, other, 10, 0));
        deny(wallet, 2, REVOKED);
        refuseEither(forced(wallet, other, 11, 0), abi.encodeWithSelector(IForcedMoves.AssetFrozen.selector, wallet));
        byBoth(forced(wallet, other, 11, LICENCE));
    }
}

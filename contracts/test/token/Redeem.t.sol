// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRegulatedToken} from "../../src/interfaces/IRegulatedToken.sol";
import {IERC3643Compliance} from "../../src/interfaces/IERC3643Compliance.sol";
import {IVerdict} from "../../src/interfaces/IVerdict.sol";
import {RegistrySet} from "../../src/RegistrySet.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {AnyRegistry} from "../proof/AnyRegistry.sol";
import {Word, Words} from "../helpers/Word.sol";
import {TokenTest} from "./TokenTest.sol";

contract RedeemTest is TokenTest {
    using Words for Word;

    function testRedeem(uint256 amount) public {
        amount = bound(amount, 0, BALANCE);
        vm.expectEmit(address(token));
        emit Transfer(wallet, address(0), amount);
        vm.expectEmit(address(token));
        emit IRegulatedToken.Redeemed(wallet, amount);
        redeem(wallet, amount);
        assertEq(token.balanceOf(wallet), BALANCE - amount);
        assertEq(token.totalSupply(), BALANCE - amount);
    }

    function testNoMoreThanIsHeld() public {
        assertEq(token.redemptionReason(wallet, BALANCE + 1), "INSUFFICIENT_BALANCE");
        vm.expectRevert(tooLittle(wallet, BALANCE, BALANCE + 1));
        redeem(wallet, BALANCE + 1);
    }

    function testWhoExpiredRedeems() public {
        upsert(wallet, expired(2));
        assertFalse(registry.isVerified(wallet));
        assertRedeems();
    }

    function testWhoLeftRedeems() public {
        deny(wallet, 2, REMOVED);
        assertRedeems();
    }

    function testWhomAnUpsertRemovedRedeems() public {
        Word memory tombstone;
        tombstone.version = 2;
        upsert(wallet, tombstone);
        assertRedeems();
    }

    function testTheRevokedDoNot() public {
        deny(wallet, 2, REVOKED);
        assertRefused("KYC_NOT_VERIFIED");
        upsert(wallet, expired(3));
        deny(wallet, 4, REVOKED);
        assertRefused("KYC_NOT_VERIFIED");
    }

    function testTheRestrictedDoNot() public {
        deny(wallet, 2, RESTRICTED);
        assertRefused("KYC_NOT_VERIFIED");
        upsert(wallet, expired(3));
        deny(wallet, 4, RESTRICTED);
        assertRefused("KYC_NOT_VERIFIED");
        deny(wallet, 5, REMOVED);
        assertRefused("KYC_NOT_VERIFIED");
    }

    function testTheFrozenDoNot() public {
        deny(wallet, 2, FROZEN);
        assertRefused("ASSET_FROZEN");
        deny(wallet, 3, REVOKED | RESTRICTED);
        assertRefused("ASSET_FROZEN");
        deny(wallet, 4, REMOVED);
        assertRefused("ASSET_FROZEN");
    }

    /// @dev A revoked wallet's tombstone looks like any other. What its removal restricts stays barred: so a register
    /// that removes a revoked wallet restricts it along with that.
    function testARevokedWalletThatIsRemoved() public {
        deny(wallet, 2, REVOKED);
        uint256 before = vm.snapshotState();
        deny(wallet, 3, REMOVED);
        assertEq(token.redemptionReason(wallet, 1), "");
        vm.revertToState(before);
        deny(wallet, 3, REMOVED | RESTRICTED);
        assertRefused("KYC_NOT_VERIFIED");
    }

    function testARestrictedAuthoritysDoNot() public {
        Word memory w = expired(2);
        w.authority = 7;
        upsert(wallet, w);
        restrictAuthority(7, true);
        assertRefused("KYC_NOT_VERIFIED");
        restrictAuthority(7, false);
        assertRedeems();
    }

    /// @dev Nobody but an agent ever vouched for it, and only for a term.
    function testAnAgentsOwnDoNotAfterTheTerm() public {
        register(stranger);
        mint(stranger, 5);
        redeem(stranger, 1);
        vm.warp(NOW + 1 days);
        assertEq(token.redemptionReason(stranger, 1), "KYC_NOT_VERIFIED");
        remove(stranger);
        assertEq(registry.recordOf(stranger), 0);
        assertEq(token.redemptionReason(stranger, 1), "KYC_NOT_VERIFIED");
    }

    function testAVacatedWalletDoesNot() public {
        remove(wallet);
        assertTrue(stored(wallet).vacated);
        assertRefused("KYC_NOT_VERIFIED");
    }

    function testStrangersDoNot() public view {
        assertEq(token.redemptionReason(stranger, 0), "KYC_NOT_VERIFIED");
        assertEq(token.redemptionReason(address(0), 0), "KYC_NOT_VERIFIED");
    }

    /// @dev Of any word at any time: the verified, those whom only time ended, and those of whom the version is left.
    function testAnyWord(uint256 word, uint8 shape, uint64 time, bool restricted) public {
        AnyRegistry any = new AnyRegistry(owner);
        vm.startPrank(owner);
        any.addMirror(owner);
        if (restricted) any.restrictAuthority(HEAD, 7);
        vm.stopPrank();
        Word memory w = Words.unpack(word);
        if (shape & 1 != 0) w.authority = 7;
        if (shape & 6 == 0) (w.verified, w.restricted, w.frozen, w.provisional) = (true, false, false, false);
        word = w.pack();
        if (shape & 24 == 0) word &= uint256(type(uint16).max) << 220;
        w = Words.unpack(word);
        any.put(wallet, word);
        vm.warp(time);

        bool good = w.verified && !w.restricted && !w.frozen && !(restricted && w.authority == 7);
        bool current = w.expiry == 0 || time < w.expiry;
        bool may = (good && (current || !w.provisional)) || (word != 0 && word == uint256(w.version) << 220);
        string memory expected = may ? "" : w.frozen ? "ASSET_FROZEN" : "KYC_NOT_VERIFIED";
        RegulatedToken anyToken = new RegulatedToken("Bond", "BOND", any, owner);
        assertEq(anyToken.redemptionReason(wallet, 0), expected);
        vm.prank(wallet);
        if (!may) vm.expectRevert(bytes(expected));
        anyToken.redeem(0);
    }

    function testWhilePaused() public {
        pause();
        assertRefused("PAUSED");
        deny(wallet, 2, REVOKED);
        assertRefused("KYC_NOT_VERIFIED");
    }

    function testFrozenTokensStay() public {
        freeze(wallet, 60);
        redeem(wallet, 40);
        assertRefused("TOKENS_FROZEN");
    }

    /// @dev They govern who may hold, and a redemption makes nobody hold.
    function testTheRulesAreToldAndNotAsked() public {
        takeRules(true);
        rulesRefuse("COUNTRY_BLOCKED");
        redeem(wallet, 7);
        assertHeard(abi.encodeCall(IERC3643Compliance.destroyed, (wallet, 7)));
    }

    /// @dev I12: who is not verified may have been revoked where no word says otherwise.
    function testARegistryWithoutWords() public {
        RegistrySet set = new RegistrySet(owner);
        address[] memory list = new address[](1);
        list[0] = address(registry);
        vm.prank(owner);
        set.setRegistries(list);
        token = new RegulatedToken("Bond", "BOND", set, owner);
        mint(wallet, BALANCE);
        redeem(wallet, 1);
        upsert(wallet, expired(2));
        assertRefused("KYC_NOT_VERIFIED");
    }

    function testARegistryThatIsNone() public {
        token = new RegulatedToken("Bond", "BOND", IVerdict(stranger), owner);
        assertRefused("KYC_NOT_VERIFIED");
        assertTrue(token.isFrozen(wallet));
    }

    function assertRedeems() private {
        assertEq(token.redemptionReason(wallet, BALANCE), "");
        redeem(wallet, BALANCE);
        assertEq(token.totalSupply(), 0);
    }

    function assertRefused(string memory expected) private {
        assertEq(token.redemptionReason(wallet, 1), expected);
        vm.expectRevert(bytes(expected));
        redeem(wallet, 1);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Party, Reason} from "../../src/rules/Refusal.sol";
import {Terms} from "../../src/rules/Rule.sol";
import {Word} from "../helpers/Word.sol";
import {RulesTest} from "./RulesTest.sol";
import {RulesToken} from "./RulesToken.sol";

/// @dev What the hooks count, and what a limit refuses.
contract HolderCapTest is RulesTest {
    RulesToken private token;
    address private third = makeAddr("third");

    function countsHolders() internal pure override returns (bool) {
        return true;
    }

    function setUp() public override {
        super.setUp();
        token = new RulesToken(rules);
        token.bind();
        put(third, record(FRANCE));
        token.mint(from, 100);
    }

    function testCounts() public {
        assertCounts(1, 0);
        transfer(from, to, 40);
        assertCounts(1, 1);
        transfer(from, third, 10);
        assertCounts(1, 2);
        transfer(to, third, 40);
        assertCounts(1, 1);
        token.burn(third, 50);
        assertCounts(1, 0);
        token.burn(from, 50);
        assertCounts(0, 0);
    }

    function testATransferToOneself() public {
        transfer(from, from, 100);
        assertCounts(1, 0);
        transfer(to, to, 0);
        assertCounts(1, 0);
    }

    function testATransferOfNothing() public {
        transfer(from, to, 0);
        assertCounts(1, 0);
        transfer(to, from, 0);
        assertCounts(1, 0);
    }

    function testATransferOfEverything() public {
        transfer(from, to, 100);
        assertCounts(0, 1);
    }

    function testTwoWalletsAreOneHolder() public {
        sameIdentity(to, third);
        transfer(from, to, 10);
        transfer(from, third, 10);
        assertCounts(1, 1);
        transfer(to, from, 10);
        assertCounts(1, 1);
        transfer(third, from, 10);
        assertCounts(1, 0);
    }

    function testAWalletWithoutIdentity() public {
        token.force(from, stranger, 10);
        assertEq(rules.holdersOf(address(token), 0), 1);
        token.force(stranger, from, 10);
        assertEq(rules.holdersOf(address(token), 0), 0);
    }

    function testCap() public {
        cap(FRANCE, 1);
        transfer(from, to, 10);
        transfer(from, to, 10);
        assertRefused(from, third, FRANCE);
        assertRefused(address(0), third, FRANCE);
        vm.expectRevert("HOLDER_CAP");
        transfer(from, third, 1);

        transfer(to, from, 20);
        transfer(from, third, 1);
        assertRefused(from, to, FRANCE);
    }

    function testASecondWalletOfAHolderIsAdmitted() public {
        sameIdentity(to, third);
        cap(FRANCE, 1);
        transfer(from, to, 10);
        transfer(from, third, 10);
        assertCounts(1, 1);
    }

    /// @dev The place is free when its holder has left, not when it is about to.
    function testSellingAllToANewcomerOfAFullCountry() public {
        cap(FRANCE, 1);
        transfer(from, to, 10);
        assertRefused(to, third, FRANCE);
    }

    /// @dev A forced transfer is not asked about, and counts.
    function testAForcedTransferGoesBeyondTheCap() public {
        cap(FRANCE, 1);
        transfer(from, to, 10);
        token.force(from, third, 10);
        assertCounts(1, 2);
        transfer(from, third, 1);
        token.burn(to, 10);
        assertRefused(from, to, FRANCE);
    }

    function testTheDefaultRulesCapIsEachCountrys() public {
        cap(DEFAULT, 1);
        transfer(from, to, 10);
        assertRefused(from, third, FRANCE);
        put(third, record(40));
        transfer(from, third, 10);
    }

    function testUsPersonsCountInTheUsaToo() public {
        put(to, usPerson(FRANCE));
        put(third, usPerson(USA));
        transfer(from, to, 1);
        assertCounts(1, 1);
        assertEq(rules.holdersOf(address(token), USA), 1);
        cap(USA, 1);
        assertRefused(from, third, USA);
        transfer(from, to, 1);
        transfer(to, from, 2);
        transfer(from, third, 1);
        assertRefused(from, to, USA);
        assertEq(rules.holdersOf(address(token), USA), 1);
        assertCounts(1, 0);
    }

    /// @dev It leaves the count that it entered.
    function testACountryThatChanges() public {
        transfer(from, to, 10);
        put(to, record(GERMANY));
        assertCounts(1, 1);
        token.burn(to, 10);
        assertCounts(1, 0);
    }

    function testACountryThatChangesIsFollowedWithTheNextMove() public {
        transfer(from, to, 10);
        put(to, record(GERMANY));
        transfer(to, from, 1);
        assertCounts(2, 0);
        put(to, usPerson(GERMANY));
        transfer(to, from, 1);
        assertCounts(2, 0);
        assertEq(rules.holdersOf(address(token), USA), 1);
        transfer(to, from, 8);
        assertCounts(1, 0);
        assertEq(rules.holdersOf(address(token), USA), 0);
    }

    /// @dev Moving house opens no place: one who holds elsewhere is new where the limit is.
    function testMovingIntoAFullCountry() public {
        cap(FRANCE, 1);
        transfer(from, to, 10);
        token.mint(from, 1);
        put(from, record(FRANCE));
        assertRefused(address(0), from, FRANCE);
        transfer(from, to, 1);
        assertCounts(0, 2);
        token.mint(from, 1);
    }

    function testAnIdentityThatChanges() public {
        transfer(from, to, 10);
        transfer(from, third, 10);
        assertCounts(1, 2);
        sameIdentity(to, third);
        transfer(from, third, 1);
        assertCounts(1, 1);
        token.burn(third, 11);
        assertCounts(1, 1);
        token.burn(to, 10);
        assertCounts(1, 0);
    }

    function testARecoveryKeepsTheCount() public {
        cap(FRANCE, 1);
        transfer(from, to, 10);
        sameIdentity(to, third);
        token.force(to, third, 10);
        deny(to, 9, REMOVED);
        assertCounts(1, 1);
        token.burn(third, 10);
        assertCounts(1, 0);
    }

    function testEachTokenCountsItsOwn() public {
        RulesToken another = new RulesToken(rules);
        another.bind();
        cap(FRANCE, 1);
        transfer(from, to, 1);
        another.mint(third, 1);
        assertCounts(1, 1);
        assertEq(rules.holdersOf(address(another), FRANCE), 1);
        vm.expectRevert("HOLDER_CAP");
        another.mint(to, 1);
    }

    /// @dev I12: whose holders nobody counts has no room in a country with a limit.
    function testATokenThatIsNotBound() public {
        cap(FRANCE, 1);
        token.unbind();
        assertReason(address(token), from, to, FRANCE, Reason.TokenNotBound, "TOKEN_NOT_BOUND");
        assertReason(stranger, from, to, FRANCE, Reason.TokenNotBound, "TOKEN_NOT_BOUND");
        vm.expectRevert("TOKEN_NOT_BOUND");
        transfer(from, to, 1);
        token.bind();
        transfer(from, to, 1);
    }

    /// @dev Whoever tells, and of whatever.
    function testLies(address a, address b, uint256 amount) public {
        vm.assume(a != from && b != from);
        vm.mockCall(address(this), abi.encodeCall(rules.getTokenBound, ()), abi.encode(token));
        rules.bindCompliance(address(this));
        rules.moduleTransferAction(a, b, amount);
        rules.moduleTransferAction(from, to, amount);
        rules.moduleMintAction(to, amount);
        rules.moduleBurnAction(from, amount);
        vm.startPrank(address(token));
        rules.transferred(from, to, amount);
        rules.created(to, amount);
        rules.destroyed(from, amount);
        vm.stopPrank();
        assertCounts(1, 0);
    }

    /// @dev I12: a count that cannot be told is not guessed. Whoever sells all can.
    function testARegistryThatFails() public {
        transfer(from, to, 10);
        vm.mockCallRevert(address(registry), abi.encodeWithSelector(registry.recordOf.selector), "down");
        vm.expectRevert(bytes("down"));
        token.force(from, to, 1);
        token.burn(to, 10);
        assertCounts(1, 0);
    }

    function cap(uint16 country, uint32 limit) private {
        Terms memory terms = allowed();
        terms.cap = limit;
        rule(country, terms);
    }

    function sameIdentity(address a, address b) private {
        Word memory w = record(FRANCE);
        w.identity = stored(a).identity;
        put(b, w);
    }

    function usPerson(uint16 country) private view returns (Word memory w) {
        w = record(country);
        w.usPerson = true;
    }

    function transfer(address a, address b, uint256 amount) private {
        vm.prank(a);
        token.transfer(b, amount);
    }

    function assertCounts(uint256 germany, uint256 france) private view {
        assertEq(rules.holdersOf(address(token), GERMANY), germany, "Germany");
        assertEq(rules.holdersOf(address(token), FRANCE), france, "France");
    }

    function assertRefused(address a, address b, uint16 country) private view {
        assertReason(address(token), a, b, country, Reason.HolderCap, "HOLDER_CAP");
    }

    function assertReason(address asker, address a, address b, uint16 country, Reason why, string memory text)
        private
        view
    {
        (Party party, uint16 country_, Reason why_, string memory text_) = rules.explainTo(asker, a, b, 1);
        assertEq(text_, text);
        assertEq(uint256(why_), uint256(why));
        assertEq(uint256(party), uint256(Party.Recipient));
        assertEq(country_, country);
        assertFalse(rules.moduleCheck(a, b, 1, asker));
    }
}

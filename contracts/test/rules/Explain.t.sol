// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Party, Reason} from "../../src/rules/Refusal.sol";
import {Mode, ruleFrom, Terms} from "../../src/rules/Rule.sol";
import {Word, Words} from "../helpers/Word.sol";
import {RulesTest} from "./RulesTest.sol";
import {RulesToken} from "./RulesToken.sol";

/// @dev All who judge agree, on anything; and with the rules written out a second time.
contract ExplainTest is RulesTest {
    using Words for Word;

    struct Judgement {
        Party party;
        uint16 country;
        Reason why;
    }

    uint16[4] private countries = [DEFAULT, GERMANY, FRANCE, USA];
    RulesToken private token;

    function countsHolders() internal pure override returns (bool) {
        return true;
    }

    function setUp() public override {
        super.setUp();
        token = new RulesToken(rules);
        token.bind();
    }

    /// @param packed The rules: the default's, the sender's, the recipient's and that of the USA.
    function testAgrees(uint40[4] memory packed, uint256 sender, uint256 recipient, bool mint, uint32 time) public {
        Terms[4] memory terms;
        for (uint256 i = 0; i < 4; ++i) {
            terms[i] = ruleFrom(packed[i] % 4 == 3 ? packed[i] - 2 : packed[i]).terms();
            terms[i].cap = terms[i].cap % 3;
            announce(countries[i], terms[i]);
        }
        vm.warp(NOW + DELAY + time);
        Judgement memory expected = judge(terms, putAny(from, sender), putAny(to, recipient), mint);
        assertAgree(mint ? address(0) : from, expected);
    }

    function assertAgree(address a, Judgement memory expected) private {
        Judgement memory actual;
        string memory text;
        (actual.party, actual.country, actual.why, text) = rules.explainTo(address(token), a, to, 1);
        assertEq(abi.encode(actual), abi.encode(expected));

        bool yes = expected.why == Reason.None;
        assertEq(bytes(text).length == 0, yes);
        assertEq(rules.moduleCheck(a, to, 1, address(token)), yes);
        vm.startPrank(address(token));
        assertEq(rules.canTransfer(a, to, 1), yes);
        assertEq(rules.reason(a, to, 1), text);
        (actual.party, actual.country, actual.why,) = rules.explain(a, to, 1);
        assertEq(abi.encode(actual), abi.encode(expected));
        vm.stopPrank();
    }

    function testTexts() public {
        announce(FRANCE, blocked());
        (,,, string memory text) = rules.explain(from, to, 1);
        assertEq(text, "COUNTRY_BLOCKED");
        assertEq(rules.reason(from, to, 1), "COUNTRY_BLOCKED");
        assertEq(rules.reason(from, from, 1), "");
    }

    function putAny(address who, uint256 word) private returns (Word memory w) {
        w = Words.unpack(word);
        w.country = countries[w.country % 4];
        w.accreditationExpiry = uint16(w.accreditationExpiry % 2 == 0 ? 0 : block.timestamp / 1 days - 1 + w.authority);
        put(who, w);
    }

    function judge(Terms[4] memory terms, Word memory a, Word memory b, bool mint)
        private
        view
        returns (Judgement memory)
    {
        Reason why;
        if (!mint) {
            why = closed(terms, a.country);
            if (why != Reason.None) return Judgement(Party.Sender, a.country, why);
            if (a.usPerson) why = closed(terms, USA);
            if (why != Reason.None) return Judgement(Party.Sender, USA, why);
        }
        why = admission(terms, b.country, b);
        if (why != Reason.None) return Judgement(Party.Recipient, b.country, why);
        if (b.usPerson) why = admission(terms, USA, b);
        if (why != Reason.None) return Judgement(Party.Recipient, USA, why);
        return Judgement(Party.Nobody, 0, Reason.None);
    }

    function closed(Terms[4] memory terms, uint16 country) private pure returns (Reason) {
        Terms memory own = terms[indexOf(country)];
        if (country != DEFAULT && own.mode == Mode.Blocked) return Reason.CountryBlocked;
        if (country != DEFAULT && own.mode == Mode.Allowed) return Reason.None;
        return terms[0].mode == Mode.Allowed ? Reason.None : Reason.CountryNotAllowed;
    }

    /// @dev Nobody holds yet, so a limit, which is never 0, is never reached.
    function admission(Terms[4] memory terms, uint16 country, Word memory w) private view returns (Reason why) {
        why = closed(terms, country);
        if (why != Reason.None) return why;
        Terms memory held = terms[indexOf(country)];
        if (held.mode == Mode.Unset) held = terms[0];
        if (w.level < held.leastLevel) return Reason.LevelTooLow;
        bool lapsed = w.accreditationExpiry != 0 && block.timestamp >= (uint256(w.accreditationExpiry) + 1) * 1 days;
        if ((w.rating > 1 && lapsed ? 1 : w.rating) < held.leastRating) return Reason.AccreditationRequired;
        if (held.noUsPerson && w.usPerson) return Reason.UsPerson;
    }

    function indexOf(uint16 country) private pure returns (uint256) {
        return country == DEFAULT ? 0 : country == GERMANY ? 1 : country == FRANCE ? 2 : 3;
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Party, Reason} from "../../src/rules/Refusal.sol";
import {Terms} from "../../src/rules/Rule.sol";
import {Word} from "../helpers/Word.sol";
import {RulesTest} from "./RulesTest.sol";

/// @dev Who may send and receive, as all who judge say it.
contract CanTransferTest is RulesTest {
    function testAllowed() public view {
        assertAllowed(from, to);
        assertAllowed(from, from);
        assertAllowed(address(0), to);
    }

    function testBlockedCountry() public {
        announce(GERMANY, blocked());
        assertSenderRefused(from, to, GERMANY, Reason.CountryBlocked, "COUNTRY_BLOCKED");
        assertRecipientRefused(to, from, GERMANY, Reason.CountryBlocked, "COUNTRY_BLOCKED");
        assertRecipientRefused(address(0), from, GERMANY, Reason.CountryBlocked, "COUNTRY_BLOCKED");
        assertAllowed(address(0), to);
    }

    function testAllowOnly() public {
        rule(FRANCE, allowed());
        announce(DEFAULT, blocked());
        assertSenderRefused(from, to, GERMANY, Reason.CountryNotAllowed, "COUNTRY_NOT_ALLOWED");
        assertRecipientRefused(to, from, GERMANY, Reason.CountryNotAllowed, "COUNTRY_NOT_ALLOWED");
        assertAllowed(to, to);
    }

    /// @dev I12: what nobody has decided is not allowed.
    function testNoDefaultRule() public {
        rules = deploy(false, unset());
        assertSenderRefused(from, to, GERMANY, Reason.CountryNotAllowed, "COUNTRY_NOT_ALLOWED");
        rule(GERMANY, allowed());
        assertAllowed(from, from);
        assertRecipientRefused(from, to, FRANCE, Reason.CountryNotAllowed, "COUNTRY_NOT_ALLOWED");
    }

    /// @dev One that the registry does not know, or that was removed from it.
    function testAWalletWithoutACountry() public {
        assertAllowed(from, stranger);
        deny(to, 2, REMOVED);
        assertAllowed(from, to);

        Terms memory terms = allowed();
        terms.leastLevel = 1;
        rule(DEFAULT, terms);
        assertRecipientRefused(from, stranger, 0, Reason.LevelTooLow, "LEVEL_TOO_LOW");
        announce(DEFAULT, blocked());
        rule(GERMANY, allowed());
        assertRecipientRefused(from, to, 0, Reason.CountryNotAllowed, "COUNTRY_NOT_ALLOWED");
        assertSenderRefused(stranger, from, 0, Reason.CountryNotAllowed, "COUNTRY_NOT_ALLOWED");
    }

    function testLevel(uint8 level, uint8 least) public {
        (level, least) = (level % 4, least % 4);
        Terms memory terms = allowed();
        terms.leastLevel = least;
        rule(FRANCE, terms);
        Word memory w = record(FRANCE);
        w.level = level;
        put(to, w);
        if (level >= least) assertAllowed(from, to);
        else assertRecipientRefused(from, to, FRANCE, Reason.LevelTooLow, "LEVEL_TOO_LOW");
        assertAllowed(to, from);
    }

    function testRating(uint8 rating, uint8 least, uint16 last, uint16 today) public {
        (rating, least) = (rating % 8, least % 8);
        Terms memory terms = allowed();
        terms.leastRating = least;
        rule(FRANCE, terms);
        today = uint16(bound(today, block.timestamp / 1 days + 1, type(uint16).max));
        Word memory w = record(FRANCE);
        (w.rating, w.accreditationExpiry) = (rating, last);
        put(to, w);
        vm.warp(uint256(today) * 1 days + 12 hours);
        if (rating > 1 && last != 0 && last < today) rating = 1;
        if (rating >= least) assertAllowed(from, to);
        else assertRecipientRefused(from, to, FRANCE, Reason.AccreditationRequired, "ACCREDITATION_REQUIRED");
        assertAllowed(to, from);
    }

    /// @dev To the last second of the day.
    function testAccreditationEndsWithItsDay() public {
        Terms memory terms = allowed();
        terms.leastRating = 2;
        rule(FRANCE, terms);
        uint256 day = block.timestamp / 1 days + 3;
        Word memory w = record(FRANCE);
        (w.rating, w.accreditationExpiry) = (2, uint16(day));
        put(to, w);
        vm.warp((day + 1) * 1 days - 1);
        assertAllowed(from, to);
        vm.warp((day + 1) * 1 days);
        assertRecipientRefused(from, to, FRANCE, Reason.AccreditationRequired, "ACCREDITATION_REQUIRED");
        assertAllowed(to, from);
    }

    function testNoUsPerson() public {
        Terms memory terms = allowed();
        terms.noUsPerson = true;
        rule(FRANCE, terms);
        assertAllowed(from, to);
        put(to, usPerson(FRANCE));
        assertRecipientRefused(from, to, FRANCE, Reason.UsPerson, "US_PERSON");
        assertAllowed(to, from);
    }

    /// @dev Wherever it lives; and the flag decides, not the residence.
    function testUsPersonsAreHeldToTheRuleOfTheUsa() public {
        put(to, usPerson(FRANCE));
        Terms memory terms = allowed();
        terms.noUsPerson = true;
        rule(USA, terms);
        assertRecipientRefused(from, to, USA, Reason.UsPerson, "US_PERSON");
        assertAllowed(to, from);
        put(from, record(USA));
        assertAllowed(address(0), from);

        terms = allowed();
        terms.leastRating = 2;
        rule(USA, terms);
        assertRecipientRefused(from, to, USA, Reason.AccreditationRequired, "ACCREDITATION_REQUIRED");

        announce(USA, blocked());
        assertSenderRefused(to, address(this), USA, Reason.CountryBlocked, "COUNTRY_BLOCKED");
        assertRecipientRefused(address(0), to, USA, Reason.CountryBlocked, "COUNTRY_BLOCKED");
        assertSenderRefused(from, to, USA, Reason.CountryBlocked, "COUNTRY_BLOCKED");
    }

    function testUsPersonsAreNotAllowedWhereTheUsaIsNot() public {
        rule(FRANCE, allowed());
        rule(GERMANY, allowed());
        announce(DEFAULT, blocked());
        assertAllowed(from, to);
        put(to, usPerson(FRANCE));
        assertRecipientRefused(from, to, USA, Reason.CountryNotAllowed, "COUNTRY_NOT_ALLOWED");
    }

    /// @dev Whoever is asked about first is named.
    function testBothRefused() public {
        announce(GERMANY, blocked());
        announce(FRANCE, blocked());
        assertSenderRefused(from, to, GERMANY, Reason.CountryBlocked, "COUNTRY_BLOCKED");
    }

    function testTheOwnRuleNotTheDefault() public {
        Terms memory terms = allowed();
        terms.leastLevel = 3;
        rule(DEFAULT, terms);
        assertRecipientRefused(from, to, FRANCE, Reason.LevelTooLow, "LEVEL_TOO_LOW");
        rule(FRANCE, allowed());
        assertAllowed(from, to);
    }

    /// @dev Whether a wallet is verified is for the token to ask.
    function testVerificationIsNotItsBusiness() public {
        deny(to, 9, REVOKED);
        deny(from, 9, FROZEN);
        assertAllowed(from, to);
    }

    /// @dev I12.
    function testARegistryThatFails() public {
        vm.mockCallRevert(address(registry), abi.encodeWithSelector(registry.recordOf.selector), "down");
        assertJudged(from, to, Party.Nobody, 0, Reason.RegistryFailed, "REGISTRY_FAILED");
        vm.clearMockedCalls();
        vm.mockCallRevert(address(registry), abi.encodeCall(registry.recordOf, (from)), "down");
        assertJudged(from, to, Party.Nobody, 0, Reason.RegistryFailed, "REGISTRY_FAILED");
        assertAllowed(address(0), to);
        vm.mockCall(address(registry), abi.encodeCall(registry.recordOf, (to)), new bytes(31));
        assertJudged(address(0), to, Party.Nobody, 0, Reason.RegistryFailed, "REGISTRY_FAILED");
        vm.etch(address(registry), "");
        assertJudged(address(0), to, Party.Nobody, 0, Reason.RegistryFailed, "REGISTRY_FAILED");
    }

    function usPerson(uint16 country) private view returns (Word memory w) {
        w = record(country);
        w.usPerson = true;
    }
}

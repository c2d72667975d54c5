// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CountryRules} from "../../src/rules/CountryRules.sol";
import {Party, Reason} from "../../src/rules/Refusal.sol";
import {Mode, Terms} from "../../src/rules/Rule.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Word, Words} from "../helpers/Word.sol";

/// @dev Rules over the registry of {RegistryTest}, a sender in Germany and a recipient in France.
abstract contract RulesTest is RegistryTest {
    using Words for Word;

    event RuleAnnounced(uint16 indexed country, uint40 rule, uint40 from, uint16 version, bytes32 indexed source);
    event CountryBlocked(uint16 indexed country, uint16 version, bytes32 indexed source);
    event AnnouncementWithdrawn(uint16 indexed country, uint16 version);

    uint32 internal constant DELAY = 2 days;
    bytes32 internal constant SOURCE = keccak256("list of 2026-09-21");
    uint16 internal constant DEFAULT = 0;
    uint16 internal constant GERMANY = 276;
    uint16 internal constant FRANCE = 250;
    uint16 internal constant USA = 840;
    uint40 internal constant ALLOWED = 1;
    uint40 internal constant BLOCKED = 2;

    CountryRules internal rules;
    address internal from = makeAddr("from");
    address internal to = makeAddr("to");

    function setUp() public virtual override {
        super.setUp();
        rules = deploy(countsHolders(), allowed());
        put(from, record(GERMANY));
        put(to, record(FRANCE));
    }

    function countsHolders() internal pure virtual returns (bool) {
        return false;
    }

    function deploy(bool counts, Terms memory defaultRule) internal returns (CountryRules deployed) {
        deployed = new CountryRules(owner, registry, DELAY, counts, defaultRule);
        vm.prank(owner);
        deployed.addMirror(mirror);
    }

    /// @dev A record as {put} takes it; each wallet has an identity of its own.
    function record(uint16 country) internal view returns (Word memory w) {
        w = approval(0);
        w.identity = address(0);
        w.country = country;
    }

    function put(address who, Word memory w) internal {
        w.version = stored(who).version + 1;
        if (w.identity == address(0)) w.identity = address(uint160(uint256(keccak256(abi.encode(who)))));
        upsert(who, w);
    }

    function allowed() internal pure returns (Terms memory terms) {
        terms.mode = Mode.Allowed;
    }

    function blocked() internal pure returns (Terms memory terms) {
        terms.mode = Mode.Blocked;
    }

    function unset() internal pure returns (Terms memory terms) {}

    /// @dev By the owner, without waiting.
    function announce(uint16 country, Terms memory terms) internal {
        vm.prank(owner);
        rules.announceRule(country, terms, SOURCE);
    }

    /// @dev By the owner, and in force.
    function rule(uint16 country, Terms memory terms) internal {
        announce(country, terms);
        vm.warp(block.timestamp + DELAY);
    }

    /// @dev By a mirror.
    function announce(uint16 country, uint16 version, uint40 packed) internal {
        announce(announcement(country, version, packed));
    }

    function announce(bytes memory entries) internal {
        vm.prank(mirror);
        rules.announce(HEAD, entries);
    }

    function withdraw(uint16 country, uint16 version) internal {
        vm.prank(mirror);
        rules.withdraw(HEAD, abi.encodePacked(country, version));
    }

    function announcement(uint16 country, uint16 version, uint40 packed) internal pure returns (bytes memory) {
        return abi.encodePacked(country, version, packed, SOURCE);
    }

    function assertRule(uint16 country, Terms memory inForce) internal view {
        (Terms memory actual,,,) = rules.ruleOf(country);
        assertEq(abi.encode(actual), abi.encode(inForce));
    }

    function assertAnnounced(uint16 country, Terms memory expected, uint256 start) internal view {
        (, Terms memory actual, uint40 from_,) = rules.ruleOf(country);
        assertEq(abi.encode(actual), abi.encode(expected));
        assertEq(from_, start);
    }

    function assertNothingAnnounced(uint16 country) internal view {
        assertAnnounced(country, unset(), 0);
    }

    function versionOf(uint16 country) internal view returns (uint16 version) {
        (,,, version) = rules.ruleOf(country);
    }

    function assertAllowed(address a, address b) internal view {
        assertJudged(a, b, Party.Nobody, 0, Reason.None, "");
    }

    function assertSenderRefused(address a, address b, uint16 country, Reason why, string memory text) internal view {
        assertJudged(a, b, Party.Sender, country, why, text);
    }

    function assertRecipientRefused(address a, address b, uint16 country, Reason why, string memory text)
        internal
        view
    {
        assertJudged(a, b, Party.Recipient, country, why, text);
    }

    /// @dev All who judge say the same.
    function assertJudged(address a, address b, Party party, uint16 country, Reason why, string memory text)
        internal
        view
    {
        (Party party_, uint16 country_, Reason why_, string memory text_) = rules.explain(a, b, 1);
        assertEq(text_, text);
        assertEq(uint256(why_), uint256(why));
        assertEq(uint256(party_), uint256(party));
        assertEq(country_, country);
        assertEq(rules.reason(a, b, 1), text);
        bool yes = why == Reason.None;
        assertEq(rules.canTransfer(a, b, 1), yes);
        assertEq(rules.moduleCheck(a, b, 1, address(this)), yes);
    }
}

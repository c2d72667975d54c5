// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IdentityRegistry} from "../../../src/IdentityRegistry.sol";
import {CountryRules} from "../../../src/rules/CountryRules.sol";
import {Mode, ruleFrom, Terms} from "../../../src/rules/Rule.sol";
import {Word, Words} from "../../helpers/Word.sol";
import {RulesToken} from "../RulesToken.sol";

/// @dev Acts as mirror, owner, register, token and holders, and remembers what the invariants need: what was announced
/// when, and whether a step broke a rule that only the step itself can see.
contract RulesHandler is Test {
    using Words for Word;

    uint32 private constant DELAY = 1 days;
    bytes32 private constant HEAD = keccak256("head");

    CountryRules public immutable rules;
    IdentityRegistry public immutable registry;
    RulesToken public immutable token;
    address[] public wallets;
    uint16[] public countries = [0, 276, 250, 840];

    bool public blockedReceived;
    bool public blockedSent;
    bool public fullCountryGrew;
    bool public blockIgnored;
    bool public versionFell;
    bool public tookEffectEarly;

    /// @dev When each rule was last announced for each country.
    mapping(uint16 country => mapping(bytes32 rule => uint256 time)) private _announcedAt;

    constructor() {
        registry = new IdentityRegistry(address(this));
        rules = new CountryRules(address(this), registry, DELAY, true, Terms(Mode.Allowed, 0, 0, false, 0));
        token = new RulesToken(rules);
        token.bind();
        registry.addMirror(address(this));
        rules.addMirror(address(this));
        for (uint256 i = 1; i <= 5; ++i) {
            wallets.push(vm.addr(i));
            move(i - 1, i, i % 4, false);
        }
    }

    /// @dev A rule that holds and did not hold before blocks, or was announced a delay ago.
    modifier watched() {
        Terms[4] memory before = inForce();
        uint16[4] memory versions = versionsOf();
        _;
        Terms[4] memory later = inForce();
        for (uint256 i = 0; i < 4; ++i) {
            bytes32 rule = keccak256(abi.encode(later[i]));
            if (versionsOf()[i] < versions[i]) versionFell = true;
            if (rule == keccak256(abi.encode(before[i])) || later[i].mode == Mode.Blocked) continue;
            uint256 time = _announcedAt[countries[i]][rule];
            if (time == 0 || block.timestamp < time + DELAY) tookEffectEarly = true;
        }
    }

    function announce(uint256 index, int16 step, uint40 packed) external watched {
        uint16 country = countries[index % 4];
        Terms memory terms = termsFrom(packed);
        uint16 version = near(index % 4, step);
        bool counts = version > versionsOf()[index % 4] && version - versionsOf()[index % 4] <= 4096;
        rules.announce(HEAD, abi.encodePacked(country, version, packedOf(terms), bytes32(0)));
        if (counts) remember(country, terms);
        if (terms.mode == Mode.Blocked && !isBlocked(index % 4)) blockIgnored = true;
    }

    function announceRule(uint256 index, uint40 packed) external watched {
        Terms memory terms = termsFrom(packed);
        rules.announceRule(countries[index % 4], terms, 0);
        remember(countries[index % 4], terms);
        if (terms.mode == Mode.Blocked && !isBlocked(index % 4)) blockIgnored = true;
    }

    function withdraw(uint256 index, int16 step) external watched {
        rules.withdraw(HEAD, abi.encodePacked(countries[index % 4], near(index % 4, step)));
    }

    function withdrawRule(uint256 index) external watched {
        try rules.withdrawRule(countries[index % 4]) {} catch {}
    }

    /// @dev Time alone puts rules in force, and not before their delay is over.
    function pass(uint32 time) external watched {
        vm.warp(block.timestamp + time % (DELAY + 1));
    }

    /// @dev The register gives a wallet another country, or another of few identities.
    function move(uint256 index, uint256 identity, uint256 country, bool usPerson) public {
        address wallet = wallets[index % wallets.length];
        Word memory w;
        w.identity = vm.addr(100 + identity % 4);
        w.country = countries[country % 4];
        w.version = Words.unpack(registry.recordOf(wallet)).version + 1;
        (w.usPerson, w.verified, w.level, w.rating) = (usPerson, true, 2, 2);
        registry.upsert(HEAD, abi.encodePacked(wallet, w.pack()));
    }

    function mint(uint256 index, uint8 amount) external {
        address to = wallets[index % wallets.length];
        (bool mayReceive, bool full) = (open(to), isFull(to));
        try token.mint(to, amount) {
            if (!mayReceive) blockedReceived = true;
            if (full) fullCountryGrew = true;
        } catch {}
    }

    function transfer(uint256 indexFrom, uint256 indexTo, uint256 amount, bool all) external {
        address from = wallets[indexFrom % wallets.length];
        address to = wallets[indexTo % wallets.length];
        (bool maySend, bool mayReceive, bool full) = (open(from), open(to), isFull(to));
        amount = all ? token.balanceOf(from) : bound(amount, 0, token.balanceOf(from));
        vm.prank(from);
        try token.transfer(to, amount) {
            if (!maySend) blockedSent = true;
            if (!mayReceive) blockedReceived = true;
            if (full) fullCountryGrew = true;
        } catch {}
    }

    function force(uint256 indexFrom, uint256 indexTo, uint256 amount, bool all) external {
        address from = wallets[indexFrom % wallets.length];
        amount = all ? token.balanceOf(from) : bound(amount, 0, token.balanceOf(from));
        token.force(from, wallets[indexTo % wallets.length], amount);
    }

    function burn(uint256 index, uint256 amount, bool all) external {
        address from = wallets[index % wallets.length];
        token.burn(from, all ? token.balanceOf(from) : bound(amount, 0, token.balanceOf(from)));
    }

    /// @dev Anybody tells, of anything, and counts whomever it likes.
    function tell(uint256 indexFrom, uint256 indexTo, uint256 amount) external {
        vm.prank(address(token));
        rules.transferred(wallets[indexFrom % wallets.length], wallets[indexTo % wallets.length], amount);
    }

    function countAll() external {
        rules.count(address(token), wallets);
    }

    function walletList() external view returns (address[] memory) {
        return wallets;
    }

    // ---------------------------------------------------------------- what it should be

    /// @dev Judged from what {CountryRules.ruleOf} says, and not from what it makes of it.
    function open(address wallet) public view returns (bool) {
        Word memory w = Words.unpack(registry.recordOf(wallet));
        return allows(w.country) && (!w.usPerson || allows(840));
    }

    function allows(uint16 country) private view returns (bool) {
        (Terms memory own,,,) = rules.ruleOf(country);
        if (own.mode == Mode.Unset) (own,,,) = rules.ruleOf(0);
        return own.mode == Mode.Allowed;
    }

    /// @dev Whether the wallet's identity holds nothing and the wallet's country has reached its limit.
    function isFull(address wallet) private view returns (bool) {
        Word memory w = Words.unpack(registry.recordOf(wallet));
        for (uint256 i = 0; i < wallets.length; ++i) {
            if (Words.unpack(registry.recordOf(wallets[i])).identity == w.identity) {
                if (token.balanceOf(wallets[i]) != 0) return false;
            }
        }
        (Terms memory own,,,) = rules.ruleOf(w.country);
        if (own.mode == Mode.Unset) (own,,,) = rules.ruleOf(0);
        return own.cap != 0 && rules.holdersOf(address(token), w.country) >= own.cap;
    }

    function inForce() private view returns (Terms[4] memory terms) {
        for (uint256 i = 0; i < 4; ++i) {
            (terms[i],,,) = rules.ruleOf(countries[i]);
        }
    }

    function versionsOf() private view returns (uint16[4] memory versions) {
        for (uint256 i = 0; i < 4; ++i) {
            (,,, versions[i]) = rules.ruleOf(countries[i]);
        }
    }

    function isBlocked(uint256 index) private view returns (bool) {
        return inForce()[index].mode == Mode.Blocked;
    }

    function near(uint256 index, int16 step) private view returns (uint16) {
        int256 version = int256(uint256(versionsOf()[index])) + step % 8;
        return uint16(uint256(version < 0 ? int256(0) : version));
    }

    function remember(uint16 country, Terms memory terms) private {
        _announcedAt[country][keccak256(abi.encode(terms))] = block.timestamp;
    }

    function termsFrom(uint40 packed) private pure returns (Terms memory terms) {
        terms = ruleFrom(packed % 4 == 3 ? packed - 2 : packed).terms();
        terms.leastLevel = 0;
        terms.leastRating = terms.leastRating % 3;
        terms.cap = terms.cap % 4;
    }

    function packedOf(Terms memory terms) private pure returns (uint40) {
        return
            uint40(terms.mode) + uint40(terms.leastRating) * 16 + (terms.noUsPerson ? 128 : 0) + uint40(terms.cap) * 256;
    }
}

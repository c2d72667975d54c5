// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {Word, Words} from "../helpers/Word.sol";

/// @dev Acts as mirror, agent, owner and holders on a few wallets, and remembers what the invariants need: whether a
/// step broke a rule that only the step itself can see.
contract Handler is Test {
    using Words for Word;

    IdentityRegistry public immutable registry;
    RegulatedToken public immutable token;
    address[] public wallets;
    bool public versionFell;
    bool public denialIgnored;
    bool public agentLiftedDenial;
    bool public agentMovedVersion;
    bool public unverifiedReceived;

    uint16[4] private authorities = [0, 0, 1, 2];

    constructor() {
        registry = new IdentityRegistry(address(this));
        token = new RegulatedToken("Bond", "BOND", registry, address(this));
        registry.addMirror(address(this));
        registry.addAgent(address(this));
        for (uint256 i = 1; i <= 4; ++i) {
            wallets.push(vm.addr(i));
        }
    }

    modifier keepsVersions() {
        uint256[] memory before = registry.recordsOf(wallets);
        _;
        uint256[] memory later = registry.recordsOf(wallets);
        for (uint256 i = 0; i < later.length; ++i) {
            if (Words.unpack(later[i]).version < Words.unpack(before[i]).version) versionFell = true;
        }
    }

    /// @dev A wallet that the register denies, or whose verdict lapsed, must not become verified by an agent's step.
    modifier byAgent(uint256 index) {
        address wallet = pick(index);
        uint256 before = registry.recordOf(wallet);
        Word memory w = Words.unpack(before);
        bool mayBecomeVerified = before == 0 || w.vacated || registry.isVerified(wallet);
        _;
        if (!mayBecomeVerified && registry.isVerified(wallet)) agentLiftedDenial = true;
        Word memory later = Words.unpack(registry.recordOf(wallet));
        if (later.version != w.version) agentMovedVersion = true;
        if ((w.restricted && !later.restricted) || (w.frozen && !later.frozen)) agentLiftedDenial = true;
    }

    function upsert(uint256 index, uint256 word, int16 step, uint8 mode) external keepsVersions {
        address wallet = pick(index);
        Word memory w = Words.unpack(word);
        w.authority = uint8(authorities[w.authority % 4]);
        w.expiry = mode & 1 == 0 ? 0 : uint64(block.timestamp + w.expiry % 3 days);
        if (mode & 6 != 0) (w.verified, w.restricted, w.frozen) = (true, false, false);
        int256 version = int256(uint256(Words.unpack(registry.recordOf(wallet)).version)) + (step % 64);
        w.version = uint16(uint256(version < 0 ? int256(0) : version));
        registry.upsert(keccak256("head"), abi.encodePacked(wallet, w.pack()));
        if ((!w.verified || w.restricted || w.frozen) && registry.isVerified(wallet)) denialIgnored = true;
    }

    function deny(uint256 index, uint16 version, uint8 grounds) external keepsVersions {
        address wallet = pick(index);
        registry.deny(keccak256("head"), abi.encodePacked(wallet, version, grounds));
        if (registry.isVerified(wallet)) denialIgnored = true;
    }

    function restrictAuthority(uint8 authority, bool restricted) external {
        authority = uint8(bound(authority, 1, 2));
        if (restricted) registry.restrictAuthority(keccak256("head"), authority);
        else registry.liftRestriction(keccak256("head"), authority, registry.restrictionOf(authority));
    }

    function registerIdentity(uint256 index, uint16 country) external keepsVersions byAgent(index) {
        try registry.registerIdentity(pick(index), IIdentity(vm.addr(99)), country % 1024) {} catch {}
    }

    function updateIdentity(uint256 index, uint160 identity) external keepsVersions byAgent(index) {
        try registry.updateIdentity(pick(index), IIdentity(address(identity))) {} catch {}
    }

    function updateCountry(uint256 index, uint16 country) external keepsVersions byAgent(index) {
        try registry.updateCountry(pick(index), country) {} catch {}
    }

    function deleteIdentity(uint256 index) external keepsVersions byAgent(index) {
        try registry.deleteIdentity(pick(index)) {} catch {}
    }

    function setAgentTerm(uint40 term) external {
        uint40[4] memory terms = [0, 1 days, term, type(uint40).max];
        registry.setAgentTerm(terms[term % 4]);
    }

    function mint(uint256 index, uint128 amount) external {
        address to = pick(index);
        bool verified = registry.isVerified(to);
        try token.mint(to, amount) {
            if (!verified) unverifiedReceived = true;
        } catch {}
    }

    function transfer(uint256 indexFrom, uint256 indexTo, uint256 amount) external {
        (address from, address to) = (pick(indexFrom), pick(indexTo));
        bool verified = registry.isVerified(from) && registry.isVerified(to);
        amount = bound(amount, 0, token.balanceOf(from));
        vm.prank(from);
        try token.transfer(to, amount) {
            if (!verified) unverifiedReceived = true;
        } catch {}
    }

    function pass(uint32 time) external {
        vm.warp(block.timestamp + time % 2 days);
    }

    function count() external view returns (uint256) {
        return wallets.length;
    }

    function pick(uint256 index) private view returns (address) {
        return wallets[index % wallets.length];
    }
}

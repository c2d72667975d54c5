// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {RegistrySet} from "../../src/RegistrySet.sol";
import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {MoodyRegistry} from "../helpers/MoodyRegistry.sol";
import {Word, Words} from "../helpers/Word.sol";

/// @dev Acts as the registers of two registries, as an agent and the owner of a set of them and a moody third, and as
/// holders of a token behind the set. Nobody but the set is an agent of the registries.
contract SetHandler is Test {
    using Words for Word;

    RegistrySet public immutable set;
    RegulatedToken public immutable token;
    MoodyRegistry public immutable moody;
    IdentityRegistry[2] public registries;
    address[] public wallets;
    bool public unverifiedReceived;
    bool public agentLiftedDenial;

    /// @dev Wallets that the deciding register denied or let lapse, until anybody but an agent acts.
    mapping(address wallet => bool) public denied;

    constructor() {
        set = new RegistrySet(address(this));
        set.addAgent(address(this));
        token = new RegulatedToken("Bond", "BOND", set, address(this));
        moody = new MoodyRegistry();
        for (uint256 i = 0; i < 2; ++i) {
            registries[i] = new IdentityRegistry(address(this));
            registries[i].addMirror(address(this));
            registries[i].addAgent(address(set));
        }
        for (uint256 i = 1; i <= 3; ++i) {
            wallets.push(vm.addr(i));
        }
        arrange(1);
    }

    /// @dev What agents do must not make a denied wallet verified, in one step or in several.
    modifier byAgent() {
        for (uint256 i = 0; i < wallets.length; ++i) {
            if (deniedByDecider(wallets[i])) denied[wallets[i]] = true;
        }
        _;
        for (uint256 i = 0; i < wallets.length; ++i) {
            if (denied[wallets[i]] && set.isVerified(wallets[i])) agentLiftedDenial = true;
        }
    }

    modifier byAnybodyElse() {
        _;
        for (uint256 i = 0; i < wallets.length; ++i) {
            denied[wallets[i]] = false;
        }
    }

    function upsert(uint256 index, bool first, uint256 word, uint8 mode) external byAnybodyElse {
        IdentityRegistry registry = registries[first ? 0 : 1];
        address wallet = pick(index);
        Word memory w = Words.unpack(word);
        (w.identity, w.authority) = (vm.addr(98), 0);
        w.expiry = mode & 1 == 0 ? 0 : uint64(block.timestamp + w.expiry % 3 days);
        if (mode & 6 != 0) (w.verified, w.restricted, w.frozen) = (true, false, false);
        w.version = Words.unpack(registry.recordOf(wallet)).version + 1;
        registry.upsert(keccak256("head"), abi.encodePacked(wallet, w.pack()));
    }

    function deny(uint256 index, bool first, uint8 grounds) external byAnybodyElse {
        registries[first ? 0 : 1].deny(keccak256("head"), abi.encodePacked(pick(index), uint16(0), grounds));
    }

    function changeMood(uint8 mood, bool verifies, bool holds) external byAnybodyElse {
        // Half of the time it answers, or the set would say no to everything.
        uint8 largest = 2 * uint8(type(MoodyRegistry.Mood).max);
        mood = uint8(bound(mood, 0, largest));
        moody.set(MoodyRegistry.Mood(mood > largest / 2 ? 0 : mood), verifies, holds);
    }

    /// @dev Any of the three, in any order.
    function arrange(uint256 choice) public byAnybodyElse {
        address[3] memory all = [address(registries[0]), address(registries[1]), address(moody)];
        address[] memory list = new address[](choice % 4);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = all[(choice / 4 + (choice % 2 == 0 ? i : 3 - i)) % 3];
        }
        set.setRegistries(list);
    }

    function registerIdentity(uint256 index) external byAgent {
        try set.registerIdentity(pick(index), IIdentity(vm.addr(99)), 276) {} catch {}
    }

    function updateIdentity(uint256 index) external byAgent {
        try set.updateIdentity(pick(index), IIdentity(vm.addr(99))) {} catch {}
    }

    function deleteIdentity(uint256 index) external byAgent {
        try set.deleteIdentity(pick(index)) {} catch {}
    }

    function mint(uint256 index, uint128 amount) external {
        bool verified = set.isVerified(pick(index));
        try token.mint(pick(index), amount) {
            if (!verified) unverifiedReceived = true;
        } catch {}
    }

    function transfer(uint256 indexFrom, uint256 indexTo, uint256 amount) external {
        (address from, address to) = (pick(indexFrom), pick(indexTo));
        bool verified = set.isVerified(from) && set.isVerified(to);
        amount = bound(amount, 0, token.balanceOf(from));
        vm.prank(from);
        try token.transfer(to, amount) {
            if (!verified) unverifiedReceived = true;
        } catch {}
    }

    function pass(uint32 time) external byAnybodyElse {
        vm.warp(block.timestamp + time % 2 days);
    }

    function count() external view returns (uint256) {
        return wallets.length;
    }

    /// @dev Denied or lapsed by a register, that is, with a version; what only an agent wrote may begin anew.
    function deniedByDecider(address wallet) private view returns (bool) {
        address[] memory list = set.registries();
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == address(moody)) return false;
            IdentityRegistry registry = IdentityRegistry(list[i]);
            if (registry.contains(wallet)) {
                return !registry.isVerified(wallet) && Words.unpack(registry.recordOf(wallet)).version != 0;
            }
        }
        return false;
    }

    function pick(uint256 index) private view returns (address) {
        return wallets[index % wallets.length];
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {KYCRegistrar} from "../../../src/KYCRegistrar.sol";
import {Follower} from "./Follower.sol";

/// @dev Lets signers of all kinds, restricted ones and strangers among them, send calls out of a small menu, so that
/// approvals of one call meet. Keeps books of its own of who approved what, and remembers whether a step broke a rule
/// that only the step itself can see.
contract Handler is Test {
    /// @dev An approval, and how often by then its signer and its authority had been restricted and its call executed:
    /// if any of these happened since, it counts no more.
    struct Approval {
        uint256 time;
        uint256 signerRestrictions;
        uint256 authorityRestrictions;
        uint256 executions;
    }

    uint256 private constant START = 1_790_000_000;

    KYCRegistrar public immutable registrar;
    Follower public immutable follower = new Follower();
    address[] public signers;
    address[] public wallets;
    bytes32[] public investors;
    bytes32[] public authorities;

    bool public unapprovedExecuted;
    bool public restrictedActed;
    bool public othersActedAsOwner;
    bool public foreignCountryTouched;
    bool public idChanged;
    bool public countryChanged;

    uint16[2] private countries = [840, 276];
    bytes[] private calls;
    mapping(bytes32 callHash => address) private firstSender;
    mapping(bytes32 callKey => mapping(address signer => Approval)) private approvals;
    mapping(bytes32 callKey => uint256) private executions;
    /// @dev By signer or authority.
    mapping(bytes32 => uint256) private restrictions;
    mapping(address => bytes32) private firstId;

    /// @dev The owner has signers 0 to 2, two authorities have 3 to 6 and 7 to 10; 11 and 12 are nobody's.
    constructor() {
        for (uint256 i = 0; i < 13; ++i) {
            signers.push(vm.addr(100 + i));
        }
        for (uint256 i = 0; i < 4; ++i) {
            investors.push(bytes32(1000 + i));
            wallets.push(vm.addr(200 + i));
            wallets.push(vm.addr(300 + i));
        }
        vm.recordLogs();
        registrar = new KYCRegistrar(range(0, 3), 1);
        authorities.push(registrar.ownerID());
        for (uint256 i = 0; i < 2; ++i) {
            uint16[] memory where = new uint16[](1);
            where[0] = countries[i];
            vm.prank(signers[0]);
            registrar.addAuthority(range(3 + 4 * i, 4), where, uint32(2 + i));
            authorities.push(registrar.getAuthorityAt(1 + i));
        }
        follower.follow(vm.getRecordedLogs());
    }

    // ---------------------------------------------------------------------------- steps

    function changeInvestor(uint256 by, uint256 what, uint256 whom, uint256 how) external {
        bytes32 id = investors[whom % 4];
        uint16 country = follower.investor(id).country;
        bool isNew = country == 0;
        if (isNew) country = countries[how % 2];
        // Its own two wallets, and one of its neighbour's.
        address[] memory addr = one(wallets[(2 * (whom % 4) + how % 3) % 8]);
        uint40 expires = uint40(START + (how % 2 == 0 ? 30 days : 3000 days));

        bytes memory call;
        if (isNew) call = abi.encodeCall(registrar.addInvestor, (id, country, 0x010203, 1, expires, addr));
        else if (what % 4 == 0) call = abi.encodeCall(registrar.updateInvestor, (id, 0x040506, 2, expires));
        else if (what % 4 == 1) call = abi.encodeCall(registrar.setInvestorRestriction, (id, how % 3 == 0));
        else if (what % 4 == 2) call = abi.encodeCall(registrar.registerAddresses, (id, addr));
        else call = abi.encodeCall(registrar.restrictAddresses, (id, addr));
        send(pick(by), call);
    }

    function changeAuthority(uint256 by, uint256 what, uint256 whom, uint256 how) external {
        bytes32 id = authorities[whom % 3];
        uint16[] memory where = new uint16[](1);
        where[0] = countries[how % 2];
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = investors[how % 4];

        bytes memory call;
        if (what % 6 == 0) call = abi.encodeCall(registrar.setAuthorityThreshold, (id, uint32(1 + how % 3)));
        else if (what % 6 == 1) call = abi.encodeCall(registrar.setAuthorityRestriction, (id, how % 3 == 0));
        else if (what % 6 == 2) call = abi.encodeCall(registrar.setAuthorityCountries, (id, where, how % 4 < 3));
        else if (what % 6 == 3) call = abi.encodeCall(registrar.registerAddresses, (id, one(colleague(whom % 3, how))));
        else if (what % 6 == 4) call = abi.encodeCall(registrar.restrictAddresses, (id, one(colleague(whom % 3, how))));
        else call = abi.encodeCall(registrar.setInvestorAuthority, (id, ids));

        // Mostly by the owner, who alone may.
        address caller = by % 4 == 0 ? pick(by / 4) : signers[by % 3];
        if (send(caller, call) && follower.idOf(caller) != authorities[0]) othersActedAsOwner = true;
    }

    /// @dev Sends what somebody sent not long ago, mostly by another signer of the same authority: so approvals meet.
    function sendAgain(uint256 by, uint256 which) external {
        if (calls.length == 0) return;
        bytes memory call = recent(which);
        bytes32 id = follower.idOf(firstSender[keccak256(call)]);
        uint256 index = id == authorities[1] ? 1 : id == authorities[2] ? 2 : 0;
        send(colleague(index, by), call);
    }

    /// @dev Restricts somebody who sent a call not long ago, and whose approval may still wait for others.
    function restrictSender(uint256 which) external {
        if (calls.length == 0) return;
        address sender = firstSender[keccak256(recent(which))];
        send(signers[which % 3], abi.encodeCall(registrar.restrictAddresses, (follower.idOf(sender), one(sender))));
    }

    function cancel(uint256 by, uint256 which) external {
        if (calls.length == 0) return;
        bytes32 callHash = keccak256(recent(which));
        address caller = by % 2 == 0 ? firstSender[callHash] : pick(by);
        vm.prank(caller);
        try registrar.cancelApproval(callHash) {
            delete approvals[keyOf(caller, callHash)][caller];
        } catch {}
    }

    /// @dev Mostly hours, and now and then a week, which approvals do not outlive.
    function pass(uint32 time) external {
        vm.warp(block.timestamp + (time % 3 == 0 ? 7 days : time % 12 hours));
    }

    function pick(uint256 index) private view returns (address) {
        return signers[index % signers.length];
    }

    /// @dev One of the signers that an authority began with, and now and then anybody.
    function colleague(uint256 authority, uint256 index) private view returns (address) {
        if (index % 8 == 7) return pick(index / 8);
        return authority == 0 ? signers[index % 3] : signers[4 * authority - 1 + index % 4];
    }

    function recent(uint256 index) private view returns (bytes memory) {
        return calls[calls.length - 1 - index % (calls.length < 4 ? calls.length : 4)];
    }

    // ---------------------------------------------------------------------------- books

    /// @dev Whether the call was executed.
    function send(address caller, bytes memory call) private returns (bool executed) {
        bytes32 callHash = keccak256(call);
        bytes32 key = keyOf(caller, callHash);
        bytes32 id = follower.idOf(caller);
        Follower.Authority memory authority = follower.authority(id);
        uint16[4] memory before = countriesOfInvestors();
        bool permitted = mayTouch(caller, call);

        vm.recordLogs();
        vm.prank(caller);
        (bool success, bytes memory answer) = address(registrar).call(call);
        if (!success) return false;

        if (firstSender[callHash] == address(0)) {
            firstSender[callHash] = caller;
            calls.push(call);
        }
        executed = abi.decode(answer, (bool));
        if (!authority.exists || authority.restricted || follower.isRestricted(caller)) restrictedActed = true;
        if (!permitted) foreignCountryTouched = true;
        approvals[key][caller] =
            Approval(block.timestamp, restrictions[bytes20(caller)], restrictions[id], executions[key]);
        if (executed) {
            if (counting(key, id) < authority.threshold) unapprovedExecuted = true;
            ++executions[key];
        }
        follow();
        uint16[4] memory later = countriesOfInvestors();
        for (uint256 i = 0; i < 4; ++i) {
            if (before[i] != 0 && later[i] != before[i]) countryChanged = true;
        }
    }

    /// @dev How many signers sent this call in the last seven days and were not restricted since.
    function counting(bytes32 key, bytes32 id) private view returns (uint256 count) {
        for (uint256 i = 0; i < signers.length; ++i) {
            Approval memory approval = approvals[key][signers[i]];
            if (
                approval.time + 7 days > block.timestamp && approval.executions == executions[key]
                    && approval.signerRestrictions == restrictions[bytes20(signers[i])]
                    && approval.authorityRestrictions == restrictions[id] && !follower.isRestricted(signers[i])
            ) ++count;
        }
    }

    /// @dev I5: calls upon an investor are for the authorities of its country, as the events tell it.
    function mayTouch(address caller, bytes memory call) private view returns (bool) {
        (bytes4 selector, bytes32 id) = (bytes4(call), wordOf(call, 0));
        bool uponOne = selector == registrar.addInvestor.selector || selector == registrar.updateInvestor.selector
            || selector == registrar.setInvestorRestriction.selector || selector == registrar.registerAddresses.selector
            || selector == registrar.restrictAddresses.selector;
        if (!uponOne || follower.authority(id).exists || follower.idOf(caller) == authorities[0]) return true;
        uint256 country =
            selector == registrar.addInvestor.selector ? uint256(wordOf(call, 1)) : follower.investor(id).country;
        Follower.Authority memory authority = follower.authority(follower.idOf(caller));
        return authority.countries[country / 256] / 2 ** (country % 256) % 2 == 1;
    }

    function follow() private {
        bool[] memory before = restricted();
        follower.follow(vm.getRecordedLogs());
        bool[] memory later = restricted();
        for (uint256 i = 0; i < later.length; ++i) {
            if (before[i] || !later[i]) continue;
            ++restrictions[i < signers.length ? bytes32(bytes20(signers[i])) : authorities[i - signers.length]];
        }
        for (uint256 i = 0; i < signers.length; ++i) {
            keepsItsId(signers[i]);
        }
        for (uint256 i = 0; i < wallets.length; ++i) {
            keepsItsId(wallets[i]);
        }
    }

    /// @dev The signers, then the authorities.
    function restricted() private view returns (bool[] memory all) {
        all = new bool[](signers.length + authorities.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            all[i] = follower.isRestricted(signers[i]);
        }
        for (uint256 i = 0; i < authorities.length; ++i) {
            all[signers.length + i] = follower.authority(authorities[i]).restricted;
        }
    }

    function keepsItsId(address addr) private {
        bytes32 id = registrar.getID(addr);
        if (firstId[addr] == 0) firstId[addr] = id;
        else if (id != firstId[addr]) idChanged = true;
    }

    function countriesOfInvestors() private view returns (uint16[4] memory all) {
        for (uint256 i = 0; i < 4; ++i) {
            all[i] = registrar.isRegistered(investors[i]) ? registrar.getCountry(investors[i]) : 0;
        }
    }

    // ---------------------------------------------------------------------------- words

    function keyOf(address caller, bytes32 callHash) private view returns (bytes32) {
        return keccak256(abi.encode(follower.idOf(caller), callHash));
    }

    /// @dev The argument at `index`, taken for a word.
    function wordOf(bytes memory data, uint256 index) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 36), mul(index, 32)))
        }
    }

    function one(address addr) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = addr;
    }

    function range(uint256 from, uint256 count) private view returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = signers[from + i];
        }
    }
}

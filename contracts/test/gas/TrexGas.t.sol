// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {VerifiedSender} from "../../src/VerifiedSender.sol";
import {IERC3643Token} from "../../src/interfaces/IERC3643Compliance.sol";
import {IVerdict} from "../../src/interfaces/IVerdict.sol";
import {CountryRules} from "../../src/rules/CountryRules.sol";
import {Mode, Terms} from "../../src/rules/Rule.sol";
import {Word} from "../helpers/Word.sol";
import {TrexSuite} from "../trex/TrexSuite.sol";
import {VerifiedProbe} from "./VerifiedProbe.sol";

/// @dev What T-REX's own contracts use, with their registry and with ours. Figures of transfers are of whole
/// transactions, to a recipient that holds tokens already.
contract TrexGasTest is TrexSuite {
    uint8 private constant FEDERATED = 5;

    VerifiedProbe private probe = new VerifiedProbe();

    function setUp() public override {
        super.setUp();
        mint(alice, 100);
        mint(bob, 100);
    }

    function take(string memory name, uint256 gas, uint256 limit) private {
        vm.snapshotValue("T-REX", name, gas);
        assertLe(gas, limit, name);
    }

    function takeTransfer(string memory name, uint256 limit) private {
        transfer(alice, bob, 1);
        take(name, vm.lastCallGas().gasTotalUsed, limit);
    }

    function testTransfer() public {
        takeTransfer("transfer, its own registry with one claim topic", 215_000);
        switchTo(address(registry));
        takeTransfer("transfer, our registry", 84_000);
    }

    function testTransferWithVerifiedSender() public {
        switchTo(address(registry));
        VerifiedSender sender = new VerifiedSender(IERC3643Token(address(token)));
        uint256 snapshot = vm.snapshotState();
        vm.prank(owner);
        token.setCompliance(address(sender));
        takeTransfer("transfer, our registry, VerifiedSender as the compliance", 92_000);

        vm.revertToState(snapshot);
        vm.prank(owner);
        compliance.addModule(address(sender));
        takeTransfer("transfer, our registry, VerifiedSender as a module", 97_000);
    }

    function testTransferWithCountryRules() public {
        switchTo(address(registry));
        takeTransferWithRules(", CountryRules", false, 79_000, 101_000);
        takeTransferWithRules(", CountryRules that count holders", true, 97_000, 122_000);
    }

    function takeTransferWithRules(string memory name, bool counts, uint256 alone, uint256 asModule) private {
        uint256 snapshot = vm.snapshotState();
        CountryRules rules = new CountryRules(owner, registry, 1 days, counts, Terms(Mode.Allowed, 0, 0, false, 0));
        vm.startPrank(owner);
        rules.announceRule(276, Terms(Mode.Allowed, 0, 0, false, 0), 0);
        rules.announceRule(250, Terms(Mode.Allowed, 0, 0, false, 0), 0);
        vm.stopPrank();
        vm.warp(block.timestamp + 1 days);
        if (counts) rules.count(address(token), wallets());
        uint256 installed = vm.snapshotState();
        vm.prank(owner);
        token.setCompliance(address(rules));
        takeTransfer(string.concat("transfer, our registry", name, " as the compliance"), alone);

        vm.revertToState(installed);
        vm.prank(owner);
        compliance.addModule(address(rules));
        takeTransfer(string.concat("transfer, our registry", name, " as a module"), asModule);
        vm.revertToState(snapshot);
    }

    function wallets() private view returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (alice, bob);
    }

    function testVerdict() public {
        uint256 theirs = verdict("isVerified called by a contract, cold, its own registry", address(trexRegistry), bob);
        uint256 ours = verdict("isVerified called by a contract, cold, our registry", address(registry), bob);
        assertLe(ours * 25, theirs);

        Word memory w = stored(alice);
        w.version = 2;
        w.authority = FEDERATED;
        upsert(alice, w);
        uint256 federated = verdict(
            "isVerified called by a contract, cold, our registry, of another authority", address(registry), alice
        );
        assertLe(federated * 17, theirs);
    }

    function verdict(string memory name, address asked, address who) private returns (uint256 gas) {
        bool verified;
        (verified, gas) = probe.isVerified(IVerdict(asked), who);
        assertTrue(verified, name);
        vm.snapshotValue("T-REX", name, gas);
    }
}

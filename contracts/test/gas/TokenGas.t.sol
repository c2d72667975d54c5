// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Word} from "../helpers/Word.sol";
import {CountryRules} from "../../src/rules/CountryRules.sol";
import {Mode, Terms} from "../../src/rules/Rule.sol";
import {BareToken} from "./BareToken.sol";
import {GuardedToken} from "./GuardedToken.sol";

/// @dev What a transfer costs its sender, to a recipient who holds some already, and what the parts of the token add.
contract TokenGasTest is RegistryTest {
    RegulatedToken private token;
    address private from = address(uint160(uint256(keccak256(abi.encode("wallet", 0)))));
    address private to = makeAddr("recipient");

    function setUp() public override {
        super.setUp();
        token = new RegulatedToken("Bond", "BOND", registry, owner);
        Word memory w = approval(1);
        upsert(from, w);
        w.country = 840;
        upsert(to, w);
        vm.startPrank(owner);
        token.addApprover(agent);
        token.addApprover(mirror);
        token.mint(from, 100);
        token.mint(to, 100);
        vm.stopPrank();
    }

    function testTransfer() public {
        uint256 without = transferOf(new BareToken("Bond", "BOND", owner));
        take("transfer without the check", without, 35_000);
        uint256 guarded = transferOf(new GuardedToken("Bond", "BOND", registry, owner)) - without;
        vm.snapshotValue("KycGuard", "added to a transfer by the check of both parties", guarded);
        assertLe(guarded, 8_000);

        uint256 gas = transfer();
        take("transfer", gas, 45_000);
        take("added by the check of both parties and of the token's own terms", gas - without, 10_500);
    }

    function testTransferWithCountryRules() public {
        takeRules(false);
        take("transfer with country rules", transfer(), 56_000);
    }

    function testTransferWithCountryRulesThatCount() public {
        takeRules(true);
        take("transfer with country rules that count holders, of two who were not counted", transfer(), 160_000);
        take("transfer with country rules that count holders", transfer(), 81_000);
    }

    function testTransferWhileSomebodysTokensAreFrozen() public {
        vm.prank(owner);
        token.freezePartialTokens(to, 1);
        take("transfer while somebody's tokens are frozen", transfer(), 47_500);
    }

    function testTransferFrom() public {
        vm.prank(from);
        token.approve(stranger, 100);
        vm.prank(stranger);
        token.transferFrom(from, to, 1);
        take("transferFrom", vm.lastCallGas().gasTotalUsed, 51_500);
    }

    function testRedeem() public {
        vm.prank(from);
        token.redeem(1);
        take("redeem", vm.lastCallGas().gasTotalUsed, 46_000);
    }

    function testForcedTransfer() public {
        vm.prank(agent);
        token.forcedTransfer(from, to, 1, "order 17 of the court", 0);
        take("forcedTransfer, the first approval", vm.lastCallGas().gasTotalUsed, 80_000);
        vm.prank(mirror);
        token.forcedTransfer(from, to, 1, "order 17 of the court", 0);
        take("forcedTransfer, the second", vm.lastCallGas().gasTotalUsed, 80_000);
    }

    function testDeployment() public {
        take("bytes of runtime code", address(token).code.length, 24_576);
    }

    function transferOf(BareToken other) private returns (uint256) {
        vm.startPrank(owner);
        other.mint(from, 100);
        other.mint(to, 100);
        vm.stopPrank();
        vm.prank(from);
        other.transfer(to, 1);
        return vm.lastCallGas().gasTotalUsed;
    }

    function transfer() private returns (uint256) {
        vm.prank(from);
        token.transfer(to, 1);
        return vm.lastCallGas().gasTotalUsed;
    }

    /// @dev One rule for either party's country.
    function takeRules(bool counts) private {
        Terms memory terms = Terms({mode: Mode.Allowed, leastLevel: 1, leastRating: 1, noUsPerson: false, cap: 0});
        CountryRules rules = new CountryRules(owner, registry, 2 days, counts, terms);
        vm.startPrank(owner);
        rules.announceRule(276, terms, 0);
        rules.announceRule(840, terms, 0);
        token.setCompliance(rules);
        vm.stopPrank();
        vm.warp(NOW + 2 days);
    }

    function take(string memory name, uint256 gas, uint256 limit) private {
        vm.snapshotValue("RegulatedToken", name, gas);
        assertLe(gas, limit, name);
    }
}

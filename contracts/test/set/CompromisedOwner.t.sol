// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RegulatedToken} from "../../src/RegulatedToken.sol";
import {SetTest} from "./SetTest.sol";

/// @dev An issuer relies on two registries. The owner of the first goes over to the other side; the issuer owns
/// neither, but it owns the set.
contract CompromisedOwnerTest is SetTest {
    RegulatedToken private bond;
    address private thief = makeAddr("whom the bad owner verifies");

    address private ofTheFirst = makeAddr("an investor whom only the first registry verified");
    address private ofBoth = makeAddr("an investor whom both verified");
    address private ofTheSecond = makeAddr("an investor whom only the second verified");

    function setUp() public override {
        super.setUp();
        bond = new RegulatedToken("Bond", "BOND", set, owner);
        upsert(ofTheFirst, approval(1));
        upsert(ofBoth, approval(1));
        upsertSecond(ofBoth, approval(1));
        upsertSecond(ofTheSecond, approval(1));
        vm.startPrank(owner);
        bond.mint(ofTheFirst, 100);
        bond.mint(ofBoth, 100);
        bond.mint(ofTheSecond, 100);
        vm.stopPrank();
    }

    function testTheIssuerPrunesTheRegistry() public {
        // All is well: investors of either registry trade with each other.
        send(ofTheFirst, ofBoth);
        send(ofTheSecond, ofTheFirst);

        // The first registry's owner verifies strangers, who can receive from now on.
        upsert(thief, approval(1));
        send(ofTheFirst, thief);

        // One transaction of the issuer, to one contract, and the first registry has no say any more.
        vm.prank(owner);
        set.removeRegistry(address(registry));

        // Whom it verified neither sends nor receives, the stranger with what it got included.
        assertCannotSend(thief, ofBoth);
        assertCannotSend(ofBoth, thief);
        assertCannotSend(ofTheFirst, ofBoth);
        assertCannotSend(ofTheSecond, ofTheFirst);
        assertEq(bond.balanceOf(thief), 1);

        // Whom the second registry verified trade on, whatever the first one says of them.
        deny(ofBoth, 2, FROZEN);
        send(ofBoth, ofTheSecond);
        send(ofTheSecond, ofBoth);

        // And the first one's other investors come back as the second verifies them.
        upsertSecond(ofTheFirst, approval(1));
        send(ofTheFirst, ofBoth);
    }

    /// @dev Until it is pruned it can also deny, or stop all, but never approve past an earlier registry's denial.
    function testBehindAnHonestRegistryItApprovesNobodyWhomThatDenies() public {
        arrange(list(address(second), address(registry)));
        denySecond(ofBoth, 2, REVOKED);
        upsert(ofBoth, approval(2));
        assertCannotSend(ofBoth, ofTheSecond);
    }

    function send(address from, address to) private {
        vm.prank(from);
        bond.transfer(to, 1);
    }

    function assertCannotSend(address from, address to) private {
        vm.expectRevert("KYC_NOT_VERIFIED");
        send(from, to);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract SetAuthorityRestrictionTest is RegistrarTest {
    bytes32 private hans = keccak256("Hans");
    address private hansWallet = makeAddr("Hans's wallet");

    function call(bytes32 id, bool restricted) private view returns (bytes memory) {
        return abi.encodeCall(registrar.setAuthorityRestriction, (id, restricted));
    }

    function testTakesAllItsInvestorsOut() public {
        addJane();
        add(germans[0], hans, DE, hansWallet);

        vm.expectEmit(address(registrar));
        emit IAuthorities.AuthorityRestriction(american, true);
        vm.expectEmit(address(registrar));
        emit IApprovals.ApprovalsVoided(american);
        assertTrue(send(owner, call(american, true)));

        assertFalse(registrar.isPermitted(wallet));
        assertFalse(registrar.isPermittedID(jane));
        assertTrue(registrar.isPermitted(hansWallet));
        (,,, bool restricted) = registrar.getAuthority(american);
        assertTrue(restricted);
        assertTrue(registrar.isRegistered(jane));
        assertFalse(registrar.isInvestorRestricted(jane));

        vm.expectEmit(address(registrar));
        emit IAuthorities.AuthorityRestriction(american, false);
        assertTrue(send(owner, call(american, false)));
        assertTrue(registrar.isPermitted(wallet));
    }

    /// @dev Nor does a restriction that is set twice need to be lifted twice.
    function testTwice() public {
        addJane();
        restrictAuthority(american, true);
        restrictAuthority(american, true);
        restrictAuthority(american, false);
        assertTrue(registrar.isPermitted(wallet));
        restrictAuthority(american, false);
        assertTrue(registrar.isPermitted(wallet));
    }

    function testItsAddressesCanDoNothing() public {
        addJane();
        restrictAuthority(american, true);
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.RestrictedID.selector, american);
        bytes[5] memory calls = [
            abi.encodeCall(registrar.addInvestor, (hans, US, ALABAMA, 2, EXPIRES, list(hansWallet))),
            abi.encodeCall(registrar.updateInvestor, (jane, ALABAMA, 2, EXPIRES)),
            abi.encodeCall(registrar.setInvestorRestriction, (jane, false)),
            abi.encodeCall(registrar.registerAddresses, (jane, list(other))),
            abi.encodeCall(registrar.restrictAddresses, (jane, list(wallet)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            refuse(americans[0], calls[i], refusal);
        }
        refuse(americans[0], abi.encodeCall(registrar.cancelApproval, (bytes32(0))), refusal);
        assertFalse(registrar.isApprovedAuthority(americans[0], US));
    }

    /// @dev A compromised authority leaves nothing behind that waits for the day of its return.
    function testWhatItApprovedIsVoid() public {
        setThreshold(american, 2);
        bytes memory pending = abi.encodeCall(registrar.addInvestor, (jane, US, ALABAMA, 2, EXPIRES, list(wallet)));
        assertFalse(send(americans[0], pending));
        restrictAuthority(american, true);
        restrictAuthority(american, false);
        assertFalse(send(americans[1], pending));
        assertTrue(send(americans[2], pending));
    }

    function testTheOwnerCannotBeRestricted() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.OwnerCannotBeRestricted.selector);
        refuse(owner, call(ownerID, true), refusal);
        refuse(owner, call(ownerID, false), refusal);
    }

    function testNotAuthority() public {
        addJane();
        refuse(owner, call(jane, true), abi.encodeWithSelector(IAuthorities.NotAuthority.selector, jane));
    }

    function testOnlyTheOwner() public {
        bytes memory refusal = abi.encodeWithSelector(IAuthorities.OnlyOwner.selector, germans[0]);
        refuse(germans[0], call(american, true), refusal);
        restrictAddress(owners[1], ownerID, owner);
        refuse(owner, call(american, true), abi.encodeWithSelector(IAuthorities.RestrictedOwner.selector, owner));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {SideBySide} from "./SideBySide.sol";

/// @dev T-REX's clients match on its revert strings, so ours are the same, in the same order of precedence.
contract SameRevertsTest is SideBySide {
    IIdentity private constant NOBODY = IIdentity(address(0));

    function testNotAnAgent() public {
        address[] memory wallets = new address[](1);
        IIdentity[] memory identities = new IIdentity[](1);
        uint16[] memory countries = new uint16[](1);
        bytes[5] memory calls = [
            abi.encodeCall(registry.registerIdentity, (address(0), NOBODY, 1)),
            abi.encodeCall(registry.batchRegisterIdentity, (wallets, identities, countries)),
            abi.encodeCall(registry.updateIdentity, (address(0), NOBODY)),
            abi.encodeCall(registry.updateCountry, (address(0), 1)),
            abi.encodeCall(registry.deleteIdentity, (address(0)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            assertSameRevert(stranger, calls[i], NOT_AGENT);
            assertSameRevert(owner, calls[i], NOT_AGENT);
        }
    }

    function testNotTheOwner() public {
        bytes[6] memory calls = [
            abi.encodeCall(registry.setIdentityRegistryStorage, (stranger)),
            abi.encodeCall(registry.setClaimTopicsRegistry, (stranger)),
            abi.encodeCall(registry.setTrustedIssuersRegistry, (stranger)),
            abi.encodeCall(registry.addAgent, (stranger)),
            abi.encodeCall(registry.removeAgent, (agent)),
            abi.encodeCall(registry.transferOwnership, (stranger))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            assertSameRevert(agent, calls[i], NOT_OWNER);
        }
    }

    function testZeroAddress() public {
        bytes[6] memory calls = [
            abi.encodeCall(registry.registerIdentity, (address(0), IIdentity(id), 1)),
            abi.encodeCall(registry.registerIdentity, (alice, NOBODY, 1)),
            abi.encodeCall(registry.updateIdentity, (address(0), IIdentity(id))),
            abi.encodeCall(registry.updateIdentity, (stranger, NOBODY)),
            abi.encodeCall(registry.updateCountry, (address(0), 1)),
            abi.encodeCall(registry.deleteIdentity, (address(0)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            assertSameRevert(agent, calls[i], ZERO_ARGUMENT);
        }
        assertSameRevert(owner, abi.encodeCall(registry.addAgent, (address(0))), ZERO_ARGUMENT);
        assertSameRevert(owner, abi.encodeCall(registry.removeAgent, (address(0))), ZERO_ARGUMENT);
    }

    function testStoredAlready() public {
        assertSameRevert(agent, abi.encodeCall(registry.registerIdentity, (alice, IIdentity(id), 1)), STORED);
        deny(bob, 2, REVOKED);
        assertSameRevert(agent, abi.encodeCall(registry.registerIdentity, (bob, IIdentity(id), 1)), STORED);
    }

    function testNotStoredYet() public {
        assertSameRevert(agent, abi.encodeCall(registry.updateIdentity, (stranger, IIdentity(id))), NOT_STORED);
        assertSameRevert(agent, abi.encodeCall(registry.updateCountry, (stranger, 1)), NOT_STORED);
        assertSameRevert(agent, abi.encodeCall(registry.deleteIdentity, (stranger)), NOT_STORED);
    }

    /// @dev A wallet that the register removed is to agents as one that was never there, but for registering it.
    function testNotStoredAnyMore() public {
        deny(alice, 2, REVOKED | REMOVED);
        vm.prank(agent);
        trexRegistry.deleteIdentity(alice);
        assertSameRevert(agent, abi.encodeCall(registry.deleteIdentity, (alice)), NOT_STORED);
        assertSameRevert(agent, abi.encodeCall(registry.updateCountry, (alice, 1)), NOT_STORED);
    }

    function testRoles() public {
        assertSameRevert(owner, abi.encodeCall(registry.addAgent, (agent)), "Roles: account already has role");
        assertSameRevert(owner, abi.encodeCall(registry.removeAgent, (stranger)), "Roles: account does not have role");
    }
}

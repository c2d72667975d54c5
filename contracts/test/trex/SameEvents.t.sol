// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {SideBySide} from "./SideBySide.sol";

/// @dev What an agent's or the owner's call emits is what T-REX's registry emits, no more and no less.
contract SameEventsTest is SideBySide {
    function testRegisterIdentity(uint16 country) public {
        country = uint16(bound(country, 0, 1023));
        assertSameEvents(agent, abi.encodeCall(registry.registerIdentity, (wallet, IIdentity(id), country)));
    }

    function testBatchRegisterIdentity() public {
        address[] memory wallets = new address[](2);
        (wallets[0], wallets[1]) = (wallet, stranger);
        IIdentity[] memory identities = new IIdentity[](2);
        (identities[0], identities[1]) = (IIdentity(id), IIdentity(id));
        uint16[] memory countries = new uint16[](2);
        assertSameEvents(agent, abi.encodeCall(registry.batchRegisterIdentity, (wallets, identities, countries)));
    }

    function testDeleteIdentity() public {
        assertSameEvents(agent, abi.encodeCall(registry.deleteIdentity, (alice)));
    }

    function testDeleteIdentityOfADeniedWallet() public {
        deny(alice, 2, REVOKED | FROZEN);
        assertSameEvents(agent, abi.encodeCall(registry.deleteIdentity, (alice)));
    }

    function testUpdateIdentity() public {
        assertSameEvents(agent, abi.encodeCall(registry.updateIdentity, (alice, IIdentity(id))));
    }

    function testUpdateIdentityToTheSame() public {
        assertSameEvents(agent, abi.encodeCall(registry.updateIdentity, (alice, trexRegistry.identity(alice))));
    }

    function testUpdateCountry(uint16 country) public {
        country = uint16(bound(country, 0, 1023));
        assertSameEvents(agent, abi.encodeCall(registry.updateCountry, (alice, country)));
        assertSameEvents(agent, abi.encodeCall(registry.updateCountry, (alice, country)));
    }

    function testAgents() public {
        assertSameEvents(owner, abi.encodeCall(registry.addAgent, (stranger)));
        assertSameEvents(owner, abi.encodeCall(registry.removeAgent, (stranger)));
    }

    function testInformativeRegistries() public {
        assertSameEvents(owner, abi.encodeCall(registry.setClaimTopicsRegistry, (stranger)));
        assertSameEvents(owner, abi.encodeCall(registry.setTrustedIssuersRegistry, (stranger)));
    }

    /// @dev Afterwards both answer the same, the verdict apart.
    function testViews() public {
        assertSameEvents(agent, abi.encodeCall(registry.updateCountry, (alice, 40)));
        assertSameEvents(agent, abi.encodeCall(registry.updateIdentity, (alice, IIdentity(id))));
        assertSameEvents(agent, abi.encodeCall(registry.deleteIdentity, (bob)));
        address[3] memory wallets = [alice, bob, stranger];
        for (uint256 i = 0; i < wallets.length; ++i) {
            assertEq(registry.contains(wallets[i]), trexRegistry.contains(wallets[i]));
            assertEq(address(registry.identity(wallets[i])), address(trexRegistry.identity(wallets[i])));
            assertEq(registry.investorCountry(wallets[i]), trexRegistry.investorCountry(wallets[i]));
        }
    }

    /// @dev Clients find the storage by way of the registry and read there.
    function testViewsOfTheStorage() public view {
        address[2] memory wallets = [alice, stranger];
        for (uint256 i = 0; i < wallets.length; ++i) {
            assertEq(
                address(registry.identityStorage().storedIdentity(wallets[i])),
                address(trexRegistry.identityStorage().storedIdentity(wallets[i]))
            );
            assertEq(
                registry.identityStorage().storedInvestorCountry(wallets[i]),
                trexRegistry.identityStorage().storedInvestorCountry(wallets[i])
            );
        }
        assertEq(registry.identityStorage().linkedIdentityRegistries().length, 1);
        assertEq(registry.identityStorage().linkedIdentityRegistries()[0], address(registry));
        assertEq(trexRegistry.identityStorage().linkedIdentityRegistries()[0], address(trexRegistry));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Test.sol";
import {IAddressIds} from "../../src/interfaces/IAddressIds.sol";
import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

/// @dev Selectors and topics of the original, spelt out: its clients and indexers know no others.
contract CompatibilityTest is RegistrarTest {
    function testSelectors() public view {
        assertEq(registrar.addInvestor.selector, bytes4(0x84d69a1e));
        assertEq(registrar.getInvestor.selector, bytes4(0x8f35a75e));
        assertEq(registrar.getInvestors.selector, bytes4(0x834a7342));
        assertEq(registrar.isVerified.selector, bytes4(0xb9209e33));
        assertSelector(registrar.addAuthority.selector, "addAuthority(address[],uint16[],uint32)");
        assertSelector(registrar.setAuthorityThreshold.selector, "setAuthorityThreshold(bytes32,uint32)");
        assertSelector(registrar.setAuthorityCountries.selector, "setAuthorityCountries(bytes32,uint16[],bool)");
        assertSelector(registrar.setAuthorityRestriction.selector, "setAuthorityRestriction(bytes32,bool)");
        assertSelector(registrar.updateInvestor.selector, "updateInvestor(bytes32,bytes3,uint8,uint40)");
        assertSelector(registrar.setInvestorRestriction.selector, "setInvestorRestriction(bytes32,bool)");
        assertSelector(registrar.setInvestorAuthority.selector, "setInvestorAuthority(bytes32,bytes32[])");
        assertSelector(registrar.registerAddresses.selector, "registerAddresses(bytes32,address[])");
        assertSelector(registrar.restrictAddresses.selector, "restrictAddresses(bytes32,address[])");
        assertSelector(registrar.getID.selector, "getID(address)");
        assertSelector(registrar.getAuthorityID.selector, "getAuthorityID(address)");
        assertSelector(registrar.isApprovedAuthority.selector, "isApprovedAuthority(address,uint16)");
        assertSelector(registrar.isPermitted.selector, "isPermitted(address)");
        assertSelector(registrar.isPermittedID.selector, "isPermittedID(bytes32)");
        assertSelector(registrar.isRegistered.selector, "isRegistered(bytes32)");
        assertSelector(registrar.getRating.selector, "getRating(bytes32)");
        assertSelector(registrar.getRegion.selector, "getRegion(bytes32)");
        assertSelector(registrar.getCountry.selector, "getCountry(bytes32)");
        assertSelector(registrar.getExpires.selector, "getExpires(bytes32)");
        assertSelector(registrar.generateID.selector, "generateID(string)");
    }

    function testTopics() public pure {
        assertEq(IKYCRegistrar.NewInvestor.selector, 0x68d045bd04570eaea526977b3cffbcfdd360f75f51adde4b216b77eeb944f6d8);
        assertEq(
            IKYCRegistrar.UpdatedInvestor.selector, 0x400d7c8d8dd96da6922a97685421e84eb55aeebbbb014b31142c6ab2bdebfebe
        );
        assertEq(
            IKYCRegistrar.InvestorRestriction.selector,
            0xc525db6535e0e0b79bff8a3e80e58216827a75f982bacb0ad45e42b2b2a03aa5
        );
        assertEq(
            IAddressIds.RegisteredAddresses.selector, 0x5ce92c9ca1a69f1579feebdf9f2cd5c80f544b8b0cc0c6baeb77d60cacab127e
        );
        assertEq(
            IAddressIds.RestrictedAddresses.selector, 0x6c51e825644d6422523636dfe822a96df6d71e1948488ed8aacbf0dd3ec89846
        );
        assertEq(IAuthorities.NewAuthority.selector, 0x80e622be789764efafebed329132a6dbe725c87217307f4811bdd051fc0b3e53);
        assertEq(
            IAuthorities.AuthorityRestriction.selector,
            0x63f27d84e4623d6098942e7a9e2f346c942f25705d3a2bf38056a43ea51f3a72
        );
        assertEq(
            IApprovals.MultiSigCall.selector, keccak256("MultiSigCall(bytes32,bytes4,bytes32,address,uint256,uint256)")
        );
        assertEq(
            IApprovals.MultiSigCallApproved.selector, keccak256("MultiSigCallApproved(bytes32,bytes4,bytes32,address)")
        );
    }

    /// @dev Which of the fields are topics, seen in a log.
    function testIndexedFields() public {
        vm.recordLogs();
        addJane();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3);
        assertEq(logs[1].topics[0], IKYCRegistrar.NewInvestor.selector);
        assertEq(logs[1].topics[1], jane);
        assertEq(logs[1].topics[2], bytes32(uint256(US)));
        assertEq(logs[1].topics[3], american);
        assertEq(logs[1].data, abi.encode(ALABAMA, uint8(2), EXPIRES));
        assertEq(logs[2].topics[0], IAddressIds.RegisteredAddresses.selector);
        assertEq(logs[2].topics[2], american);
        assertEq(logs[2].data, abi.encode(list(wallet)));
    }

    function testIds() public view {
        assertEq(american, keccak256(abi.encodePacked(address(registrar), americans[0])));
        assertEq(ownerID, keccak256(abi.encodePacked(address(registrar))));
    }

    function assertSelector(bytes4 selector, string memory signature) private pure {
        assertEq(selector, bytes4(keccak256(bytes(signature))), signature);
    }
}

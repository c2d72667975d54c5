// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Test.sol";
import {IERC5851} from "../../src/interfaces/IERC5851.sol";
import {IERC5851Draft} from "../../src/interfaces/IERC5851Draft.sol";
import {IRequirements} from "../../src/interfaces/IRequirements.sol";
import {CertificateTest} from "./CertificateTest.sol";

contract ChangeStandardClaimTest is CertificateTest {
    function testBothFamiliesReadIt() public {
        vm.expectEmit(address(registry));
        emit IERC5851Draft.StandardChanged(UNKNOWN, requirements("<", 65));
        vm.expectEmit(address(registry));
        emit IERC5851.StandardChanged(UNKNOWN, claims("<", 65));
        vm.prank(owner);
        assertTrue(registry.changeStandardClaim(UNKNOWN, claims("<", 65)));
        assertEq(abi.encode(registry.standardClaim(UNKNOWN)), abi.encode(claims("<", 65)));
        assertEq(abi.encode(registry.standardRequirement(UNKNOWN)), abi.encode(requirements("<", 65)));
        assertEq(registry.requirementVersion(UNKNOWN), 1);
    }

    function testFuzzAnyClaimIsKeptWhole(string[4] memory texts, uint256 number, address addr, bool yes) public {
        IERC5851.Claim[] memory list = claims(unicode"⊂", number);
        list[0].metadata = IERC5851.ClaimMetadata(texts[0], texts[1], texts[2]);
        list[0].expectation = IERC5851.ClaimValues(texts[3], number, addr, yes);
        vm.prank(owner);
        registry.changeStandardClaim(ID, list);
        assertEq(abi.encode(registry.standardClaim(ID)), abi.encode(list));

        IERC5851Draft.Requirement memory r = registry.standardRequirement(ID)[0];
        assertEq(r.metadata._type, texts[1]);
        assertEq(r.expectation.stringValue, texts[3]);
        assertEq(r.expectation.addressValue, addr);
        assertEq(r.expectation.boolValue, yes);
        assertEq(r.expectation.bytesValue.length, 0);
    }

    /// @dev Without its bytes it would be another requirement: so it is neither shown nor told as a claim.
    function testARequirementWithBytesIsNoClaim() public {
        IERC5851Draft.Requirement[] memory list = new IERC5851Draft.Requirement[](2);
        (list[0], list[1]) = (requirement("<", 1), requirement("==", 0));
        list[1].expectation.bytesValue = hex"01";
        vm.recordLogs();
        setRequirements(ID, list);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1);
        assertEq(logs[0].topics[0], IERC5851Draft.StandardChanged.selector);

        vm.expectRevert(abi.encodeWithSelector(IRequirements.NotAClaim.selector, ID, 1));
        registry.standardClaim(ID);
        assertEq(abi.encode(registry.standardRequirement(ID)), abi.encode(list));

        vm.prank(owner);
        registry.changeStandardClaim(ID, claims("<", 1));
        assertEq(registry.standardClaim(ID).length, 1);
    }

    function testTheSameIsRefused() public {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IRequirements.IllegalOperator.selector, 0, "and"));
        registry.changeStandardClaim(ID, claims("and", 1));
        vm.expectRevert(abi.encodeWithSelector(IRequirements.InvalidRequirementCount.selector, 0));
        registry.changeStandardClaim(ID, new IERC5851.Claim[](0));
        vm.expectRevert(abi.encodeWithSelector(IRequirements.InvalidRequirementCount.selector, 17));
        registry.changeStandardClaim(ID, new IERC5851.Claim[](17));
        vm.expectRevert(abi.encodeWithSelector(IRequirements.IdOutOfRange.selector, LAST_ID + 1));
        registry.changeStandardClaim(LAST_ID + 1, claims("<", 1));
        vm.stopPrank();
    }

    function testOnlyTheAdmin() public {
        address[2] memory others = [mirror, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            expectNotOwner();
            vm.prank(others[i]);
            registry.changeStandardClaim(ID, claims("<", 1));
        }
    }
}

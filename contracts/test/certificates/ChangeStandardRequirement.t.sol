// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC5851} from "../../src/interfaces/IERC5851.sol";
import {IERC5851Draft} from "../../src/interfaces/IERC5851Draft.sol";
import {IRequirements} from "../../src/interfaces/IRequirements.sol";
import {CertificateTest} from "./CertificateTest.sol";

contract ChangeStandardRequirementTest is CertificateTest {
    /// @dev The first makes the id, and both families are told.
    function testCreation() public {
        assertEq(registry.requirementVersion(UNKNOWN), 0);
        assertEq(registry.standardRequirement(UNKNOWN).length, 0);
        assertEq(registry.standardClaim(UNKNOWN).length, 0);

        IERC5851Draft.Requirement[] memory list = requirements(">=", 18);
        vm.expectEmit(address(registry));
        emit IERC5851Draft.StandardChanged(UNKNOWN, list);
        vm.expectEmit(address(registry));
        emit IERC5851.StandardChanged(UNKNOWN, claims(">=", 18));
        vm.prank(owner);
        assertTrue(registry.changeStandardRequirement(UNKNOWN, list));

        assertEq(registry.requirementVersion(UNKNOWN), 1);
        assertEq(abi.encode(registry.standardRequirement(UNKNOWN)), abi.encode(list));
        assertEq(abi.encode(registry.standardClaim(UNKNOWN)), abi.encode(claims(">=", 18)));
    }

    function testFuzzAnyRequirementIsKeptWhole(
        string[4] memory texts,
        uint256 number,
        address addr,
        bool yes,
        bytes memory data
    ) public {
        IERC5851Draft.Requirement[] memory list = requirements("==", number);
        list[0].metadata = IERC5851Draft.Metadata(texts[0], texts[1], texts[2]);
        list[0].expectation = IERC5851Draft.Values(texts[3], number, addr, yes, data);
        setRequirements(ID, list);
        assertEq(abi.encode(registry.standardRequirement(ID)), abi.encode(list));
    }

    /// @dev A change ends no certificate, and what holders were examined by stays readable.
    function testOldVersionsStay() public {
        certify(holder);
        setRequirements(ID, requirements(">=", 21));
        assertEq(registry.requirementVersion(ID), 2);
        assertEq(abi.encode(registry.standardRequirement(ID)), abi.encode(requirements(">=", 21)));
        assertEq(abi.encode(registry.requirementsAt(ID, 1)), abi.encode(requirements(">=", 18)));
        assertEq(abi.encode(registry.requirementsAt(ID, 2)), abi.encode(requirements(">=", 21)));
        assertTrue(verified(holder));
        assertEq(stored(holder).requirementVersion, 1);
        certify(holder);
        assertEq(stored(holder).requirementVersion, 2);
    }

    function testUnknownVersions() public {
        uint256[3] memory versions = [uint256(0), 2, type(uint256).max];
        for (uint256 i = 0; i < versions.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRequirements.UnknownRequirementVersion.selector, ID, versions[i]));
            registry.requirementsAt(ID, versions[i]);
        }
    }

    function testEveryOperatorOfTheStandard() public {
        string[8] memory operators = [unicode"⊄", unicode"⊂", "<", "<=", "==", "!=", ">=", ">"];
        for (uint256 i = 0; i < operators.length; ++i) {
            setRequirements(ID, requirements(operators[i], i));
            assertEq(registry.standardRequirement(ID)[0].logic, operators[i]);
            assertEq(registry.standardClaim(ID)[0].logic, operators[i]);
        }
    }

    /// @dev Among them the one of the draft's own example, and the signs that the final text's remark confuses.
    function testNoOtherOperator() public {
        string[16] memory others = [
            "and",
            "",
            "=",
            "!",
            " <",
            "< ",
            "<\x00",
            "=<",
            "=>",
            "<>",
            "===",
            unicode"≤",
            unicode"≥",
            unicode"≠",
            unicode"⊆",
            unicode"⊃"
        ];
        for (uint256 i = 0; i < others.length; ++i) {
            expectIllegal(0, others[i]);
            vm.prank(owner);
            registry.changeStandardRequirement(ID, requirements(others[i], 1));
        }
        assertEq(registry.requirementVersion(ID), 1);
    }

    function testFuzzNoOtherOperator(string memory logic) public {
        vm.assume(bytes(logic).length > 3 || (bytes(logic).length == 1 && uint8(bytes(logic)[0]) & 0xfd != 0x3c));
        expectIllegal(0, logic);
        vm.prank(owner);
        registry.changeStandardRequirement(ID, requirements(logic, 1));
    }

    function testItIsSaidWhichEntryIsIllegal() public {
        IERC5851Draft.Requirement[] memory list = new IERC5851Draft.Requirement[](3);
        (list[0], list[1], list[2]) = (requirement("<", 1), requirement("or", 2), requirement("and", 3));
        expectIllegal(1, "or");
        vm.prank(owner);
        registry.changeStandardRequirement(ID, list);
    }

    function testCount() public {
        assertCountRefused(0);
        assertCountRefused(17);
        IERC5851Draft.Requirement[] memory list = new IERC5851Draft.Requirement[](registry.MAX_REQUIREMENTS());
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = requirement("<", i);
        }
        setRequirements(ID, list);
        assertEq(abi.encode(registry.standardRequirement(ID)), abi.encode(list));
        assertEq(registry.standardClaim(ID).length, 16);
    }

    /// @dev What fits is kept, and the next word is refused.
    function testSize() public {
        IERC5851Draft.Requirement[] memory list = requirements("<", 1);
        uint256 rest = registry.MAX_REQUIREMENTS_SIZE() - abi.encode(list).length;
        list[0].expectation.bytesValue = new bytes(rest / 32 * 32);
        setRequirements(ID, list);
        assertEq(abi.encode(registry.standardRequirement(ID)), abi.encode(list));

        list[0].expectation.bytesValue = new bytes(rest / 32 * 32 + 1);
        uint256 size = abi.encode(list).length;
        vm.expectRevert(abi.encodeWithSelector(IRequirements.RequirementsTooLarge.selector, size));
        vm.prank(owner);
        registry.changeStandardRequirement(ID, list);
    }

    function testTheLastIdAndTheNext() public {
        setRequirements(LAST_ID, requirements("<", 1));
        assertEq(registry.requirementVersion(LAST_ID), 1);
        vm.expectRevert(abi.encodeWithSelector(IRequirements.IdOutOfRange.selector, LAST_ID + 1));
        vm.prank(owner);
        registry.changeStandardRequirement(LAST_ID + 1, requirements("<", 1));
    }

    function testOnlyTheAdmin() public {
        address[2] memory others = [mirror, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            expectNotOwner();
            vm.prank(others[i]);
            registry.changeStandardRequirement(ID, requirements("<", 1));
        }
    }

    function expectIllegal(uint256 index, string memory logic) private {
        vm.expectRevert(abi.encodeWithSelector(IRequirements.IllegalOperator.selector, index, logic));
    }

    function assertCountRefused(uint256 count) private {
        vm.expectRevert(abi.encodeWithSelector(IRequirements.InvalidRequirementCount.selector, count));
        vm.prank(owner);
        registry.changeStandardRequirement(ID, new IERC5851Draft.Requirement[](count));
    }
}

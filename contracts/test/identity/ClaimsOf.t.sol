// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IClaimIssuer} from "../../src/interfaces/IClaimIssuer.sol";
import {IIdentityFactory} from "../../src/interfaces/IIdentityFactory.sol";
import {IdentityTest} from "./IdentityTest.sol";

contract ClaimsOfTest is IdentityTest {
    bytes32 private constant ANOTHER = keccak256("another investor");
    uint256 private constant AML = 2;
    uint256 private constant HELD = 1 << 72;
    uint256 private constant STANDS = 1 << 73;

    function claimOf(bytes32 salt, uint256 topic) private view returns (uint256) {
        return factory.claimsOf(registry, claimIssuer, abi.encodePacked(salt, topic))[0];
    }

    /// @dev The layout as it is documented.
    function word(uint256 denied, uint256 version, uint256 ends, uint256 flags, address by, bytes32 content)
        private
        pure
        returns (uint256)
    {
        return denied | version << 16 | ends << 32 | flags | uint256(uint64(uint160(by))) << 128 | uint256(content)
            << 192;
    }

    function testNothingIsKnownOfNothing() public view {
        assertEq(claimOf(SALT, KYC), 0);
        assertEq(claimOf(ANOTHER, KYC), 0);
        assertEq(factory.claimsOf(registry, claimIssuer, "").length, 0);
        assertEq(factory.purposesOf(registry, "").length, 0);
    }

    function testAHeldClaimIsShownWhole() public {
        addClaims(claimEntry(SALT, KYC, uint40(NOW + 10), 7));
        uint256 expected = word(0, 7, NOW + 10, HELD | STANDS, signer, CONTENT);
        assertEq(claimOf(SALT, KYC), expected);
        vm.warp(NOW + 10);
        assertEq(claimOf(SALT, KYC), expected, "whoever reads sees for himself that it ended");
        assertFalse(holds(KYC));
    }

    function testDenialsAreShownBesideWhatTheyDeny() public {
        addClaims(claimEntry(SALT, KYC, 0, 7));
        denyClaims(KYC, 6);
        assertEq(claimOf(SALT, KYC), word(6, 7, 0, HELD | STANDS, signer, CONTENT));
        denyClaims(KYC, 7);
        assertEq(claimOf(SALT, KYC), word(7, 7, 0, HELD, signer, CONTENT));
    }

    function testDenialsAreShownBeforeAnIdentityIsThere() public {
        address later = address(factory.identityOf(registry, ANOTHER));
        vm.prank(mirror);
        claimIssuer.denyClaims(denial(later, KYC, 9));
        assertEq(claimOf(ANOTHER, KYC), 9);
    }

    function testAClaimThatWasTakenBackOrWhoseSignerWentDoesNotStand() public {
        addClaims(bytes.concat(claimEntry(SALT, KYC, 0, 1), claimEntry(SALT, AML, 0, 1)));
        vm.startPrank(owner);
        claimIssuer.revokeClaim(claimId(address(claimIssuer), KYC), address(identity));
        assertEq(claimOf(SALT, KYC), word(0, 1, 0, HELD, signer, CONTENT));
        assertEq(claimOf(SALT, AML), word(0, 1, 0, HELD | STANDS, signer, CONTENT));
        claimIssuer.removeKey(keyOf(signer), CLAIM);
        vm.stopPrank();
        assertEq(claimOf(SALT, AML), word(0, 1, 0, HELD, signer, CONTENT));
    }

    function testManyInTheirOrder() public {
        addClaims(bytes.concat(claimEntry(SALT, KYC, 0, 1), claimEntry(SALT, AML, 0, 2)));
        uint256[] memory words = factory.claimsOf(
            registry,
            claimIssuer,
            abi.encodePacked(abi.encode(SALT, AML), abi.encode(ANOTHER, KYC), abi.encode(SALT, KYC))
        );
        assertEq(words.length, 3);
        assertEq(words[0], word(0, 2, 0, HELD | STANDS, signer, CONTENT));
        assertEq(words[1], 0);
        assertEq(words[2], word(0, 1, 0, HELD | STANDS, signer, CONTENT));
    }

    /// @dev Whatever a claim says, it is shown as it is, or as one that the register has to replace.
    function testFuzzWhatDoesNotFitSpoilsNothing(
        uint256 ends,
        uint8 shift,
        uint256 version,
        bytes32 content,
        uint16 denied
    ) public {
        (ends, version) = (ends >> shift, version >> shift);
        if (ends != 0 && ends <= NOW) ends += NOW;
        give(KYC, abi.encode(ends, version, content));
        denyClaims(KYC, denied);
        uint256 floor = claimIssuer.deniedVersion(address(identity), KYC);
        uint256 expected = floor | HELD;
        if (ends < 1 << 40 && version < 1 << 16) {
            expected = word(floor, version, ends, version > floor ? HELD | STANDS : HELD, signer, content);
        }
        assertEq(claimOf(SALT, KYC), expected);
    }

    function testAClaimOfOtherDataIsHeldAndNothingMore() public {
        bytes[4] memory others =
            [abi.encode(0), abi.encode(0, 1), abi.encode(0, 1, 2, 3), abi.encodePacked(abi.encode(0, 1, 2), "x")];
        for (uint256 i = 0; i < others.length; ++i) {
            give(KYC, others[i]);
            assertTrue(holds(KYC));
            assertEq(claimOf(SALT, KYC), HELD);
        }
    }

    function testPurposesInTheirOrder() public {
        addKey(friend, ENCRYPTION);
        bytes memory keys = bytes.concat(
            abi.encodePacked(SALT, friend),
            abi.encodePacked(ANOTHER, friend),
            abi.encodePacked(SALT, investor),
            abi.encodePacked(SALT, stranger)
        );
        uint256[] memory purposes = factory.purposesOf(registry, keys);
        assertEq(purposes.length, 4);
        assertEq(purposes[0], 1 << ENCRYPTION);
        assertEq(purposes[1], 0);
        assertEq(purposes[2], 1 << MANAGEMENT | 1 << ACTION);
        assertEq(purposes[3], 0);
    }

    function testTornQuestions() public {
        vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.InvalidBatchLength.selector, 53));
        factory.purposesOf(registry, new bytes(53));
        vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.InvalidBatchLength.selector, 63));
        factory.claimsOf(registry, IClaimIssuer(claimIssuer), new bytes(63));
    }
}

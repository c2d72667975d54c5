// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAuthorities} from "../../src/interfaces/IAuthorities.sol";
import {IKYCRegistrar} from "../../src/interfaces/IKYCRegistrar.sol";
import {RegistrarTest} from "../helpers/RegistrarTest.sol";

contract ViewsTest is RegistrarTest {
    bytes32 private hans = keccak256("Hans");
    address private hansWallet = makeAddr("Hans's wallet");

    function setUp() public override {
        super.setUp();
        addJane();
        vm.prank(germans[0]);
        registrar.addInvestor(hans, DE, 0x424500, 5, EXPIRES + 1, list(hansWallet));
    }

    function testGetInvestor() public {
        (bytes32 id, bool permitted, uint8 rating, uint16 country) = registrar.getInvestor(wallet);
        assertEq(id, jane);
        assertTrue(permitted);
        assertEq(rating, 2);
        assertEq(country, US);
        restrictAddress(americans[0], jane, wallet);
        (id, permitted, rating, country) = registrar.getInvestor(wallet);
        assertEq(id, jane);
        assertFalse(permitted);
        assertEq(rating, 2);
        assertEq(country, US);
    }

    function testGetInvestorOfNobody() public {
        vm.expectRevert("Address not registered");
        registrar.getInvestor(stranger);
        vm.expectRevert("Address not registered");
        registrar.getInvestor(americans[0]);
        vm.expectRevert("Address not registered");
        registrar.getInvestor(address(0));
    }

    function testGetInvestors() public {
        (bytes32[2] memory ids, bool[2] memory permitted, uint8[2] memory ratings, uint16[2] memory where) =
            registrar.getInvestors(wallet, hansWallet);
        assertEq(ids[0], jane);
        assertEq(ids[1], hans);
        assertTrue(permitted[0] && permitted[1]);
        assertEq(ratings[0], 2);
        assertEq(ratings[1], 5);
        assertEq(where[0], US);
        assertEq(where[1], DE);

        restrictAddress(germans[0], hans, hansWallet);
        (ids, permitted, ratings, where) = registrar.getInvestors(wallet, hansWallet);
        assertEq(ids[1], hans);
        assertTrue(permitted[0]);
        assertFalse(permitted[1]);
        assertEq(where[1], DE);
        (ids, permitted,,) = registrar.getInvestors(hansWallet, hansWallet);
        assertEq(ids[0], hans);
        assertFalse(permitted[0] || permitted[1]);
    }

    function testGetInvestorsOfNobody() public {
        vm.expectRevert("Sender not Registered");
        registrar.getInvestors(stranger, wallet);
        vm.expectRevert("Receiver not Registered");
        registrar.getInvestors(wallet, stranger);
        vm.expectRevert("Sender not Registered");
        registrar.getInvestors(germans[0], stranger);
        vm.expectRevert("Receiver not Registered");
        registrar.getInvestors(wallet, germans[0]);
    }

    /// @dev The pair says of each what the single call says, whatever their records hold; and nothing but that comes
    /// along in its words.
    function testGetInvestorsSaysTheSame(
        uint8[2] memory ratings,
        uint16[2] memory where,
        bytes3 region,
        bool[5] memory no
    ) public {
        bytes32[2] memory ids = [bytes32("a"), bytes32("b")];
        address[2] memory wallets = [makeAddr("a"), makeAddr("b")];
        for (uint256 i = 0; i < 2; ++i) {
            vm.startPrank(no[4] ? owner : germans[0]);
            ratings[i] = uint8(bound(ratings[i], 1, 255));
            where[i] = no[4] ? uint16(bound(where[i], 1, 1023)) : DE;
            registrar.addInvestor(ids[i], where[i], region, ratings[i], EXPIRES, list(wallets[i]));
            if (no[i]) registrar.restrictAddresses(ids[i], list(wallets[i]));
            if (no[2 + i]) registrar.setInvestorRestriction(ids[i], true);
            vm.stopPrank();
        }
        (bool success, bytes memory answer) =
            address(registrar).call(abi.encodeCall(registrar.getInvestors, (wallets[0], wallets[1])));
        assertTrue(success);
        bool[2] memory permitted = [!no[0] && !no[2], !no[1] && !no[3]];
        assertEq(answer, abi.encode(ids, permitted, ratings, where));
        for (uint256 i = 0; i < 2; ++i) {
            (success, answer) = address(registrar).call(abi.encodeCall(registrar.getInvestor, (wallets[i])));
            assertEq(answer, abi.encode(ids[i], permitted[i], ratings[i], where[i]));
        }
    }

    function testOfOneId() public view {
        assertEq(registrar.getRating(hans), 5);
        assertEq(registrar.getRegion(hans), bytes3(0x424500));
        assertEq(registrar.getCountry(hans), DE);
        assertEq(registrar.getExpires(hans), EXPIRES + 1);
        assertEq(registrar.getInvestorAuthority(hans), german);
        assertFalse(registrar.isInvestorRestricted(hans));
        assertTrue(registrar.isRegistered(hans));
    }

    function testOfAnUnknownId() public {
        bytes32[3] memory ids = [NOBODY, bytes32(0), german];
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IKYCRegistrar.UnknownID.selector, ids[i]);
            refuseOnce(stranger, abi.encodeCall(registrar.getRating, (ids[i])), refusal);
            refuseOnce(stranger, abi.encodeCall(registrar.getRegion, (ids[i])), refusal);
            refuseOnce(stranger, abi.encodeCall(registrar.getCountry, (ids[i])), refusal);
            refuseOnce(stranger, abi.encodeCall(registrar.getExpires, (ids[i])), refusal);
            refuseOnce(stranger, abi.encodeCall(registrar.getInvestorAuthority, (ids[i])), refusal);
            refuseOnce(stranger, abi.encodeCall(registrar.isInvestorRestricted, (ids[i])), refusal);
            assertFalse(registrar.isRegistered(ids[i]));
            assertFalse(registrar.isPermittedID(ids[i]));
        }
    }

    function testGetID() public {
        assertEq(registrar.getID(wallet), jane);
        assertEq(registrar.getID(americans[1]), american);
        assertEq(registrar.getID(owner), ownerID);
        assertEq(registrar.getID(stranger), 0);
        assertEq(registrar.getID(address(0)), 0);
        restrictAddress(americans[0], jane, wallet);
        assertEq(registrar.getID(wallet), jane);
    }

    function testGetAuthorityID() public {
        assertEq(registrar.getAuthorityID(americans[1]), american);
        restrictAddress(owner, american, americans[1]);
        assertEq(registrar.getAuthorityID(americans[1]), american);
        vm.expectRevert(abi.encodeWithSelector(IAuthorities.NotAuthorityAddress.selector, wallet));
        registrar.getAuthorityID(wallet);
        vm.expectRevert(abi.encodeWithSelector(IAuthorities.NotAuthorityAddress.selector, stranger));
        registrar.getAuthorityID(stranger);
    }

    function testIsApprovedAuthority() public {
        assertTrue(registrar.isApprovedAuthority(americans[0], US));
        assertFalse(registrar.isApprovedAuthority(americans[0], DE));
        assertTrue(registrar.isApprovedAuthority(owner, 1));
        assertTrue(registrar.isApprovedAuthority(owner, 1023));
        assertFalse(registrar.isApprovedAuthority(owner, 0));
        assertFalse(registrar.isApprovedAuthority(owner, 1024));
        assertFalse(registrar.isApprovedAuthority(americans[0], 0));
        assertFalse(registrar.isApprovedAuthority(americans[0], type(uint16).max));
        assertFalse(registrar.isApprovedAuthority(wallet, US));
        assertFalse(registrar.isApprovedAuthority(stranger, US));
        restrictAddress(owner, american, americans[0]);
        assertFalse(registrar.isApprovedAuthority(americans[0], US));
        restrictAddress(owners[1], ownerID, owner);
        assertFalse(registrar.isApprovedAuthority(owner, US));
    }

    function testGetAuthority() public {
        vm.expectRevert(abi.encodeWithSelector(IAuthorities.NotAuthority.selector, jane));
        registrar.getAuthority(jane);
        assertEq(registrar.getAuthorityAt(1), american);
        assertEq(registrar.getAuthorityAt(2), german);
        assertEq(registrar.getAuthorityAt(3), 0);
    }

    function testLimits() public view {
        assertEq(registrar.MAX_BATCH(), 64);
        assertEq(registrar.MAX_COUNTRIES(), 256);
        assertEq(registrar.MAX_AUTHORITIES(), 256);
        assertEq(registrar.APPROVAL_LIFETIME(), 7 days);
    }

    function testGenerateID() public view {
        assertEq(
            registrar.generateID("JANEDOE31121980123456789"),
            0x3d57f406d017300445f29a27d5c995ab860d80164179bbc840f53ed41e37e80f
        );
        assertEq(
            registrar.generateID("5493001KJTIIGC8Y1R12"),
            0x74cd7f8072a412ff0cb43f66a81c21754a90d5f53f4ff6b19b234fae667063c5
        );
    }
}

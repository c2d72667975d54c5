// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRecords} from "../../src/interfaces/ICertificateRecords.sol";
import {IRequirements} from "../../src/interfaces/IRequirements.sol";
import {CertificateTest} from "./CertificateTest.sol";

contract TokenTest is CertificateTest {
    function testItsId() public {
        assertEq(registry.tokenIdOf(holder, ID), token(holder));
        vm.expectRevert(abi.encodeWithSelector(IRequirements.IdOutOfRange.selector, LAST_ID + 1));
        registry.tokenIdOf(holder, LAST_ID + 1);
        vm.expectRevert(abi.encodeWithSelector(IRequirements.IdOutOfRange.selector, LAST_ID + 1));
        registry.recordOf(holder, LAST_ID + 1);
    }

    function testItIsHeldUntilTheRevocation() public {
        assertNotHeld();
        certify(holder);
        assertHeld();
        revoke(holder);
        assertNotHeld();
        certify(holder);
        assertHeld();
    }

    /// @dev No event tells the end, so the token stays; the verdict does not.
    function testItOutlivesTheExpiry() public {
        vm.prank(owner);
        registry.certify(holder, ID, uint40(NOW + 1));
        vm.warp(NOW + 1);
        assertFalse(verified(holder));
        assertHeld();
    }

    function testFuzzNobodyHoldsAnother(uint256 tokenId) public {
        certify(holder);
        vm.assume(tokenId != token(holder));
        expectNotHeld(tokenId);
        registry.ownerOf(tokenId);
        expectNotHeld(tokenId);
        registry.locked(tokenId);
    }

    function testWhoWasBarredHoldsNone() public {
        revoke(holder);
        assertNotHeld();
    }

    /// @dev By the functions' selectors, written out: a function that changed its name would go unnoticed otherwise.
    function testInterfaces() public view {
        bytes4 issuance = bytes4(keccak256("certify(address,uint256)")) ^ bytes4(keccak256("revoke(address,uint256)"));
        string memory metadata = "((string,string,string),string,(string,uint256,address,bool";
        bytes4 draft = issuance ^ bytes4(keccak256("isVerified(address,uint256)"))
            ^ bytes4(keccak256("standardRequirement(uint256)"))
            ^ bytes4(keccak256(bytes(string.concat("changeStandardRequirement(uint256,", metadata, ",bytes))[])"))));
        bytes4 finalText = issuance ^ bytes4(keccak256("ifVerified(address,uint256)"))
            ^ bytes4(keccak256("standardClaim(uint256)"))
            ^ bytes4(keccak256(bytes(string.concat("changeStandardClaim(uint256,", metadata, "))[])"))));

        assertTrue(registry.supportsInterface(draft));
        assertTrue(registry.supportsInterface(finalText));
        assertTrue(registry.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(registry.supportsInterface(0xb45a3c0e), "ERC-5192");
        assertFalse(registry.supportsInterface(0x80ac58cd), "ERC-721");
        assertFalse(registry.supportsInterface(0xffffffff));
        assertFalse(registry.supportsInterface(0));
    }

    function testNothingMovesIt() public {
        certify(holder);
        string[3] memory moves = [
            "transferFrom(address,address,uint256)",
            "safeTransferFrom(address,address,uint256)",
            "approve(address,uint256)"
        ];
        for (uint256 i = 0; i < moves.length; ++i) {
            vm.prank(holder);
            (bool done,) = address(registry).call(abi.encodeWithSignature(moves[i], holder, stranger, token(holder)));
            assertFalse(done);
        }
    }

    function assertHeld() private view {
        assertEq(registry.ownerOf(token(holder)), holder);
        assertTrue(registry.locked(token(holder)));
    }

    function assertNotHeld() private {
        expectNotHeld(token(holder));
        registry.ownerOf(token(holder));
        expectNotHeld(token(holder));
        registry.locked(token(holder));
    }

    function expectNotHeld(uint256 tokenId) private {
        vm.expectRevert(abi.encodeWithSelector(ICertificateRecords.NotHeld.selector, tokenId));
    }
}

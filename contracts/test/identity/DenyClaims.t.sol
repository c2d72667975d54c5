// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimIssuer} from "../../src/identity/ClaimIssuer.sol";
import {IClaimIssuer} from "../../src/interfaces/IClaimIssuer.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IRoles} from "../../src/interfaces/IRoles.sol";
import {IdentityTest} from "./IdentityTest.sol";

/// @dev Where others have an identity, this has something that never ends, or shows nonsense.
contract BadIdentity {
    bool private _ends;

    function end() external {
        _ends = true;
    }

    fallback() external {
        if (_ends) return;
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// @dev Calls with as much gas as it is told.
contract ThriftyManager {
    function call(address to, bytes calldata data, uint256 gas_) external returns (bool done) {
        (done,) = to.call{gas: gas_}(data);
    }
}

contract DenyClaimsTest is IdentityTest {
    uint256 private constant AML = 2;

    function valid(bytes memory data) private view returns (bool) {
        bytes memory signature = signed(address(identity), KYC, data);
        return claimIssuer.isClaimValid(IIdentity(address(identity)), KYC, signature, data);
    }

    function floor() private view returns (uint16) {
        return claimIssuer.deniedVersion(address(identity), KYC);
    }

    function testWhatIsDeniedDoesNotCount() public {
        assertTrue(valid(registersData(0, 5)));
        vm.expectEmit(address(claimIssuer));
        emit IClaimIssuer.ClaimsDenied(address(identity), KYC, 5);
        denyClaims(KYC, 5);
        assertEq(floor(), 5);
        assertFalse(valid(registersData(0, 0)) || valid(registersData(0, 1)) || valid(registersData(0, 5)));
        assertTrue(valid(registersData(0, 6)));
    }

    function testADenialIsOfOneTopicOnOneIdentity() public {
        denyClaims(KYC, 5);
        assertEq(claimIssuer.deniedVersion(address(identity), AML), 0);
        assertEq(claimIssuer.deniedVersion(investor, KYC), 0);
    }

    function testADenialOfNoVersionLands() public {
        denyClaims(KYC, 0);
        assertEq(floor(), 1);
        assertFalse(valid(registersData(0, 1)));
    }

    function testWhatIsDeniedStaysSo() public {
        denyClaims(KYC, 5);
        vm.recordLogs();
        denyClaims(KYC, 5);
        denyClaims(KYC, 4);
        denyClaims(KYC, 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(floor(), 5);
    }

    function testManyAtOnce() public {
        vm.prank(mirror);
        claimIssuer.denyClaims(
            bytes.concat(
                denial(address(identity), KYC, 2),
                denial(address(identity), AML, 0x0102),
                denial(investor, KYC, 3),
                denial(address(identity), KYC, 4)
            )
        );
        assertEq(floor(), 4);
        assertEq(claimIssuer.deniedVersion(address(identity), AML), 0x0102);
        assertEq(claimIssuer.deniedVersion(investor, KYC), 3);
    }

    /// @dev Claims as others make them, which say when they end and then anything or nothing.
    function testAClaimWithoutVersionCountsUntilTheFirstDenial() public {
        bytes[3] memory others = [abi.encode(0), abi.encode(0, CONTENT), abi.encodePacked(uint256(0), CONTENT, "more")];
        for (uint256 i = 0; i < others.length; ++i) {
            assertTrue(valid(others[i]));
        }
        denyClaims(KYC, 1);
        for (uint256 i = 0; i < others.length; ++i) {
            assertFalse(valid(others[i]), "no denial would ever reach it");
        }
    }

    function testFuzzAClaimCountsAboveTheDeniedVersionAlone(uint256 version, uint16 denied) public {
        bytes memory data = abi.encode(0, version, CONTENT);
        assertTrue(valid(data));
        denyClaims(KYC, denied);
        assertEq(valid(data), version > floor() && version <= type(uint16).max);
    }

    // ----------------------------------------------------------------------- far ahead

    function testADenialLeapsSoFarAtMost() public {
        denyClaims(KYC, 65_535);
        assertEq(floor(), 4096);
        denyClaims(KYC, 8192);
        assertEq(floor(), 8192);
        for (uint256 i = 0; i < 14; ++i) {
            denyClaims(KYC, 65_535);
        }
        assertEq(floor(), 65_535);
        assertFalse(valid(registersData(0, 65_535)));
    }

    function testADenialLeapsAsFarAsWhatIsHeld() public {
        addClaims(claimEntry(SALT, KYC, 0, 50_000));
        vm.expectEmit(address(claimIssuer));
        emit IClaimIssuer.ClaimsDenied(address(identity), KYC, 50_000);
        denyClaims(KYC, 65_535);
        assertFalse(holds(KYC));
        denyClaims(KYC, 65_535);
        assertEq(floor(), 54_096);
    }

    function testADenialOfLessThanWhatIsHeldReachesWhatItSays() public {
        addClaims(claimEntry(SALT, KYC, 0, 50_000));
        denyClaims(KYC, 49_999);
        assertEq(floor(), 49_999);
        assertTrue(holds(KYC));
    }

    function testAnIdentityThatFailsHoldsNoDenialUp() public {
        BadIdentity bad = new BadIdentity();
        bytes memory denials = bytes.concat(denial(address(bad), KYC, 65_535), denial(stranger, KYC, 65_535));
        for (uint256 i = 1; i <= 2; ++i) {
            vm.prank(mirror);
            claimIssuer.denyClaims(denials);
            assertEq(claimIssuer.deniedVersion(address(bad), KYC), i * 4096);
            assertEq(claimIssuer.deniedVersion(stranger, KYC), i * 4096);
            bad.end();
        }
    }

    /// @dev Or whoever looks for the least gas that a denial succeeds with would find one that does not see the claim.
    function testNoDenialIsWeakerForLackOfGas() public {
        addClaims(claimEntry(SALT, KYC, 0, 50_000));
        denyClaims(KYC, 1);
        bytes memory call = abi.encodeCall(claimIssuer.denyClaims, (denial(address(identity), KYC, 50_000)));
        ThriftyManager manager = new ThriftyManager();
        vm.prank(owner);
        claimIssuer.addKey(keyOf(address(manager)), MANAGEMENT, ECDSA_KEY);
        uint256 refused = 0;
        uint256 before = vm.snapshotState();
        for (uint256 gas_ = 10_000; gas_ < 60_000; gas_ += 211) {
            if (manager.call(address(claimIssuer), call, gas_)) assertEq(floor(), 50_000);
            else ++refused;
            vm.revertToState(before);
        }
        assertGt(refused, 50);
        assertTrue(manager.call(address(claimIssuer), call, 60_000));
    }

    // ------------------------------------------------------------------------- refusals

    function testManagersAndMirrorsDeny() public {
        vm.prank(owner);
        claimIssuer.denyClaims(denial(address(identity), KYC, 1));
        assertEq(floor(), 1);
        vm.prank(owner);
        registry.removeMirror(mirror);
        expectNotFor(mirror, MANAGEMENT);
        denyClaims(KYC, 2);
    }

    function testNobodyElseDenies() public {
        address[4] memory others = [agent, investor, signer, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            expectNotFor(others[i], MANAGEMENT);
            vm.prank(others[i]);
            claimIssuer.denyClaims(denial(address(identity), KYC, 1));
        }
    }

    function testAnIssuerBesideNoRegistryIsItsManagersAlone() public {
        ClaimIssuer alone = new ClaimIssuer(owner, IRoles(address(0)));
        assertEq(address(alone.registry()), address(0));
        assertEq(address(claimIssuer.registry()), address(registry));
        expectNotFor(mirror, MANAGEMENT);
        vm.prank(mirror);
        alone.denyClaims(denial(address(identity), KYC, 1));
        vm.prank(owner);
        alone.denyClaims(denial(address(identity), KYC, 1));
        assertEq(alone.deniedVersion(address(identity), KYC), 1);
    }

    function testLength() public {
        uint256[4] memory lengths = [uint256(0), 53, 55, 201 * 54];
        for (uint256 i = 0; i < lengths.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IClaimIssuer.InvalidBatchLength.selector, lengths[i]));
            vm.prank(mirror);
            claimIssuer.denyClaims(new bytes(lengths[i]));
        }
        vm.prank(mirror);
        claimIssuer.denyClaims(new bytes(200 * 54));
    }
}

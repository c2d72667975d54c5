// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IdentityRegistry} from "../../src/IdentityRegistry.sol";
import {IdentityFactory} from "../../src/identity/IdentityFactory.sol";
import {IClaimIssuer} from "../../src/interfaces/IClaimIssuer.sol";
import {IERC735} from "../../src/interfaces/IERC735.sol";
import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {IIdentityFactory} from "../../src/interfaces/IIdentityFactory.sol";
import {IRoles} from "../../src/interfaces/IRoles.sol";
import {IdentityTest} from "./IdentityTest.sol";

/// @dev Answers in each way in which an issuer should not.
contract BadIssuer {
    enum Mood {
        No,
        Reverts,
        TakesAllGas,
        SaysNothing,
        SaysNonsense,
        SaysTooMuch
    }

    Mood private _mood;

    function be(Mood mood) external {
        _mood = mood;
    }

    function isClaimValid(IIdentity, uint256, bytes calldata, bytes calldata) external view returns (bool) {
        Mood mood = _mood;
        if (mood == Mood.No) return false;
        require(mood != Mood.Reverts);
        assembly ("memory-safe") {
            if eq(mood, 2) { invalid() }
            if eq(mood, 3) { return(0, 0) }
            mstore(0, 2)
            if eq(mood, 4) { return(0, 32) }
            revert(0, 1000000)
        }
    }
}

/// @dev A mirror that calls with as much gas as it is told.
contract ThriftyMirror {
    function add(IdentityFactory factory, IRoles registry, bytes calldata claims, uint256 gas_)
        external
        returns (bool done)
    {
        (done,) = address(factory).call{gas: gas_}(abi.encodeCall(factory.addClaims, (registry, claims)));
    }
}

contract AddClaimsTest is IdentityTest {
    bytes32 private constant ANOTHER = keccak256("another investor");
    uint256 private constant AML = 2;

    function logsOf(bytes memory claims) private returns (uint256) {
        vm.recordLogs();
        addClaims(claims);
        return vm.getRecordedLogs().length;
    }

    function testManyAtOnce() public {
        keepKey(ANOTHER, friend, 6);
        bytes memory signature = signed(address(identity), KYC, registersData(0, 1));
        bytes memory claims = bytes.concat(
            claimEntry(SALT, KYC, 0, 1), claimEntry(SALT, AML, uint40(NOW + 10), 7), claimEntry(ANOTHER, KYC, 0, 1)
        );
        vm.expectEmit(address(identity));
        emit IERC735.ClaimAdded(
            claimId(address(claimIssuer), KYC), KYC, 1, address(claimIssuer), signature, registersData(0, 1), ""
        );
        addClaims(claims);

        (uint256 topic, uint256 scheme, address issuer, bytes memory kept, bytes memory data, string memory uri) =
            identity.getClaim(claimId(address(claimIssuer), KYC));
        assertEq(
            abi.encode(topic, scheme, issuer, kept, data, uri),
            abi.encode(KYC, 1, claimIssuer, signature, registersData(0, 1), "")
        );
        (,,,, data,) = identity.getClaim(claimId(address(claimIssuer), AML));
        assertEq(data, abi.encode(NOW + 10, 7, CONTENT));
        assertTrue(holds(KYC) && holds(AML));
        assertEq(factory.identityOf(registry, ANOTHER).getClaimIdsByTopic(KYC).length, 1);
    }

    function testToldTwiceItIsSilent() public {
        bytes memory claims = claimEntry(SALT, KYC, 0, 1);
        assertEq(logsOf(claims), 1);
        assertEq(logsOf(claims), 0);
        assertEq(logsOf(bytes.concat(claims, claims)), 0);
        assertEq(identity.getClaimIdsByTopic(KYC).length, 1);
    }

    function testANewerClaimTakesThePlaceOfTheLast() public {
        addClaims(claimEntry(SALT, KYC, 0, 1));
        addClaims(bytes.concat(claimEntry(SALT, KYC, 0, 2), claimEntry(SALT, KYC, uint40(NOW + 1), 3)));
        assertEq(claimIssuer.heldVersion(address(identity), KYC), 3);
        assertEq(identity.getClaimIdsByTopic(KYC).length, 1);
    }

    function testAClaimThatGoesComesBack() public {
        addClaims(claimEntry(SALT, KYC, 0, 1));
        vm.prank(mirror);
        identity.removeClaim(claimId(address(claimIssuer), KYC));
        assertEq(logsOf(claimEntry(SALT, KYC, 0, 1)), 1);
        assertTrue(holds(KYC));
    }

    // --------------------------------------------------------------------- what is skipped

    function testWhatIsNotDeployedIsSkipped() public {
        assertEq(logsOf(bytes.concat(claimEntry(ANOTHER, KYC, 0, 1), claimEntry(SALT, KYC, 0, 1))), 1);
        assertEq(address(factory.identityOf(registry, ANOTHER)).code.length, 0);
        assertTrue(holds(KYC));
    }

    function testAClaimThatADenialOvertookIsSkipped() public {
        denyClaims(KYC, 3);
        assertEq(logsOf(bytes.concat(claimEntry(SALT, KYC, 0, 3), claimEntry(SALT, AML, 0, 3))), 1);
        assertFalse(holds(KYC));
        assertTrue(holds(AML));
        addClaims(claimEntry(SALT, KYC, 0, 4));
        assertTrue(holds(KYC));
    }

    function testAClaimThatEndedWasTakenBackOrLostItsSignerIsSkipped() public {
        bytes memory late = claimEntry(SALT, KYC, uint40(NOW), 1);
        bytes memory revoked = claimEntry(SALT, AML, 0, 1);
        vm.startPrank(owner);
        claimIssuer.revokeClaimBySignature(signed(address(identity), AML, registersData(0, 1)));
        vm.stopPrank();
        assertEq(logsOf(bytes.concat(late, revoked)), 0);
        vm.prank(owner);
        claimIssuer.removeKey(keyOf(signer), CLAIM);
        assertEq(logsOf(claimEntry(SALT, KYC, 0, 2)), 0);
    }

    function testAClaimOfAnotherIdentityIsSkipped() public {
        bytes memory theirs = signed(address(factory.identityOf(registry, ANOTHER)), KYC, registersData(0, 1));
        assertEq(logsOf(entryOf(address(claimIssuer), theirs)), 0);
    }

    function testWhatItsIssuerDoesNotStandByInWhateverWayIsSkipped() public {
        BadIssuer bad = new BadIssuer();
        for (uint256 mood = 0; mood <= uint256(BadIssuer.Mood.SaysTooMuch); ++mood) {
            bad.be(BadIssuer.Mood(mood));
            assertEq(logsOf(bytes.concat(entryOf(address(bad)), claimEntry(SALT, AML, 0, uint16(mood + 1)))), 1);
        }
        assertEq(logsOf(entryOf(stranger)), 0);
        assertEq(logsOf(entryOf(address(0))), 0);
        assertEq(identity.getClaimIdsByTopic(KYC).length, 0);
    }

    function testNoIdentityIsMadeToVouchForItself() public {
        assertEq(logsOf(entryOf(address(identity))), 0);
        assertEq(identity.getClaimIdsByTopic(KYC).length, 0);
    }

    function entryOf(address issuer) private pure returns (bytes memory) {
        return entryOf(issuer, new bytes(65));
    }

    function entryOf(address issuer, bytes memory signature) private pure returns (bytes memory) {
        return abi.encodePacked(SALT, issuer, KYC, uint40(0), uint16(1), CONTENT, signature);
    }

    /// @dev Or whoever looks for the least gas that a batch succeeds with would find one that skips its last claims.
    function testNoClaimIsSkippedForLackOfGas() public {
        ThriftyMirror thrifty = new ThriftyMirror();
        vm.prank(owner);
        registry.addMirror(address(thrifty));
        bytes memory claims = bytes.concat(claimEntry(SALT, KYC, 0, 1), claimEntry(SALT, AML, 0, 1));
        uint256 least = 0;
        uint256 before = vm.snapshotState();
        for (uint256 gas_ = 500_000; gas_ > 20_000; gas_ -= 2_111) {
            if (thrifty.add(factory, registry, claims, gas_)) {
                assertTrue(holds(KYC) && holds(AML));
                least = gas_;
            }
            vm.revertToState(before);
        }
        assertGt(least, 200_000);

        denyClaims(AML, 1);
        assertTrue(thrifty.add(factory, registry, claims, least), "what suffices to add suffices to skip");
        assertTrue(holds(KYC));
    }

    // ---------------------------------------------------------------------------- refusals

    function testLength() public {
        uint256[4] memory lengths = [uint256(0), 187, 189, 201 * 188];
        for (uint256 i = 0; i < lengths.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.InvalidBatchLength.selector, lengths[i]));
            addClaims(new bytes(lengths[i]));
        }
        addClaims(new bytes(200 * 188));
    }

    function testOnlyItsMirrors() public {
        bytes memory claims = claimEntry(SALT, KYC, 0, 1);
        address[4] memory others = [owner, agent, investor, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIdentityFactory.NotItsMirror.selector, others[i], registry));
            vm.prank(others[i]);
            factory.addClaims(registry, claims);
        }
    }

    function testAnotherRegistrysMirrorTouchesNothing() public {
        bytes memory claims = claimEntry(SALT, KYC, 0, 1);
        IdentityRegistry theirs = new IdentityRegistry(stranger);
        vm.startPrank(stranger);
        theirs.addMirror(stranger);
        factory.addClaims(theirs, claims);
        factory.keepKeys(theirs, keyEntry(SALT, stranger, 6));
        factory.addClaims(theirs, claims);
        expectNotFor(stranger, CLAIM);
        identity.addClaim(KYC, 1, address(claimIssuer), "", "", "");
        expectNotFor(stranger, MANAGEMENT);
        IClaimIssuer(claimIssuer).denyClaims(denial(address(identity), KYC, 1));
        vm.stopPrank();
        assertFalse(holds(KYC));
        assertEq(factory.identityOf(theirs, SALT).getClaimIdsByTopic(KYC).length, 0);
    }

    // -------------------------------------------------------------------------- any order

    /// @dev Whatever comes before or after whatever, what is denied does not count, and the newest claim that was told
    /// after it was held does, unless it is denied.
    function testFuzzNoStaleClaimOvertakesADenial(uint16[24] memory versions, uint8[24] memory steps) public {
        uint256 floor = 0;
        uint256 held = 0;
        for (uint256 i = 0; i < versions.length; ++i) {
            uint16 version = versions[i] % 12;
            uint256 topic = KYC + steps[i] / 128;
            if (steps[i] % 3 == 0) {
                denyClaims(topic, version);
                uint256 reached = version == 0 ? 1 : version;
                if (topic == KYC && reached > floor) floor = reached;
            } else {
                addClaims(bytes.concat(claimEntry(ANOTHER, topic, 0, version), claimEntry(SALT, topic, 0, version)));
                if (topic == KYC && (floor == 0 || version > floor)) held = version + 1;
            }
            assertEq(claimIssuer.deniedVersion(address(identity), KYC), floor);
            assertEq(holds(KYC), held != 0 && (floor == 0 || held - 1 > floor));
        }
    }
}

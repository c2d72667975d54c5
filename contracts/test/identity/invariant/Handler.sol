// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IdentityRegistry} from "../../../src/IdentityRegistry.sol";
import {ClaimIssuer} from "../../../src/identity/ClaimIssuer.sol";
import {IdentityFactory} from "../../../src/identity/IdentityFactory.sol";
import {IIdentityContract} from "../../../src/interfaces/IIdentityContract.sol";

/// @dev Acts as the register, as an issuer's manager, as the holders of a few wallets and as another registry's mirror,
/// and remembers what the invariants need: what each key is for, and whether a step broke a rule that only the step
/// itself can see.
contract Handler is Test {
    uint256 private constant SIGNER = 0x516e;
    uint256 private constant MAX_LEAP = 4096;

    IdentityRegistry public immutable registry = new IdentityRegistry(address(this));
    IdentityRegistry public immutable theirs = new IdentityRegistry(address(this));
    IdentityFactory public immutable factory = new IdentityFactory();
    ClaimIssuer public immutable issuer = new ClaimIssuer(address(this), registry);
    address public immutable rival = makeAddr("another registry's mirror");

    bool public floorFell;
    bool public denialIgnored;
    bool public denialLeapt;
    bool public keyNotKept;
    bool public lastManagerLeft;
    bool public rivalDidSomething;

    mapping(bytes32 salt => mapping(address wallet => uint256)) public purposes;

    constructor() {
        registry.addMirror(address(this));
        theirs.addMirror(rival);
        issuer.addKey(keyOf(vm.addr(SIGNER)), 3, 1);
    }

    // ----------------------------------------------------------------------- the register

    function keepKeys(uint256[4] calldata picks, uint8[4] calldata told) external {
        bytes memory keys;
        for (uint256 i = 0; i < picks.length; ++i) {
            uint8 these = told[i] & 30;
            keys = bytes.concat(keys, abi.encodePacked(saltAt(picks[i]), walletAt(picks[i]), these));
            purposes[saltAt(picks[i])][walletAt(picks[i])] = these;
        }
        factory.keepKeys(registry, keys);
        for (uint256 i = 0; i < picks.length; ++i) {
            if (told[i] & 30 != 0 && !isThere(saltAt(picks[i]))) keyNotKept = true;
        }
    }

    function addClaims(uint256[4] calldata picks, uint16[4] calldata versions, uint32[4] calldata terms) external {
        bytes memory claims;
        for (uint256 i = 0; i < picks.length; ++i) {
            bytes memory data = dataOf(versions[i] % 64, terms[i]);
            (uint40 ends, uint16 version, bytes32 content) = abi.decode(data, (uint40, uint16, bytes32));
            claims = bytes.concat(
                claims,
                abi.encodePacked(saltAt(picks[i]), issuer, topicAt(picks[i])),
                abi.encodePacked(ends, version, content, sign(picks[i], data))
            );
        }
        factory.addClaims(registry, claims);
    }

    /// @dev Versions beyond all bounds, and data without any, as others might bring them.
    function addClaim(uint256 pick, uint256 version, uint32 term, uint8 mode) external {
        if (!isThere(saltAt(pick))) return;
        bytes memory data = mode % 4 == 0
            ? abi.encode(0)
            : mode % 4 == 1 ? abi.encode(0, version, mode) : dataOf(uint16(version) % 9000, term);
        bytes memory signature = sign(pick, data);
        try identityAt(pick).addClaim(topicAt(pick), 1, address(issuer), signature, data, "") {} catch {}
    }

    function deny(uint256 pick, uint16 version, bool far) external {
        if (!far) version %= 64;
        (address of_, uint256 topic) = (address(identityAt(pick)), topicAt(pick));
        uint256 floor = issuer.deniedVersion(of_, topic);
        uint256 held = isThere(saltAt(pick)) ? issuer.heldVersion(of_, topic) : 0;
        issuer.denyClaims(abi.encodePacked(of_, topic, version));

        uint256 reached = issuer.deniedVersion(of_, topic);
        uint256 furthest = floor + MAX_LEAP > held ? floor + MAX_LEAP : held;
        if (reached < floor) floorFell = true;
        if (reached > furthest) denialLeapt = true;
        if (reached == 0 || (reached < version && reached < furthest)) denialIgnored = true;
    }

    function turnSigner() external {
        bytes32 key = keyOf(vm.addr(SIGNER));
        if (issuer.keyHasPurpose(key, 3)) issuer.removeKey(key, 3);
        else issuer.addKey(key, 3, 1);
    }

    // ------------------------------------------------------------------------ the holders

    function addKey(uint256 pick, uint256 to, uint8 purpose, uint8 keyType) external {
        if (!isThere(saltAt(pick))) return;
        (bytes32 salt, address wallet) = (saltAt(pick), walletAt(to));
        uint256 chosen = purpose % 4 + 1;
        IIdentityContract identity = identityAt(pick);
        vm.prank(walletAt(pick));
        try identity.addKey(keyOf(wallet), chosen, keyType % 2 + 1) {
            purposes[salt][wallet] |= 1 << chosen;
        } catch {}
    }

    function removeKey(uint256 pick, uint256 from, uint8 purpose) external {
        if (!isThere(saltAt(pick))) return;
        (bytes32 salt, address wallet) = (saltAt(pick), walletAt(from));
        uint256 chosen = purpose % 4 + 1;
        IIdentityContract identity = identityAt(pick);
        vm.prank(walletAt(pick));
        try identity.removeKey(keyOf(wallet), chosen) {
            purposes[salt][wallet] &= ~(1 << chosen);
            if (identity.getKeysByPurpose(1).length == 0) lastManagerLeft = true;
        } catch {}
    }

    // ----------------------------------------------------------------------------- others

    function meddle(uint256 pick, uint8 told) external {
        bytes32 key = keyOf(walletAt(pick));
        vm.startPrank(rival);
        factory.keepKeys(theirs, abi.encodePacked(saltAt(pick), walletAt(pick), told & 30));
        try factory.keepKeys(registry, abi.encodePacked(saltAt(pick), walletAt(pick), told & 30)) {
            rivalDidSomething = true;
        } catch {}
        try issuer.denyClaims(abi.encodePacked(identityAt(pick), topicAt(pick), uint16(told))) {
            rivalDidSomething = true;
        } catch {}
        if (isThere(saltAt(pick))) {
            try identityAt(pick).setPurposes(key, told & 30) {
                rivalDidSomething = true;
            } catch {}
        }
        vm.stopPrank();
    }

    function pass(uint32 time) external {
        vm.warp(block.timestamp + time % 2 days);
    }

    // ---------------------------------------------------------------------------- picking

    function saltAt(uint256 pick) public pure returns (bytes32) {
        return bytes32(pick % 2);
    }

    function topicAt(uint256 pick) public pure returns (uint256) {
        return pick / 2 % 2 + 1;
    }

    function walletAt(uint256 pick) public pure returns (address) {
        return vm.addr(pick / 4 % 3 + 1);
    }

    function identityAt(uint256 pick) public view returns (IIdentityContract) {
        return factory.identityOf(registry, saltAt(pick));
    }

    function isThere(bytes32 salt) public view returns (bool) {
        return address(factory.identityOf(registry, salt)).code.length != 0;
    }

    function keyOf(address wallet) public pure returns (bytes32) {
        return keccak256(abi.encode(wallet));
    }

    function dataOf(uint16 version, uint32 term) private view returns (bytes memory) {
        uint256 ends = term % 3 == 0 ? 0 : block.timestamp + term % 3 days;
        return abi.encode(ends, version, keccak256("what was verified"));
    }

    function sign(uint256 pick, bytes memory data) private view returns (bytes memory) {
        bytes32 claim = keccak256(abi.encode(identityAt(pick), topicAt(pick), data));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(SIGNER, keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", claim)));
        return abi.encodePacked(r, s, v);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CertificateGuard} from "../../src/certificates/CertificateGuard.sol";
import {IERC5851Draft} from "../../src/interfaces/IERC5851Draft.sol";
import {CertificateTest} from "./CertificateTest.sol";

contract Guarded is CertificateGuard {
    bool public entered;

    constructor(IERC5851Draft registry) CertificateGuard(registry) {}

    function enter(uint256 id) external onlyCertified(id) {
        entered = true;
    }
}

/// @dev A registry that answers every call with the same bytes, or reverts with them.
contract OddRegistry {
    bytes private answer;
    bool private reverts;

    constructor(bytes memory answer_, bool reverts_) {
        (answer, reverts) = (answer_, reverts_);
    }

    fallback(bytes calldata) external returns (bytes memory) {
        bytes memory data = answer;
        if (reverts) {
            assembly ("memory-safe") {
                revert(add(data, 32), mload(data))
            }
        }
        return data;
    }
}

contract CertificateGuardTest is CertificateTest {
    Guarded private guarded;

    function setUp() public override {
        super.setUp();
        guarded = new Guarded(registry);
    }

    function testTheCertifiedEnter() public {
        certify(holder);
        vm.prank(holder);
        guarded.enter(ID);
        assertTrue(guarded.entered());
    }

    function testNobodyElse() public {
        certify(holder);
        assertKeptOut(stranger, ID);
        assertKeptOut(holder, UNKNOWN);
        assertKeptOut(holder, ID + 2 ** 96);
        revoke(holder);
        assertKeptOut(holder, ID);
    }

    function testNotAfterTheExpiry() public {
        vm.prank(owner);
        registry.certify(holder, ID, uint40(NOW + 10));
        vm.warp(NOW + 10);
        assertKeptOut(holder, ID);
    }

    /// @dev The guard holds its selector as a literal.
    function testSelector() public {
        vm.expectCall(address(registry), abi.encodeCall(registry.isVerified, (holder, ID)));
        assertKeptOut(holder, ID);
        assertEq(address(guarded.certificates()), address(registry));
    }

    /// @dev I12: only a clear yes is a yes.
    function testOnlyAClearYesIsAYes() public {
        address[8] memory odd = [
            makeAddr("no contract"),
            address(0),
            address(new OddRegistry("", false)),
            address(new OddRegistry(hex"01", false)),
            address(new OddRegistry(abi.encode(2), false)),
            address(new OddRegistry(abi.encode(type(uint256).max), false)),
            address(new OddRegistry(abi.encode(false), false)),
            address(new OddRegistry(abi.encode(true), true))
        ];
        for (uint256 i = 0; i < odd.length; ++i) {
            guarded = new Guarded(IERC5851Draft(odd[i]));
            assertKeptOut(holder, ID);
        }
        guarded = new Guarded(IERC5851Draft(address(new OddRegistry(abi.encode(true), false))));
        guarded.enter(ID);
    }

    function assertKeptOut(address who, uint256 id) private {
        vm.expectRevert(abi.encodeWithSelector(CertificateGuard.NotCertified.selector, who, id));
        vm.prank(who);
        guarded.enter(id);
        assertFalse(guarded.entered());
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentityRegistry} from "../src/interfaces/IIdentityRegistry.sol";
import {KycGuard} from "../src/KycGuard.sol";
import {RegistryTest} from "./helpers/RegistryTest.sol";

contract Guarded is KycGuard {
    constructor(IIdentityRegistry registry) KycGuard(registry) {}

    function both(address from, address to) external view {
        _requireVerified(from, to);
    }

    function one(address account) external view {
        _requireVerified(account);
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

contract KycGuardTest is RegistryTest {
    Guarded private guarded;
    address private other = makeAddr("other");

    function setUp() public override {
        super.setUp();
        guarded = new Guarded(registry);
    }

    function testBoth(bool a, bool b) public {
        if (a) upsert(wallet, approval(1));
        if (b) upsert(other, approval(1));
        if (!a || !b) vm.expectRevert("KYC_NOT_VERIFIED");
        guarded.both(wallet, other);
    }

    function testOne(bool verified) public {
        if (verified) upsert(wallet, approval(1));
        if (!verified) vm.expectRevert("KYC_NOT_VERIFIED");
        guarded.one(wallet);
    }

    function testRegistry() public view {
        assertEq(address(guarded.identityRegistry()), address(registry));
    }

    /// @dev The guard holds its selector as a literal.
    function testSelector() public {
        vm.expectCall(address(registry), abi.encodeCall(registry.areVerified, (wallet, other)));
        vm.expectRevert("KYC_NOT_VERIFIED");
        guarded.both(wallet, other);
    }

    /// @dev I12: only a clear yes is a yes.
    function testOnlyAClearYesIsAYes() public {
        assertDenies(makeAddr("no contract"));
        assertDenies(address(new OddRegistry("", false)));
        assertDenies(address(new OddRegistry(hex"01", false)));
        assertDenies(address(new OddRegistry(abi.encode(2), false)));
        assertDenies(address(new OddRegistry(abi.encode(false), false)));
        assertDenies(address(new OddRegistry(abi.encode(true), true)));
    }

    function testAcceptsAPlainYes() public {
        Guarded any = new Guarded(IIdentityRegistry(address(new OddRegistry(abi.encode(true), false))));
        any.both(wallet, other);
        any.one(wallet);
    }

    function assertDenies(address odd) private {
        Guarded denying = new Guarded(IIdentityRegistry(odd));
        vm.expectRevert("KYC_NOT_VERIFIED");
        denying.both(wallet, other);
        vm.expectRevert();
        denying.one(wallet);
    }
}

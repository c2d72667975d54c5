// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CertificateRegistry} from "../../src/certificates/CertificateRegistry.sol";
import {IERC5851Draft} from "../../src/interfaces/IERC5851Draft.sol";
import {ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {Certificate, Certificates} from "../certificates/Certificate.sol";
import {CertificateTest} from "../certificates/CertificateTest.sol";
import {GuardedCounter, CertificateProbe} from "./CertificateProbe.sol";

/// @dev Says yes for nothing, so that what the registry itself costs can be seen.
contract FreeVerifier is ICertificateVerifier {
    function verify(address, uint256, uint256, bytes calldata) external view returns (uint256) {
        return block.timestamp + 365 days;
    }
}

/// @dev What certificates cost. Each call is a transaction of its own.
contract CertificateGasTest is CertificateTest {
    using Certificates for Certificate;

    /// @dev EIP-7825: no transaction may use more.
    uint256 private constant TRANSACTION_CAP = 16_777_216;

    CertificateProbe private probe = new CertificateProbe();

    function take(string memory name, uint256 gas, uint256 limit) private {
        vm.snapshotValue("CertificateRegistry", name, gas);
        assertLe(gas, limit, name);
    }

    function takeCall(string memory name, uint256 limit) private {
        take(name, vm.lastCallGas().gasTotalUsed, limit);
    }

    /// @dev Addresses as dense as real ones.
    function holderAt(uint256 i) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("holder", i)))));
    }

    function upsertBatch(uint256 count, uint16 version) private returns (uint256) {
        Certificate memory c = approval(version);
        c.expiry = uint64(NOW + 365 days);
        bytes memory packed;
        for (uint256 i = 0; i < count; ++i) {
            packed = bytes.concat(packed, entry(holderAt(i), ID, c.pack()));
        }
        vm.prank(mirror);
        registry.upsert(HEAD, packed);
        return vm.lastCallGas().gasTotalUsed;
    }

    function denyBatch(uint256 count, uint16 version) private returns (uint256) {
        bytes memory packed;
        for (uint256 i = 0; i < count; ++i) {
            packed = bytes.concat(packed, denial(holderAt(i), ID, version));
        }
        vm.prank(mirror);
        registry.deny(HEAD, packed);
        return vm.lastCallGas().gasTotalUsed;
    }

    function testAdmin() public {
        vm.prank(owner);
        registry.certify(holder, ID, uint40(NOW + 365 days));
        takeCall("certify a new holder", 60_000);
        vm.prank(owner);
        registry.certify(holder, ID, uint40(NOW + 730 days));
        takeCall("certify, a renewal", 40_000);
        vm.prank(owner);
        registry.revoke(holder, ID);
        takeCall("revoke", 40_000);
    }

    function testSingles() public {
        take("upsert of one new holder", upsertBatch(1, 1), 60_000);
        take("deny of one holder", denyBatch(1, 2), 40_000);
    }

    function testBatches() public {
        take("upsert of 350 new holders, a holder", upsertBatch(350, 1) / 350, 30_500);
        take("upsert of 350 known holders, a holder", upsertBatch(350, 2) / 350, 10_500);
        take("upsert of 350 repeated records, a holder", upsertBatch(350, 2) / 350, 4_000);
        take("deny of 350 holders, a holder", denyBatch(350, 3) / 350, 11_800);
    }

    function testLargestBatches() public {
        take("upsert of 500 new holders", upsertBatch(500, 1), TRANSACTION_CAP);
        take("deny of 500 holders", denyBatch(500, 2), TRANSACTION_CAP);
    }

    function testProof() public {
        FreeVerifier verifier = new FreeVerifier();
        vm.prank(owner);
        registry.setVerifier(ID, verifier);
        vm.prank(holder);
        registry.certifyByProof(ID, new bytes(256));
        takeCall("certifyByProof, without the verifier's own", 70_000);
    }

    function testVerdict() public {
        upsertBatch(1, 1);
        (bool yes, uint256 gas) = probe.isVerified(registry, holderAt(0), ID);
        assertTrue(yes);
        take("isVerified called by a contract, cold", gas, 5_600);
    }

    function testVerdictOfTheFinalText() public {
        upsertBatch(1, 1);
        (bool yes, uint256 gas) = probe.ifVerified(registry, holderAt(0), ID);
        assertTrue(yes);
        take("ifVerified called by a contract, cold", gas, 5_600);
    }

    function testGuard() public {
        certify(holder);
        GuardedCounter counter = new GuardedCounter(registry, ID);
        vm.startPrank(holder);
        counter.open();
        uint256 without = vm.lastCallGas().gasTotalUsed;
        counter.guarded();
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        vm.stopPrank();
        take("added by the guard", gas - without, 6_000);
    }

    function testRequirements() public {
        IERC5851Draft.Requirement[] memory four = new IERC5851Draft.Requirement[](4);
        for (uint256 i = 0; i < 4; ++i) {
            four[i] = requirement(">=", i);
        }
        setRequirements(ID, four);
        takeCall("changeStandardRequirement, four", 1_100_000);
    }

    function testDeployment() public {
        CertificateRegistry another = new CertificateRegistry(owner);
        vm.snapshotValue("CertificateRegistry", "bytes of runtime code", address(another).code.length);
        assertLt(address(another).code.length, 24_576);
    }
}

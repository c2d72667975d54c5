// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimCheck} from "../../src/ClaimCheck.sol";
import {ClaimIssuer} from "../../src/identity/ClaimIssuer.sol";
import {IdentityFactory} from "../../src/identity/IdentityFactory.sol";
import {IClaimValidity} from "../../src/interfaces/IClaimIssuer.sol";
import {IERC735} from "../../src/interfaces/IERC735.sol";
import {IIdentityContract} from "../../src/interfaces/IIdentityContract.sol";
import {IVerdict} from "../../src/interfaces/IVerdict.sol";
import {TrexSuite} from "../trex/TrexSuite.sol";
import {VerifiedProbe} from "./VerifiedProbe.sol";

/// @dev Asks for a claim as a contract of anybody's would.
contract ClaimProbe {
    function holdsClaim(IERC735 identity, uint256 topic, IClaimValidity issuer)
        external
        view
        returns (bool holds, uint256 gasUsed)
    {
        uint256 before = gasleft();
        holds = ClaimCheck.holdsClaim(identity, topic, issuer);
        gasUsed = before - gasleft();
    }
}

/// @dev What identities and claims cost, beside ONCHAINID's and T-REX's. Each call is a transaction of its own.
contract IdentityGasTest is TrexSuite {
    uint256 private constant TOPIC = 1;

    IdentityFactory private identities = new IdentityFactory();
    ClaimIssuer private issuer;
    ClaimProbe private probe = new ClaimProbe();
    VerifiedProbe private verdicts = new VerifiedProbe();
    IIdentityContract private identity;
    address private carol = makeAddr("carol");
    bytes private data = abi.encode(uint256(0), keccak256("what was verified"));

    function setUp() public override {
        super.setUp();
        issuer = new ClaimIssuer(owner, registry);
    }

    function take(string memory name, uint256 gas) private {
        vm.snapshotValue("Identity", name, gas);
    }

    function takeCall(string memory name) private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        take(name, gas);
    }

    function deploy() private {
        vm.prank(mirror);
        identity = identities.deploy(registry, "carol", carol);
    }

    function give() private {
        (address signer, uint256 key) = makeAddrAndKey("our claim signer");
        vm.prank(owner);
        issuer.addKey(keyOf(signer), 3, 1);
        bytes32 claimed = keccak256(abi.encode(address(identity), TOPIC, data));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", claimed)));
        vm.prank(mirror);
        identity.addClaim(TOPIC, 1, address(issuer), abi.encodePacked(r, s, v), data, "");
    }

    function testDeployment() public {
        vm.prank(owner);
        factory.createIdentity(carol, "carol");
        uint256 theirs = takeCall("ONCHAINID's identity, by its factory");
        deploy();
        uint256 ours = takeCall("identity deployed, by the factory");
        assertLe(ours * 10, theirs * 4);
    }

    function testClaim() public {
        address theirIdentity = identityFor("carol", carol);
        claim(theirIdentity, carol);
        uint256 theirs = takeCall("addClaim, ONCHAINID's");
        deploy();
        give();
        uint256 ours = takeCall("addClaim");
        assertLe(ours * 10, theirs * 7);
    }

    function testCheck() public {
        (bool verified, uint256 theirs) = verdicts.isVerified(IVerdict(address(trexRegistry)), bob);
        assertTrue(verified);
        deploy();
        give();
        (bool holds, uint256 ours) = probe.holdsClaim(identity, TOPIC, issuer);
        assertTrue(holds);
        take("a claim checked by a contract, cold", ours);
        take("T-REX's isVerified with one topic, called by a contract, cold", theirs);
        assertLe(ours * 10, theirs * 6);
    }
}

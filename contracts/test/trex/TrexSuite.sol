// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IIdentity} from "../../src/interfaces/IERC3643IdentityRegistry.sol";
import {RegistryTest} from "../helpers/RegistryTest.sol";
import {Word} from "../helpers/Word.sol";
import {
    IOnchainId,
    IOnchainIdFactory,
    ITrexAuthority,
    ITrexClaimTopics,
    ITrexCompliance,
    ITrexRegistry,
    ITrexStorage,
    ITrexToken,
    ITrexTrustedIssuers
} from "./ITrex.sol";

/// @dev T-REX 4.1.6 with ONCHAINID 2.2.1 as an issuer deploys them, from the bytecode that their packages ship: every
/// contract behind its proxy, and investors with identities that hold a signed claim. Our registry, of
/// {RegistryTest}, stands beside it, knows the same investors, and has the token as an agent.
abstract contract TrexSuite is RegistryTest {
    string private constant TREX = "../node_modules/@tokenysolutions/t-rex/artifacts/contracts/";
    string private constant ONCHAINID = "../node_modules/@onchain-id/solidity/artifacts/contracts/";
    uint256 private constant KYC = 1;
    uint256 private constant MANAGEMENT = 1;
    uint256 private constant CLAIM_SIGNER = 3;

    ITrexToken internal token;
    ITrexCompliance internal compliance;
    ITrexRegistry internal trexRegistry;
    IOnchainId internal claimIssuer;
    IOnchainIdFactory internal factory;

    address internal alice;
    address internal bob;

    function setUp() public virtual override {
        super.setUp();
        vm.startPrank(owner);
        _deployIdentities();
        _deployToken();
        registry.addAgent(address(token));
        vm.stopPrank();
        vm.prank(agent);
        token.unpause();

        alice = investor("alice", 276);
        bob = investor("bob", 250);
    }

    /// @dev A wallet with an identity that holds the claim, in both registries.
    function investor(string memory name, uint16 country) internal returns (address who) {
        who = makeAddr(name);
        address onchainId = identityFor(name, who);
        claim(onchainId, who);
        vm.prank(agent);
        trexRegistry.registerIdentity(who, IIdentity(onchainId), country);
        Word memory w = approval(1);
        w.identity = onchainId;
        w.country = country;
        upsert(who, w);
    }

    function identityFor(string memory name, address manager) internal returns (address) {
        vm.prank(owner);
        return factory.createIdentity(manager, name);
    }

    function addManagementKey(address onchainId, address manager, address key) internal {
        vm.prank(manager);
        IOnchainId(onchainId).addKey(keyOf(key), MANAGEMENT, 1);
    }

    /// @dev Gives the identity a claim that the trusted issuer signed.
    function claim(address onchainId, address manager) internal {
        bytes memory data = "verified";
        bytes32 digest = keccak256(abi.encode(onchainId, KYC, data));
        digest = keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", digest));
        (, uint256 signer) = makeAddrAndKey("claim signer");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer, digest);
        vm.prank(manager);
        IOnchainId(onchainId).addClaim(KYC, 1, address(claimIssuer), abi.encodePacked(r, s, v), data, "");
    }

    function mint(address to, uint256 amount) internal {
        vm.prank(agent);
        token.mint(to, amount);
    }

    function transfer(address from, address to, uint256 amount) internal {
        vm.prank(from);
        token.transfer(to, amount);
    }

    function switchTo(address another) internal {
        vm.prank(owner);
        token.setIdentityRegistry(another);
    }

    function trexCode(string memory path) internal view returns (bytes memory) {
        return vm.getCode(string.concat(TREX, path));
    }

    function create(bytes memory code, bytes memory arguments) internal returns (address created) {
        bytes memory all = bytes.concat(code, arguments);
        assembly ("memory-safe") {
            created := create(0, add(all, 32), mload(all))
        }
        require(created != address(0), "a contract of the suite was not created");
    }

    function _deployIdentities() private {
        address implementation =
            create(vm.getCode(string.concat(ONCHAINID, "Identity.sol/Identity.json")), abi.encode(owner, true));
        address authority = create(
            vm.getCode(string.concat(ONCHAINID, "proxy/ImplementationAuthority.sol/ImplementationAuthority.json")),
            abi.encode(implementation)
        );
        factory = IOnchainIdFactory(
            create(vm.getCode(string.concat(ONCHAINID, "factory/IdFactory.sol/IdFactory.json")), abi.encode(authority))
        );
        claimIssuer = IOnchainId(
            create(vm.getCode(string.concat(ONCHAINID, "ClaimIssuer.sol/ClaimIssuer.json")), abi.encode(owner))
        );
        claimIssuer.addKey(keyOf(makeAddr("claim signer")), CLAIM_SIGNER, 1);
    }

    function _deployToken() private {
        bytes memory authority = abi.encode(_deployAuthority());
        address topics = create(trexCode("proxy/ClaimTopicsRegistryProxy.sol/ClaimTopicsRegistryProxy.json"), authority);
        address issuers =
            create(trexCode("proxy/TrustedIssuersRegistryProxy.sol/TrustedIssuersRegistryProxy.json"), authority);
        address identities =
            create(trexCode("proxy/IdentityRegistryStorageProxy.sol/IdentityRegistryStorageProxy.json"), authority);
        compliance = ITrexCompliance(
            create(trexCode("proxy/ModularComplianceProxy.sol/ModularComplianceProxy.json"), authority)
        );
        trexRegistry = ITrexRegistry(
            create(
                trexCode("proxy/IdentityRegistryProxy.sol/IdentityRegistryProxy.json"),
                bytes.concat(authority, abi.encode(issuers, topics, identities))
            )
        );
        token = ITrexToken(_deployTokenProxy(abi.decode(authority, (address))));

        ITrexClaimTopics(topics).addClaimTopic(KYC);
        uint256[] memory kyc = new uint256[](1);
        kyc[0] = KYC;
        ITrexTrustedIssuers(issuers).addTrustedIssuer(address(claimIssuer), kyc);
        ITrexStorage(identities).bindIdentityRegistry(address(trexRegistry));
        trexRegistry.addAgent(agent);
        trexRegistry.addAgent(address(token));
        token.addAgent(agent);
    }

    function _deployTokenProxy(address authority) private returns (address) {
        return create(
            trexCode("proxy/TokenProxy.sol/TokenProxy.json"),
            abi.encode(authority, trexRegistry, compliance, "Bond", "BOND", uint8(0), address(0))
        );
    }

    function _deployAuthority() private returns (address authority) {
        authority = create(
            trexCode("proxy/authority/TREXImplementationAuthority.sol/TREXImplementationAuthority.json"),
            abi.encode(true, address(0), address(0))
        );
        string memory registries = "registry/implementation/";
        ITrexAuthority(authority)
            .addAndUseTREXVersion(
                ITrexAuthority.Version(4, 1, 6),
                ITrexAuthority.Implementations({
                token: create(trexCode("token/Token.sol/Token.json"), ""),
                claimTopics: create(
                    trexCode(string.concat(registries, "ClaimTopicsRegistry.sol/ClaimTopicsRegistry.json")), ""
                ),
                registry: create(trexCode(string.concat(registries, "IdentityRegistry.sol/IdentityRegistry.json")), ""),
                registryStorage: create(
                    trexCode(string.concat(registries, "IdentityRegistryStorage.sol/IdentityRegistryStorage.json")), ""
                ),
                trustedIssuers: create(
                    trexCode(string.concat(registries, "TrustedIssuersRegistry.sol/TrustedIssuersRegistry.json")), ""
                ),
                compliance: create(trexCode("compliance/modular/ModularCompliance.sol/ModularCompliance.json"), "")
            })
            );
    }

    function keyOf(address account) internal pure returns (bytes32) {
        return keccak256(abi.encode(account));
    }
}

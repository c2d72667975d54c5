//! Putting T-REX's contracts in place.

use alloy::{
    primitives::Address,
    sol_types::{SolCall, SolValue},
};
use symbolon_chain::development::DevelopmentNode;

use super::{
    artefact::{self, Package},
    interfaces::{Contracts, ReleaseVersion, addAndUseTREXVersionCall},
};

/// Where contracts are put.
pub(super) struct Site<'a> {
    pub(super) node: &'a DevelopmentNode,
    pub(super) owner: Address,
}

impl Site<'_> {
    /// The contract that tells all proxies their code.
    pub(super) async fn authority(&self) -> Address {
        let arguments = (true, Address::ZERO, Address::ZERO).abi_encode_params();
        let authority = self
            .trex("proxy/authority/TREXImplementationAuthority", &arguments)
            .await;
        let contracts = Contracts {
            token: self.trex("token/Token", &[]).await,
            topics: self
                .trex("registry/implementation/ClaimTopicsRegistry", &[])
                .await,
            registry: self
                .trex("registry/implementation/IdentityRegistry", &[])
                .await,
            records: self
                .trex("registry/implementation/IdentityRegistryStorage", &[])
                .await,
            issuers: self
                .trex("registry/implementation/TrustedIssuersRegistry", &[])
                .await,
            compliance: self.trex("compliance/modular/ModularCompliance", &[]).await,
        };
        let version = ReleaseVersion {
            major: 4,
            minor: 1,
            patch: 6,
        };
        self.own(authority, &addAndUseTREXVersionCall { version, contracts })
            .await;
        authority
    }

    pub(super) async fn trex(&self, contract: &str, arguments: &[u8]) -> Address {
        let code = artefact::code(Package::Trex, contract);
        self.create(code, arguments).await.0
    }

    pub(super) async fn identity_contract(&self, contract: &str, arguments: &[u8]) -> Address {
        let code = artefact::code(Package::OnchainId, contract);
        self.create(code, arguments).await.0
    }

    /// The new contract, and the gas that it took.
    pub(super) async fn create(&self, mut code: Vec<u8>, arguments: &[u8]) -> (Address, u64) {
        code.extend_from_slice(arguments);
        let done = self
            .node
            .act(self.owner, None, code.into())
            .await
            .expect("the node answers");
        let receipt = done.expect("the contract is deployed");
        let address = receipt.contract_address.expect("there is a new contract");
        (address, receipt.gas_used().0)
    }

    pub(super) async fn own(&self, to: Address, call: &impl SolCall) {
        let input = call.abi_encode().into();
        let done = self
            .node
            .act(self.owner, Some(to), input)
            .await
            .expect("the node answers");
        done.expect("the call is carried out");
    }
}

//! One registry, read by way of one node.

use alloy_primitives::Address;
use symbolon_chain::{endpoint::Endpoint, finality::Finality};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::filter::MirroredRegistry,
};
use symbolon_store::{Chain, Store};

use crate::{
    clock::Clock,
    jobs::lane::{error::LaneError, settings::LaneSettings},
    wake::Wake,
};

/// One registry of an issuer's, and a node of its chain.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(crate) store: Store,
    pub(crate) issuer: IssuerId,
    pub(crate) target: MirroredRegistry,
    pub(crate) registry: Address,
    pub(crate) deployed_block: u64,
    pub(crate) endpoint: Endpoint,
    pub(crate) finality: Finality,
    /// Who signs there, where that is known beside what the store remembers.
    pub(crate) signer: Option<Address>,
    pub(crate) clock: Clock,
    pub(crate) wake: Wake,
}

impl Reader {
    /// For a registry as the store has it. Its node is known to be of its chain.
    pub fn new(
        store: &Store,
        issuer: &IssuerId,
        known: &Chain,
        endpoint: Endpoint,
        finality: Finality,
        clock: &Clock,
        wake: &Wake,
    ) -> Self {
        Self {
            store: store.clone(),
            issuer: issuer.clone(),
            target: known.chain.target(),
            registry: known.chain.registry,
            deployed_block: known.chain.deployed_block,
            endpoint,
            finality,
            signer: known.status.signer,
            clock: clock.clone(),
            wake: wake.clone(),
        }
    }

    /// As its lane is set up.
    pub(crate) async fn of_lane(
        store: &Store,
        settings: &LaneSettings,
        clock: &Clock,
        wake: &Wake,
    ) -> Result<Self, LaneError> {
        let (issuer, id) = (&settings.issuer, settings.registry);
        let endpoint = Endpoint::join(&settings.nodes, id.chain).await?;
        let known = store.chain(issuer, id).await?;
        Ok(Self {
            signer: Some(settings.signer.address()),
            ..Self::new(
                store,
                issuer,
                &known,
                endpoint,
                settings.finality(),
                clock,
                wake,
            )
        })
    }

    pub(crate) fn id(&self) -> RegistryId {
        self.target.id
    }

    /// The newest block that counts as confirmed; 0 if none does.
    pub(crate) async fn final_block(&self) -> Result<u64, LaneError> {
        let head = self.endpoint.head().await?.number;
        Ok(self.finality.block(&self.endpoint, head).await?)
    }
}

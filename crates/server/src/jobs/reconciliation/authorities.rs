//! Who is cut off on a chain, held against the register.

use symbolon_chain::registry::restrictions_at;
use symbolon_core::mirror::batch::AuthorityRestriction;
use symbolon_store::IssuerTransaction;

use crate::jobs::{follower::Reader, lane::error::LaneError};

impl Reader {
    /// Who of the register's authorities is cut off in this block.
    pub(in crate::jobs) async fn restrictions(
        &self,
        block: u64,
    ) -> Result<Vec<AuthorityRestriction>, LaneError> {
        let federation = self.store.federation(&self.issuer).await?;
        let all = federation.authorities.keys().copied();
        let found = restrictions_at(&self.endpoint, self.registry, all, block);
        Ok(found.await?)
    }

    /// What follows from that.
    pub(in crate::jobs) async fn compare_authorities(
        &self,
        transaction: &mut IssuerTransaction,
        block: u64,
        found: &[AuthorityRestriction],
    ) -> Result<(), LaneError> {
        let (issuer, registry) = (&self.issuer, self.id());
        let left = transaction.compare_authorities(registry, block, found);
        for authority in left.await? {
            tracing::error!(%issuer, %registry, %authority, "somebody else has cut an authority off on this chain: its investors are refused there until the register has cut it off and reinstated it");
        }
        Ok(())
    }

    /// Both, at the end of a scan.
    pub(super) async fn reconcile_authorities(&self, block: u64) -> Result<(), LaneError> {
        let found = self.restrictions(block).await?;
        let mut transaction = self.store.begin(&self.issuer).await?;
        self.compare_authorities(&mut transaction, block, &found)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

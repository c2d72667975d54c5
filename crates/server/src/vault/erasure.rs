//! Keys of erased profiles are destroyed, at once where all goes well, and later by
//! whoever comes by.

use symbolon_core::ids::{InvestorId, IssuerId};

use super::{Vault, VaultFailure};

/// Erasures that are finished at a time.
const PAGE: u32 = 100;

impl Vault {
    /// Destroys the key of somebody whose erasure is committed.
    pub async fn destroy_key(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<(), VaultFailure> {
        self.keyring.destroy_person_key(issuer, investor).await?;
        Ok(self.store.finish_erasure(issuer, investor).await?)
    }

    /// Destroys what a server that died had still to destroy.
    pub async fn finish_erasures(&self) -> Result<(), VaultFailure> {
        for issuer in self.store.issuers().await? {
            loop {
                let left = self.store.unfinished_erasures(&issuer.id, PAGE).await?;
                if left.is_empty() {
                    break;
                }
                for investor in left {
                    self.destroy_key(&issuer.id, investor).await?;
                }
            }
        }
        Ok(())
    }
}

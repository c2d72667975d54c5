//! Another master key, while everything goes on.

use symbolon_core::{
    ids::{InvestorId, IssuerId},
    profile::WrappedKey,
};
use symbolon_store::Rewrapped;

use super::{Vault, VaultFailure};

/// Keys that go under the current master key at a time.
const PAGE: u32 = 500;

/// How far a rotation has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// Persons whose keys were rewrapped.
    pub rewrapped: u64,
    /// Persons whose keys are still under another one.
    pub left: u64,
    /// Whether the key that investors are searched by was rewrapped.
    pub index: bool,
}

impl Vault {
    /// Puts every key of an issuer under the current master key, a page at a time, and
    /// tells `progress` after each. It may be interrupted at any time, and run again, by
    /// several at once: servers that were given both keys read each as it is.
    pub async fn rotate(
        &self,
        issuer: &IssuerId,
        mut progress: impl FnMut(Rotation),
    ) -> Result<Rotation, VaultFailure> {
        let index = self.rotate_index(issuer).await?;
        let master = self.masters.current();
        let mut done = Rotation {
            rewrapped: 0,
            left: self.keyring.not_under(issuer, master).await?,
            index,
        };
        let mut after = InvestorId::NONE;
        loop {
            let keys = self.keyring.page_not_under(issuer, master, after, PAGE);
            let keys = keys.await?;
            let Some((last, _)) = keys.last() else { break };
            after = *last;
            let count = keys.len() as u64;
            let rewrapped = keys
                .into_iter()
                .map(|(investor, from)| self.rewrapped(issuer, investor, from))
                .collect::<Result<Vec<_>, _>>()?;
            self.keyring.rewrap(issuer, &rewrapped).await?;
            done.rewrapped += count;
            done.left = done.left.saturating_sub(count);
            progress(done);
        }
        // Somebody with the old key may have come behind.
        done.left = self.keyring.not_under(issuer, master).await?;
        Ok(done)
    }

    fn rewrapped(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        from: WrappedKey,
    ) -> Result<Rewrapped, VaultFailure> {
        let key = self.masters.unwrap(issuer, investor, &from)?;
        let to = self.masters.wrap(issuer, investor, &key);
        Ok(Rewrapped { investor, from, to })
    }

    async fn rotate_index(&self, issuer: &IssuerId) -> Result<bool, VaultFailure> {
        let Some(from) = self.keyring.index_key(issuer).await? else {
            return Ok(false);
        };
        if from.master == *self.masters.current() {
            return Ok(false);
        }
        let key = self.masters.unwrap_index(issuer, &from)?;
        let to = self.masters.wrap_index(issuer, &key);
        self.keyring.rewrap_index_key(issuer, &from, &to).await?;
        Ok(true)
    }
}

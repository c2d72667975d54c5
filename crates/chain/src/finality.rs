//! Which blocks no reorganisation undoes: as the chain says where it does, else
//! by depth.

use crate::{ChainError, endpoint::Endpoint, preset::FinalityTag};

/// When a block of a chain counts for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finality {
    /// How nodes tell; [`FinalityTag::None`] where depth decides.
    pub tag: FinalityTag,
    /// Without a tag a block is final when this many include or follow it.
    pub confirmations: u64,
}

impl Finality {
    /// By depth alone.
    pub fn by_depth(confirmations: u64) -> Self {
        Self {
            tag: FinalityTag::None,
            confirmations,
        }
    }

    /// The newest final block, given the newest one; 0 where there is none yet.
    /// A node that does not know the tag is an error: depth would be a guess.
    pub async fn block(&self, endpoint: &Endpoint, newest: u64) -> Result<u64, ChainError> {
        match self.tag {
            FinalityTag::Finalized => {
                let number = endpoint.finalized().await?;
                Ok(number.unwrap_or(0).min(newest))
            }
            FinalityTag::None => Ok((newest + 1).saturating_sub(self.confirmations.max(1))),
        }
    }
}

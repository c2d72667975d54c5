//! How a person went from the register, by the log.

use symbolon_core::{
    event::Event,
    ids::{InvestorId, IssuerId},
    log::EntryNumber,
    time::UnixSeconds,
};

use crate::{Result, Store, codec::json};

/// Entries read at a time.
const PAGE: u32 = 500;

/// That an investor was erased, or found to be somebody who was known already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// When.
    pub at: UnixSeconds,
    /// By whom, as the log names them.
    pub by: String,
    /// The entry that tells of it.
    pub entry: EntryNumber,
    /// Who it was; nothing where it was erased.
    pub merged_into: Option<InvestorId>,
}

impl Store {
    /// How an investor went; nothing while it is there.
    pub async fn departure(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<Option<Departure>> {
        let (mut gone, mut after) = (None, EntryNumber::default());
        loop {
            let page = self.entries_of(issuer, investor, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(gone);
            };
            after = last.entry.number;
            for stored in page {
                let entry = stored.entry;
                let events: Vec<Event> = json(&entry.events, "an entry's events")?;
                for event in events {
                    let merged_into = match event {
                        Event::ProfileErased => None,
                        Event::InvestorMerged { into } => Some(into),
                        _ => continue,
                    };
                    gone = Some(Departure {
                        at: entry.at,
                        by: entry.actor.clone(),
                        entry: entry.number,
                        merged_into,
                    });
                }
            }
        }
    }
}

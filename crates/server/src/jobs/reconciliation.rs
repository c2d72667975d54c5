//! A registry held against the register, by what final blocks show.
//!
//! Suspects first: wallets that somebody else wrote. Then the scan, if one is
//! under way or due: the registry's logs for wallets that the register never saw,
//! and every wallet, a page at a time. It reads no further than the chain was
//! followed, so that a recovery by a token is taken in before it is judged.
//! Stopped anywhere, it goes on from the last page; several servers share one
//! scan, and what one of them has done another does not do again.

mod authorities;

use std::collections::BTreeSet;

use symbolon_chain::{agents::Span, history::records_at, writes::writes};
use symbolon_core::wallet::WalletAddress;
use symbolon_store::{Compared, Findings, Measure, Scan, Seen, Step};

use super::{
    follower::{Reader, Spans},
    lane::LaneError,
};
use crate::metrics;

/// Wallets compared at a time.
const PAGE: u32 = 5_000;
/// Pages compared before the chain is looked at again.
const PAGES_A_TURN: usize = 10;
/// Suspects looked at in one turn.
const SUSPECTS: u32 = 1_000;
/// A chain is held against the register this often by itself, in seconds.
const BETWEEN_SCANS: u64 = 86_400;

/// What a turn has come to.
#[derive(Debug, Default)]
pub struct Turn {
    /// Whether a scan is still under way.
    pub under_way: bool,
    /// Whether that waits for blocks to be confirmed.
    pub idle: bool,
    /// What was found and not as it must be.
    pub found: Vec<Compared>,
}

impl Reader {
    /// Begins a scan, unless one is under way. `anew`: all of the registry's logs
    /// are read again, in case the node gave too few before.
    pub async fn begin_scan(&self, anew: bool) -> Result<(), LaneError> {
        let scan = self.store.scan(&self.issuer, self.id()).await?;
        if scan.is_some_and(|scan| scan.ended.is_none()) {
            return Ok(());
        }
        let swept = scan.filter(|scan| scan.is_swept && !anew);
        let first = swept.map_or(self.deployed_block, |scan| scan.swept + 1);
        let now = self.clock.now();
        let begun = self.store.begin_scan(&self.issuer, self.id(), first, now);
        Ok(begun.await?)
    }

    /// Begins a scan if it is time for one.
    pub(crate) async fn begin_scan_if_due(&self) -> Result<(), LaneError> {
        let scan = self.store.scan(&self.issuer, self.id()).await?;
        let due = scan.and_then(|scan| Some(scan.ended?.0.saturating_add(BETWEEN_SCANS)));
        if due.is_none_or(|due| due <= self.clock.now().0) {
            self.begin_scan(false).await?;
        }
        Ok(())
    }

    /// Compares the suspects, and goes on with the scan that is under way.
    pub async fn reconcile(&self, spans: &mut Spans) -> Result<Turn, LaneError> {
        let mut turn = Turn::default();
        let (issuer, id) = (&self.issuer, self.id());
        let block = self.followed_block().await?.unwrap_or(0);
        let suspects = self.store.suspects(issuer, id, SUSPECTS).await?;
        if !suspects.is_empty() && block > 0 {
            let seen = self.see(&suspects, block).await?;
            turn.found.extend(self.repair(&seen, None).await?);
        }
        let is_under_way = |scan: &Scan| scan.ended.is_none();
        let Some(scan) = self.store.scan(issuer, id).await?.filter(is_under_way) else {
            return Ok(turn);
        };
        turn.idle = block == 0 || block < scan.not_before;
        match scan.is_swept {
            _ if turn.idle => {}
            false => self.sweep(&scan, block, &mut spans.writes).await?,
            true => turn.found.extend(self.compare(scan).await?),
        }
        let before = Some(scan);
        let scan = self.store.scan(issuer, id).await?;
        turn.idle |= scan == before;
        turn.under_way = scan.is_some_and(|scan| is_under_way(&scan));
        Ok(turn)
    }

    /// What a scan would find now, with how many wallets it compares; changes
    /// nothing. Wallets that the register never saw are read from the logs.
    pub async fn rehearse(
        &self,
        mut told: impl FnMut(u64),
    ) -> Result<(Findings, Vec<Compared>), LaneError> {
        let block = self.final_block().await?;
        let (issuer, mut findings, mut found) = (&self.issuer, Findings::default(), Vec::new());
        let (mut unknown, mut from) = (BTreeSet::new(), self.deployed_block);
        let mut span = Span::default();
        while from <= block {
            let (more, through) = self.unknown(from, block, &mut span).await?;
            unknown.extend(more);
            from = through + 1;
        }
        let (mut page, mut after) = (Vec::from_iter(unknown), None);
        loop {
            let seen = self.see(&page, block).await?;
            let compared = self.store.compared(issuer, &self.target, &seen).await?;
            findings = findings.and(Findings::of(page.len(), &compared));
            found.extend(compared.into_iter().filter(is_news));
            told(findings.compared);
            let next = self
                .store
                .to_compare(issuer, &self.target, after, PAGE)
                .await?;
            let Some(last) = next.last() else {
                return Ok((findings, found));
            };
            after = Some(last.wallet);
            page = next.iter().map(|one| one.wallet).collect();
        }
    }

    async fn followed_block(&self) -> Result<Option<u64>, LaneError> {
        let followed = self.store.followed(&self.issuer, self.id()).await?;
        Ok(followed.map(|followed| followed.block))
    }

    async fn see(&self, wallets: &[WalletAddress], block: u64) -> Result<Seen, LaneError> {
        let at = self.endpoint.head().await?.at;
        let words = records_at(&self.endpoint, self.registry, wallets, block).await?;
        Ok(Seen {
            block,
            at,
            records: wallets.iter().copied().zip(words).collect(),
        })
    }

    /// One span of logs.
    async fn sweep(&self, scan: &Scan, block: u64, span: &mut Span) -> Result<(), LaneError> {
        let (issuer, id) = (&self.issuer, self.id());
        let from = scan.swept + 1;
        let (unknown, through) = match from <= block {
            true => self.unknown(from, block, span).await?,
            false => (BTreeSet::new(), block),
        };
        let step = Step::Swept(through, through >= block);
        if unknown.is_empty() {
            self.store.advance_scan(issuer, id, scan, step).await?;
            return Ok(());
        }
        let mut transaction = self.store.begin(issuer).await?;
        if transaction.advance_scan(id, scan, step).await? {
            let unknown: Vec<_> = unknown.into_iter().collect();
            transaction.sweep(&unknown).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Wallets in the logs of the first blocks of these that the register never
    /// saw, and the last of those blocks.
    async fn unknown(
        &self,
        from: u64,
        to: u64,
        span: &mut Span,
    ) -> Result<(BTreeSet<WalletAddress>, u64), LaneError> {
        let read = writes(&self.endpoint, self.registry, from, to, span).await?;
        let wallets: BTreeSet<_> = read.found.into_iter().flat_map(|one| one.wallets).collect();
        let wallets = Vec::from_iter(wallets);
        let unknown = self.store.unknown_wallets(&self.issuer, &wallets).await?;
        Ok((unknown, read.through))
    }

    /// Pages of wallets, while nobody else goes on with the same scan. The next
    /// page is fetched while the chain is asked for this one.
    async fn compare(&self, mut scan: Scan) -> Result<Vec<Compared>, LaneError> {
        let (store, issuer, target) = (&self.store, &self.issuer, &self.target);
        let mut found = Vec::new();
        let mut page = store.to_compare(issuer, target, scan.cursor, PAGE).await?;
        for _ in 0..PAGES_A_TURN {
            let Some(last) = page.last().map(|last| last.wallet) else {
                if let Some(block) = self.followed_block().await? {
                    self.reconcile_authorities(block).await?;
                }
                let step = Step::Ended(self.clock.now());
                if store.advance_scan(issuer, self.id(), &scan, step).await? {
                    self.ended().await?;
                }
                return Ok(found);
            };
            let Some(block) = self.followed_block().await? else {
                return Ok(found);
            };
            let wallets: Vec<_> = page.iter().map(|one| one.wallet).collect();
            let (mut seen, next) = futures::future::try_join(self.see(&wallets, block), async {
                let next = store.to_compare(issuer, target, Some(last), PAGE).await;
                next.map_err(LaneError::from)
            })
            .await?;
            let mut known = page.iter();
            seen.records.retain(|(_, held)| {
                let known = known.next();
                !known.is_some_and(|known| known.is_as_known(*held))
            });
            let compared = wallets.len();
            if seen.records.is_empty() {
                let step = Step::Compared(last, Findings::of(compared, &[]));
                if !store.advance_scan(issuer, self.id(), &scan, step).await? {
                    return Ok(found);
                }
            } else {
                let on = Some((&scan, last, compared));
                found.extend(self.repair(&seen, on).await?);
            }
            let Some(now) = store.scan(issuer, self.id()).await? else {
                return Ok(found);
            };
            if now.begun != scan.begun || now.cursor != Some(last) || now.ended.is_some() {
                return Ok(found);
            }
            (scan, page) = (now, next);
        }
        Ok(found)
    }

    /// What follows from what was seen, together with the step of the scan that
    /// it is a part of. Nothing, where somebody else has taken that step.
    async fn repair(
        &self,
        seen: &Seen,
        on: Option<(&Scan, WalletAddress, usize)>,
    ) -> Result<Vec<Compared>, LaneError> {
        let (issuer, id) = (&self.issuer, self.id());
        let mut transaction = self.store.begin(issuer).await?;
        // Before anything else: what it shows must be what it is repaired upon.
        let now = self.clock.now();
        let compared = transaction.reconcile(&self.target, seen, now).await?;
        if let Some((scan, last, number)) = on {
            let step = Step::Compared(last, Findings::of(number, &compared));
            if !transaction.advance_scan(id, scan, step).await? {
                return Ok(Vec::new());
            }
        }
        transaction.commit().await?;
        self.tell(&compared);
        if compared.iter().any(|one| one.measure != Measure::Nothing) {
            self.wake.wake(issuer);
        }
        Ok(compared.into_iter().filter(is_news).collect())
    }

    fn tell(&self, compared: &[Compared]) {
        let (issuer, registry) = (&self.issuer, self.id());
        metrics::reconciled(compared);
        for one in compared {
            let wallet = one.wallet;
            match one.measure {
                Measure::Nothing => {}
                Measure::Denied => {
                    tracing::error!(%issuer, %registry, %wallet, "the chain verified whom the register denies: denied");
                }
                Measure::Rewritten => {
                    tracing::warn!(%issuer, %registry, %wallet, "the chain held another record: written anew");
                }
                Measure::LeftToPeople => {
                    tracing::error!(%issuer, %registry, %wallet, "the chain denies whom the register approves: a person must decide");
                }
            }
        }
    }

    async fn ended(&self) -> Result<(), LaneError> {
        let (issuer, registry) = (&self.issuer, self.id());
        if let Some(Scan { findings, .. }) = self.store.scan(issuer, registry).await? {
            let Findings {
                compared, disputed, ..
            } = findings;
            let repaired = findings.repaired();
            tracing::info!(%issuer, %registry, compared, repaired, disputed, "reconciled");
        }
        self.wake.wake(issuer);
        Ok(())
    }
}

/// Whether people want to see it.
fn is_news(compared: &Compared) -> bool {
    compared.measure != Measure::Nothing
}

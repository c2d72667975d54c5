//! A registry held against the register, by what final blocks show.
//!
//! Suspects first: wallets that somebody else wrote. Then the scan, if one is
//! under way or due: the registry's logs for wallets that the register never saw,
//! and every wallet, a page at a time. It reads no further than the chain was
//! followed, so that a recovery by a token is taken in before it is judged.
//! Stopped anywhere, it goes on from the last page; several servers share one
//! scan, and go on with what another has done.

mod authorities;

use std::{collections::BTreeSet, pin::pin};

use futures::{
    future::try_join,
    stream::{self, Stream, StreamExt, TryStreamExt},
};
use symbolon_chain::{registry::records_at, spans::Span, writes::writes};
use symbolon_core::wallet::WalletAddress;
use symbolon_store::{Compared, Findings, Measure, Scan, Seen, Step, ToCompare};

use super::{
    follower::{Reader, Spans},
    lane::error::LaneError,
};
use crate::metrics;

/// Wallets compared at a time.
const PAGE: u32 = 10_000;
/// Pages that the chain is asked for at the same time.
const PAGES_AT_ONCE: usize = 2;
/// Pages compared before the chain is looked at again.
const PAGES_A_TURN: usize = 10;
/// Wallets repaired at a time, so that a revocation need not wait for long.
const REPAIRED_AT_ONCE: usize = 1_000;
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
            let compared = self.repair(&seen).await?;
            turn.found.extend(compared.into_iter().filter(is_news));
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
            page = self.store.wallets_after(issuer, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok((findings, found));
            };
            after = Some(*last);
        }
    }

    async fn followed_block(&self) -> Result<Option<u64>, LaneError> {
        let followed = self.store.followed(&self.issuer, self.id()).await?;
        Ok(followed.map(|followed| followed.block))
    }

    async fn see(&self, wallets: &[WalletAddress], block: u64) -> Result<Seen, LaneError> {
        let words = records_at(&self.endpoint, self.registry, wallets, block);
        let (head, words) = try_join(self.endpoint.head(), words).await?;
        Ok(Seen {
            block,
            at: head.at,
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
        if !unknown.is_empty() {
            let unknown: Vec<_> = unknown.into_iter().collect();
            let mut transaction = self.store.begin(issuer).await?;
            transaction.sweep(&unknown).await?;
            transaction.commit().await?;
        }
        let step = Step::Swept(through, through >= block);
        self.store.advance_scan(issuer, id, scan, step).await?;
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

    /// Pages of wallets, while nobody else goes on with the same scan.
    async fn compare(&self, mut scan: Scan) -> Result<Vec<Compared>, LaneError> {
        let Some(block) = self.followed_block().await? else {
            return Ok(Vec::new());
        };
        let (store, issuer, mut found) = (&self.store, &self.issuer, Vec::new());
        let mut pages = pin!(self.pages(scan.cursor, block).take(PAGES_A_TURN));
        while let Some((page, seen)) = pages.try_next().await? {
            let Some(last) = page.last() else {
                self.reconcile_authorities(block).await?;
                let step = Step::Ended(self.clock.now());
                if store.advance_scan(issuer, self.id(), &scan, step).await? {
                    self.ended(scan.findings);
                }
                break;
            };
            let compared = self.repair_page(&page, seen).await?;
            let step = Step::Compared(last.wallet, Findings::of(page.len(), &compared));
            if !store.advance_scan(issuer, self.id(), &scan, step).await? {
                break;
            }
            found.extend(compared.into_iter().filter(is_news));
            scan = scan.after(step);
        }
        Ok(found)
    }

    /// Wallets after the cursor, by the page, each with what a block showed of them;
    /// the last page is empty. The next page is fetched while the chain is asked for
    /// those before it.
    fn pages(
        &self,
        after: Option<WalletAddress>,
        block: u64,
    ) -> impl Stream<Item = Result<(Vec<ToCompare>, Seen), LaneError>> {
        let (store, issuer, target) = (&self.store, &self.issuer, &self.target);
        let pages = stream::try_unfold(Some(after), move |after| async move {
            let Some(after) = after else {
                return Ok(None);
            };
            let page = store.to_compare(issuer, target, after, PAGE).await?;
            let last = page.last().map(|last| Some(last.wallet));
            Ok(Some((page, last)))
        });
        let seen = pages.map_ok(move |page| async move {
            let wallets: Vec<_> = page.iter().map(|one| one.wallet).collect();
            let seen = self.see(&wallets, block).await?;
            Ok((page, seen))
        });
        seen.try_buffered(PAGES_AT_ONCE)
    }

    /// What follows from those wallets of a page that are not as they are known.
    async fn repair_page(
        &self,
        page: &[ToCompare],
        seen: Seen,
    ) -> Result<Vec<Compared>, LaneError> {
        let news = page.iter().zip(&seen.records);
        let news = news.filter(|(known, (_, held))| !known.is_as_known(*held));
        let news: Vec<_> = news.map(|(_, record)| *record).collect();
        let mut compared = Vec::new();
        for records in news.chunks(REPAIRED_AT_ONCE) {
            let records = records.to_vec();
            compared.extend(self.repair(&Seen { records, ..seen }).await?);
        }
        Ok(compared)
    }

    /// What follows from what was seen. Done again, it finds its repairs on their
    /// way.
    async fn repair(&self, seen: &Seen) -> Result<Vec<Compared>, LaneError> {
        let mut transaction = self.store.begin(&self.issuer).await?;
        // Before anything else: what it shows must be what it is repaired upon.
        let now = self.clock.now();
        let compared = transaction.reconcile(&self.target, seen, now).await?;
        transaction.commit().await?;
        self.tell(&compared);
        if compared.iter().any(|one| one.measure != Measure::Nothing) {
            self.wake.wake(&self.issuer);
        }
        Ok(compared)
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

    fn ended(&self, findings: Findings) {
        let (issuer, registry) = (&self.issuer, self.id());
        let Findings {
            compared, disputed, ..
        } = findings;
        let repaired = findings.repaired();
        tracing::info!(%issuer, %registry, compared, repaired, disputed, "reconciled");
        self.wake.wake(issuer);
    }
}

/// Whether people want to see it.
fn is_news(compared: &Compared) -> bool {
    compared.measure != Measure::Nothing
}

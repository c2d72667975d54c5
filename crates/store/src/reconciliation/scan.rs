//! How far a scan has come.

use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::reconciliation::Finding,
    time::UnixSeconds,
    wallet::WalletAddress,
};

use super::{Compared, Measure};
use crate::{
    IssuerTransaction, Result, Store,
    codec::{self, bigint, issuer_key, registry_key, seconds, unsigned},
    companion, lane, notify, wallet,
};

/// What was found, in numbers of wallets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Compared.
    pub compared: u64,
    /// Different, but the chain is being told of them.
    pub on_its_way: u64,
    /// An agent's, within their term.
    pub provisional: u64,
    /// Denied there at once.
    pub denied: u64,
    /// Left to a person.
    pub disputed: u64,
    /// Written anew.
    pub rewritten: u64,
}

impl Findings {
    /// What was found of these, where so many were compared.
    pub fn of(compared: usize, found: &[Compared]) -> Self {
        let found_so = |wanted| found.iter().filter(|one| one.finding == wanted).count() as u64;
        let done = |wanted| found.iter().filter(|one| one.measure == wanted).count() as u64;
        Self {
            compared: compared as u64,
            on_its_way: found_so(Finding::OnItsWay),
            provisional: found_so(Finding::Provisional),
            denied: done(Measure::Denied),
            disputed: done(Measure::LeftToPeople),
            rewritten: done(Measure::Rewritten),
        }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, more: Self) -> Self {
        Self {
            compared: self.compared + more.compared,
            on_its_way: self.on_its_way + more.on_its_way,
            provisional: self.provisional + more.provisional,
            denied: self.denied + more.denied,
            disputed: self.disputed + more.disputed,
            rewritten: self.rewritten + more.rewritten,
        }
    }

    /// Wallets that were repaired.
    pub const fn repaired(self) -> u64 {
        self.denied + self.rewritten
    }
}

/// The last scan of a registry, or the one under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// When it began.
    pub begun: UnixSeconds,
    /// When it ended; `None` while it is under way.
    pub ended: Option<UnixSeconds>,
    /// Logs were read up to this block for wallets that the register never saw.
    pub swept: u64,
    /// Whether all of them were.
    pub is_swept: bool,
    /// Nothing is compared before the chain was followed up to this block.
    pub not_before: u64,
    /// The last wallet compared.
    pub cursor: Option<WalletAddress>,
    /// What it has found.
    pub findings: Findings,
}

impl Scan {
    /// The scan after this step, which somebody has stored.
    pub fn after(self, step: Step) -> Self {
        match step {
            Step::Swept(swept, is_swept) => Self {
                swept,
                is_swept,
                ..self
            },
            Step::Compared(wallet, found) => Self {
                cursor: Some(wallet),
                findings: self.findings.and(found),
                ..self
            },
            Step::Ended(now) => Self {
                ended: Some(now),
                ..self
            },
        }
    }
}

/// How a scan goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Logs were read up to this block; whether those were the last.
    Swept(u64, bool),
    /// Wallets were compared up to this one, with these findings.
    Compared(WalletAddress, Findings),
    /// All were.
    Ended(UnixSeconds),
}

impl Store {
    /// The last scan of this registry, or the one under way.
    pub async fn scan(&self, issuer: &IssuerId, registry: RegistryId) -> Result<Option<Scan>> {
        let row = sqlx::query!(
            "SELECT begun_s, ended_s, swept_block, swept, not_before, cursor, compared, on_its_way, \
                 provisional, denied, disputed, rewritten \
             FROM reconciliation WHERE issuer = $1 AND registry_id = $2",
            issuer_key(issuer),
            registry_key(registry),
        )
        .fetch_optional(&self.pool)
        .await?;
        let number = |value| unsigned(value, "a number of wallets");
        row.map(|row| {
            Ok(Scan {
                begun: seconds(row.begun_s)?,
                ended: row.ended_s.map(seconds).transpose()?,
                swept: unsigned(row.swept_block, "a block number")?,
                is_swept: row.swept,
                not_before: unsigned(row.not_before, "a block number")?,
                cursor: match row.cursor.is_empty() {
                    true => None,
                    false => Some(codec::wallet(&row.cursor)?),
                },
                findings: Findings {
                    compared: number(row.compared)?,
                    on_its_way: number(row.on_its_way)?,
                    provisional: number(row.provisional)?,
                    denied: number(row.denied)?,
                    disputed: number(row.disputed)?,
                    rewritten: number(row.rewritten)?,
                },
            })
        })
        .transpose()
    }

    /// Begins a scan from the start, in place of any other. `from` is the first
    /// block whose logs are to be read.
    pub async fn begin_scan(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        from: u64,
        now: UnixSeconds,
    ) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        begin(&mut connection, issuer, registry, (from, 0), now).await
    }

    /// Goes on from where the scan is known to be, once what follows is stored.
    /// Whether nobody else has gone on meanwhile.
    pub async fn advance_scan(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        known: &Scan,
        step: Step,
    ) -> Result<bool> {
        let mut transaction = self.begin_growing().await?;
        let advanced = advance(&mut transaction, issuer, registry, known, step).await?;
        transaction.commit().await?;
        if advanced && matches!(step, Step::Ended(_)) {
            // Approvals may have waited for this.
            notify::outbox_changed(self, issuer).await;
        }
        Ok(advanced)
    }
}

impl IssuerTransaction {
    /// Makes wallets known that the registry's logs have shown.
    pub async fn sweep(&mut self, wallets: &[WalletAddress]) -> Result<()> {
        self.make_known(wallets).await
    }
}

/// Begins a scan from the start: of the logs from one block on, and of wallets
/// once the chain was followed up to another. Disputes that somebody has decided
/// are over.
pub(crate) async fn begin(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    (from, not_before): (u64, u64),
    now: UnixSeconds,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO reconciliation (issuer, registry_id, begun_s, swept_block, swept, not_before, cursor) \
         VALUES ($1, $2, $3, $4, false, $5, '') \
         ON CONFLICT (issuer, registry_id) DO UPDATE SET \
             begun_s = excluded.begun_s, ended_s = NULL, swept_block = excluded.swept_block, \
             swept = false, not_before = excluded.not_before, cursor = '', compared = 0, on_its_way = 0, provisional = 0, \
             denied = 0, disputed = 0, rewritten = 0",
        issuer_key(issuer),
        registry_key(registry),
        bigint(now.0),
        bigint(from.saturating_sub(1)),
        bigint(not_before),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM dispute d USING wallet w WHERE d.issuer = $1 AND d.registry_id = $2 \
         AND w.issuer = $1 AND w.address = d.wallet AND w.changed_entry <> d.entry_number",
        issuer_key(issuer),
        registry_key(registry),
    )
    .execute(&mut *connection)
    .await?;
    companion::owe_all(connection, issuer, registry).await
}

/// Whether a scan may end: while decisions may be lost, not before everything is
/// known that a transaction of ours may yet write to what others wrote.
async fn may_end(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<bool> {
    let suspects = sqlx::query_scalar!(
        "SELECT wallet FROM suspect s WHERE s.issuer = $1 AND s.registry_id = $2 \
         AND EXISTS (SELECT FROM chain WHERE issuer = $1 AND registry_id = $2 AND approvals_held)",
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_all(&mut *connection)
    .await?;
    if suspects.is_empty() {
        return Ok(true);
    }
    let carried = lane::carried_wallets(connection, issuer, registry).await?;
    for suspect in suspects {
        if carried.contains(&codec::wallet(&suspect)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn advance(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    known: &Scan,
    step: Step,
) -> Result<bool> {
    let next = known.after(step);
    let found = match step {
        Step::Compared(_, found) => found,
        Step::Swept(..) | Step::Ended(_) => Findings::default(),
    };
    let ended = next.ended.map(|ended| bigint(ended.0));
    if ended.is_some() && !may_end(connection, issuer, registry).await? {
        return Ok(false);
    }
    let bytes = |cursor: Option<WalletAddress>| cursor.map_or_else(Vec::new, wallet::bytes);
    let done = sqlx::query!(
        "UPDATE reconciliation SET swept_block = $3, swept = $4, cursor = $5, ended_s = $6, \
             compared = compared + $7, on_its_way = on_its_way + $8, \
             provisional = provisional + $9, denied = denied + $10, disputed = disputed + $11, \
             rewritten = rewritten + $12 \
         WHERE issuer = $1 AND registry_id = $2 AND begun_s = $13 AND ended_s IS NULL \
             AND swept_block = $14 AND swept = $15 AND cursor = $16",
        issuer_key(issuer),
        registry_key(registry),
        bigint(next.swept),
        next.is_swept,
        bytes(next.cursor),
        ended,
        bigint(found.compared),
        bigint(found.on_its_way),
        bigint(found.provisional),
        bigint(found.denied),
        bigint(found.disputed),
        bigint(found.rewritten),
        bigint(known.begun.0),
        bigint(known.swept),
        known.is_swept,
        bytes(known.cursor),
    )
    .execute(&mut *connection)
    .await?;
    let advanced = done.rows_affected() == 1;
    if advanced && ended.is_some() {
        sqlx::query!(
            "UPDATE chain SET alarm = NULL, approvals_held = false \
             WHERE issuer = $1 AND registry_id = $2",
            issuer_key(issuer),
            registry_key(registry),
        )
        .execute(connection)
        .await?;
    }
    Ok(advanced)
}

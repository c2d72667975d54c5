//! Verification links, and what has happened to each.

use alloy_primitives::{B128, B256};
use sqlx::PgExecutor;
use symbolon_core::{
    ids::{ExternalId, InstanceName, InvestorId, IssuerId, ProviderName},
    investor::Attested,
    language::LanguageTag,
    link::{LinkId, LinkProgress},
    time::UnixSeconds,
    verification::VerificationId,
    wallet::{ChainScope, OwnershipEvidence, WalletAddress},
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, investor_id, issuer_key, json, scope, scope_array, seconds, wallet},
};

/// A link as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The issuer's own reference of its investor.
    pub external_id: Option<ExternalId>,
    /// What has happened to it.
    pub progress: LinkProgress,
    /// What is to be signed, as JSON; nothing was asked yet.
    pub challenge: Option<String>,
    /// The instance to whose key it was shown what opens it; where that was sent to the
    /// person or shown to the issuer alone, none.
    pub shown_to: Option<InstanceName>,
    /// Whether it was ever to be sent by e-mail.
    pub mailed: bool,
    /// The wallet that signed.
    pub proved: Option<WalletAddress>,
    /// What it signed, while that waits for the check to bind it.
    pub waiting: Option<OwnershipEvidence>,
    /// The attempt that began by it.
    pub verification: Option<VerificationId>,
    /// When it was made.
    pub created: UnixSeconds,
    /// Who made it, as the log names them.
    pub created_by: String,
}

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPurpose {
    /// Who is to be verified.
    pub investor: InvestorId,
    /// By which of the issuer's providers; nothing for a wallet alone.
    pub provider: Option<ProviderName>,
    /// The provider's level or workflow; nothing for the account's own.
    pub level: Option<String>,
    /// Whether a wallet is to be proved.
    pub wants_wallet: bool,
    /// Which one; nothing for any.
    pub wallet: Option<WalletAddress>,
    /// In whose place it comes.
    pub replaces: Option<WalletAddress>,
    /// Where a wallet that it binds counts.
    pub chains: ChainScope,
    /// In which language the person is spoken to; nothing for the browser's.
    pub language: Option<LanguageTag>,
    /// Who answers for it that whoever proves a wallet is the investor, though nothing but
    /// an e-mail says so.
    pub attested: Option<Attested>,
}

struct LinkRow {
    link: Vec<u8>,
    investor: Vec<u8>,
    external_id: Option<String>,
    provider: Option<String>,
    level: Option<String>,
    wallet: Option<Vec<u8>>,
    wants_wallet: bool,
    replaces: Option<Vec<u8>>,
    chains: Option<Vec<i64>>,
    language: Option<String>,
    challenge: Option<String>,
    shown_to: Option<String>,
    proved: Option<Vec<u8>>,
    verification: Option<Vec<u8>>,
    created_s: i64,
    created_by: String,
    expires_s: i64,
    opened_s: Option<i64>,
    started_s: Option<i64>,
    completed_s: Option<i64>,
    revoked_s: Option<i64>,
    attestation: Option<String>,
    evidence: Option<String>,
    mailed: bool,
}

/// The columns of [`LinkRow`], then the rest of the query; so that the list is written
/// once and the SQL stays literal.
macro_rules! select_links {
    ($rest:literal, $($argument:expr),* $(,)?) => {
        select_links!([$rest], $($argument),*)
    };
    ([$($rest:tt)+], $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            LinkRow,
            "SELECT link, investor, (SELECT i.external_id FROM investor i \
                 WHERE i.issuer = link.issuer AND i.investor = link.investor) AS external_id, \
             provider, level, wallet, wants_wallet, replaces, chains, \
             language, challenge, shown_to, proved, verification, created_s, created_by, \
             expires_s, opened_s, started_s, completed_s, revoked_s, attestation, evidence, \
             EXISTS (SELECT FROM letter l WHERE l.issuer = link.issuer AND l.link = link.link) \
                 AS \"mailed!\" " + $($rest)+,
            $($argument),*
        )
    };
}

// After the macro, which it uses.
mod list;
mod of_customer;
pub use list::LinkFilter;
pub use of_customer::WhoseLinks;

impl LinkRow {
    fn read(self) -> Result<Link> {
        let provider = self.provider.map(|name| name.parse()).transpose();
        let language = self.language.map(|tag| tag.parse()).transpose();
        let shown_to = self.shown_to.map(|name| name.parse()).transpose();
        let external_id = self
            .external_id
            .map(|text| text.parse::<ExternalId>())
            .transpose();
        let moment = |at: Option<i64>| at.map(seconds).transpose();
        let address = |bytes: Option<Vec<u8>>| bytes.as_deref().map(wallet).transpose();
        Ok(Link {
            id: link_id(&self.link)?,
            purpose: LinkPurpose {
                investor: investor_id(&self.investor)?,
                provider: provider.map_err(|_| StoreError::damaged("a link's provider"))?,
                level: self.level,
                wants_wallet: self.wants_wallet,
                wallet: address(self.wallet)?,
                replaces: address(self.replaces)?,
                chains: scope(self.chains)?,
                language: language.map_err(|_| StoreError::damaged("a link's language"))?,
                attested: self
                    .attestation
                    .map(|text| json(&text, "a link's attestation"))
                    .transpose()?,
            },
            external_id: external_id
                .map_err(|_| StoreError::damaged("an investor's external id"))?,
            progress: LinkProgress {
                expires: seconds(self.expires_s)?,
                opened: moment(self.opened_s)?,
                started: moment(self.started_s)?,
                completed: moment(self.completed_s)?,
                revoked: moment(self.revoked_s)?,
            },
            challenge: self.challenge,
            shown_to: shown_to.map_err(|_| StoreError::damaged("an instance's name"))?,
            mailed: self.mailed,
            proved: address(self.proved)?,
            waiting: self
                .evidence
                .map(|text| json(&text, "what waits for a link's check"))
                .transpose()?,
            verification: self
                .verification
                .as_deref()
                .map(|id| Ok::<_, StoreError>(VerificationId(id128(id, "a verification's id")?)))
                .transpose()?,
            created: seconds(self.created_s)?,
            created_by: self.created_by,
        })
    }
}

fn link_id(bytes: &[u8]) -> Result<LinkId> {
    Ok(LinkId(id128(bytes, "a link's id")?))
}

/// Sixteen bytes that name something.
pub(crate) fn id128(bytes: &[u8], what: &'static str) -> Result<B128> {
    B128::try_from(bytes).map_err(|_| StoreError::damaged(what))
}

const NO_LINK: StoreError = StoreError::NotFound { what: "link" };

impl Store {
    /// One link.
    pub async fn link(&self, issuer: &IssuerId, link: LinkId) -> Result<Link> {
        one(&self.pool, issuer, link).await
    }

    /// The link that a token opens; `None` for a token that nobody has.
    pub async fn link_of(&self, issuer: &IssuerId, token: B256) -> Result<Option<Link>> {
        let row = select_links!(
            "FROM link WHERE issuer = $1 AND link = \
                 (SELECT t.link FROM link_token t WHERE t.issuer = $1 AND t.hash = $2)",
            issuer_key(issuer),
            token.as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(LinkRow::read).transpose()
    }

    /// Lets another token open a link.
    pub async fn add_link_token(&self, issuer: &IssuerId, link: LinkId, token: B256) -> Result<()> {
        add_token(&self.pool, issuer, link, token).await
    }

    /// Notes that the person has come, if that is news.
    pub async fn link_opened(
        &self,
        issuer: &IssuerId,
        link: LinkId,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE link SET opened_s = $3 WHERE issuer = $1 AND link = $2 AND opened_s IS NULL \
             AND revoked_s IS NULL AND completed_s IS NULL AND expires_s > $3",
            issuer_key(issuer),
            link.0.as_slice(),
            bigint(now.0),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Keeps what a link's person is to sign. What was asked before is worth nothing
    /// then.
    pub async fn ask_for_signature(
        &self,
        issuer: &IssuerId,
        link: LinkId,
        challenge: &str,
        now: UnixSeconds,
    ) -> Result<()> {
        let asked = sqlx::query!(
            "UPDATE link SET challenge = $3, started_s = coalesce(started_s, $4) \
             WHERE issuer = $1 AND link = $2 \
             AND revoked_s IS NULL AND completed_s IS NULL AND expires_s > $4",
            issuer_key(issuer),
            link.0.as_slice(),
            challenge,
            bigint(now.0),
        )
        .execute(&self.pool)
        .await?;
        match asked.rows_affected() {
            0 => Err(NO_LINK),
            _ => Ok(()),
        }
    }
}

impl IssuerTransaction {
    /// Keeps a new link, and the hash of its first token, if one was handed out.
    pub async fn add_link(&mut self, link: &Link, token: Option<B256>) -> Result<()> {
        let purpose = &link.purpose;
        let address = |wallet: Option<WalletAddress>| wallet.map(|one| one.address().to_vec());
        let chains = scope_array(&purpose.chains);
        let attestation = purpose.attested.as_ref().map(serde_json::to_string);
        let attestation = attestation
            .transpose()
            .map_err(|error| StoreError::damaged(error.to_string()))?;
        sqlx::query!(
            "INSERT INTO link (issuer, link, number, investor, provider, level, wallet, \
                 wants_wallet, replaces, chains, language, created_s, created_by, expires_s, shown_to, \
                 attestation) \
             SELECT $1, $2, coalesce(max(l.number), 0) + 1, $3, $4, $5, $6, $7, $8, $9::bigint[], \
                 $10, $11, $12, $13, $14, $15 FROM link l WHERE l.issuer = $1",
            issuer_key(&self.issuer),
            link.id.0.as_slice(),
            purpose.investor.0.as_slice(),
            purpose.provider.as_ref().map(ProviderName::as_str),
            purpose.level.as_deref(),
            address(purpose.wallet),
            purpose.wants_wallet,
            address(purpose.replaces),
            chains.as_deref(),
            purpose.language.as_ref().map(LanguageTag::as_str),
            bigint(link.created.0),
            &link.created_by,
            bigint(link.progress.expires.0),
            link.shown_to.as_ref().map(InstanceName::as_str),
            attestation.as_deref(),
        )
        .execute(&mut *self.transaction)
        .await?;
        if let Some(token) = token {
            add_token(&mut *self.transaction, &self.issuer, link.id, token).await?;
        }
        Ok(())
    }

    /// A link, which nobody else changes until this is committed.
    pub async fn lock_link(&mut self, link: LinkId) -> Result<Link> {
        select_links!(
            "FROM link WHERE issuer = $1 AND link = $2 FOR UPDATE",
            issuer_key(&self.issuer),
            link.0.as_slice(),
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(NO_LINK)?
        .read()
    }

    /// Notes which wallet signed, and what, where that is `waiting` for the check to bind
    /// the wallet; what was asked is answered with that, and answers nothing again.
    pub async fn link_proved(
        &mut self,
        link: LinkId,
        wallet: WalletAddress,
        waiting: Option<&OwnershipEvidence>,
    ) -> Result<()> {
        let evidence = waiting.map(serde_json::to_string).transpose();
        let evidence = evidence.map_err(|error| StoreError::damaged(error.to_string()))?;
        sqlx::query!(
            "UPDATE link SET proved = $3, evidence = $4, challenge = NULL \
             WHERE issuer = $1 AND link = $2",
            issuer_key(&self.issuer),
            link.0.as_slice(),
            wallet.address().to_vec(),
            evidence,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Notes which attempt began by a link.
    pub async fn link_started(
        &mut self,
        link: LinkId,
        verification: VerificationId,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE link SET verification = $3, started_s = coalesce(started_s, $4) \
             WHERE issuer = $1 AND link = $2",
            issuer_key(&self.issuer),
            link.0.as_slice(),
            verification.0.as_slice(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Notes that all that a link asks was done.
    pub async fn link_completed(&mut self, link: LinkId, now: UnixSeconds) -> Result<()> {
        sqlx::query!(
            "UPDATE link SET completed_s = coalesce(completed_s, $3) \
             WHERE issuer = $1 AND link = $2",
            issuer_key(&self.issuer),
            link.0.as_slice(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Takes a link back. One that is done or taken back already stays as it is.
    pub async fn revoke_link(&mut self, link: LinkId, now: UnixSeconds) -> Result<()> {
        sqlx::query!(
            "UPDATE link SET revoked_s = $3 WHERE issuer = $1 AND link = $2 \
             AND completed_s IS NULL AND revoked_s IS NULL",
            issuer_key(&self.issuer),
            link.0.as_slice(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Takes back every link for an investor that is not done: it stands for nobody any
    /// more. What was to be signed answers nothing.
    pub(crate) async fn end_links(&mut self, investor: InvestorId, now: UnixSeconds) -> Result<()> {
        sqlx::query!(
            "UPDATE link SET revoked_s = $3, challenge = NULL \
             WHERE issuer = $1 AND investor = $2 \
             AND completed_s IS NULL AND revoked_s IS NULL AND expires_s > $3",
            issuer_key(&self.issuer),
            investor.0.as_slice(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// The link by which an attempt began, if one did.
    pub async fn link_of_verification(
        &mut self,
        investor: InvestorId,
        verification: VerificationId,
    ) -> Result<Option<Link>> {
        let row = select_links!(
            "FROM link WHERE issuer = $1 AND investor = $2 AND verification = $3 FOR UPDATE",
            issuer_key(&self.issuer),
            investor.0.as_slice(),
            verification.0.as_slice(),
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        row.map(LinkRow::read).transpose()
    }
}

async fn one(executor: impl PgExecutor<'_>, issuer: &IssuerId, link: LinkId) -> Result<Link> {
    select_links!(
        "FROM link WHERE issuer = $1 AND link = $2",
        issuer_key(issuer),
        link.0.as_slice(),
    )
    .fetch_optional(executor)
    .await?
    .ok_or(NO_LINK)?
    .read()
}

async fn add_token(
    executor: impl PgExecutor<'_>,
    issuer: &IssuerId,
    link: LinkId,
    token: B256,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO link_token (issuer, hash, link) VALUES ($1, $2, $3)",
        issuer_key(issuer),
        token.as_slice(),
        link.0.as_slice(),
    )
    .execute(executor)
    .await?;
    Ok(())
}

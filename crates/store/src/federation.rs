//! The federation: authorities, approvers, and what waits for them.

use sqlx::{PgConnection, PgExecutor};
use symbolon_core::{
    actor::Actor,
    custody::Retention,
    federation::{
        ApprovalPolicy, Federation, FederationCommand, FederationEvent, FederationRefusal,
        OwnerOperation, Proposal, ProposalId, decide,
    },
    ids::{AuthorityIndex, InvestorId, IssuerId, PersonName},
    log::{Entry, EntryNumber, Head},
    register::Refusal,
    time::UnixSeconds,
};
use thiserror::Error;

use crate::{
    IssuerTransaction, Request, Result, Store, StoreError, Subject, api_key, authority,
    codec::{bigint, entry_number, issuer_key, json, seconds, unsigned},
    entry,
    profile::retention_years,
    rules,
};

/// What came of a command of the owner's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederationDecision {
    /// The entry that records it.
    pub entry: EntryNumber,
    /// What happened.
    pub events: Vec<FederationEvent>,
    /// The federation afterwards.
    pub federation: Federation,
}

/// Why nothing came of one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FederationFailure {
    /// The operation cannot be, or not yet.
    #[error(transparent)]
    Refused(#[from] FederationRefusal),
    /// It cannot be for one of the investors that it names; so it is for none.
    #[error("investor {investor}: {refusal}")]
    Investor {
        /// For whom.
        investor: InvestorId,
        /// Why.
        refusal: Refusal,
    },
}

/// A proposal, open or over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRecord {
    /// The proposal, with the approvals that it had last.
    pub proposal: Proposal,
    /// When it was made.
    pub proposed: UnixSeconds,
    /// What became of it.
    pub state: ProposalState,
    /// The entry that ended it.
    pub ended: Option<EntryNumber>,
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProposalState {
    /// It waits, unless its time is over.
    Open,
    /// It had its approvals.
    CarriedOut,
    /// Whoever made it ended it.
    Cancelled,
    /// It ended without its approvals.
    Lapsed,
}

impl ProposalState {
    /// The word that people and the database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::CarriedOut => "carried_out",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
        }
    }

    fn read(text: &str) -> Result<Self> {
        [Self::Open, Self::CarriedOut, Self::Cancelled, Self::Lapsed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::damaged(format!("`{text}` is no proposal's state")))
    }
}

impl Store {
    /// The federation as it stands.
    pub async fn federation(&self, issuer: &IssuerId) -> Result<Federation> {
        let mut snapshot = self.begin_snapshot().await?;
        load(&mut snapshot, issuer).await
    }

    /// The newest proposals before the cursor, at most `limit` of them.
    pub async fn proposals(
        &self,
        issuer: &IssuerId,
        before: Option<ProposalId>,
        limit: u32,
    ) -> Result<Vec<ProposalRecord>> {
        sqlx::query_as!(
            ProposalRow,
            "SELECT proposal, operation, proposed_by, proposed_s, expires_s, approvals, state, \
                 ended_entry \
             FROM proposal WHERE issuer = $1 AND proposal < $2 ORDER BY proposal DESC LIMIT $3",
            issuer_key(issuer),
            before.map_or(i64::MAX, |id| bigint(id.0)),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(ProposalRow::read)
        .collect()
    }

    /// One proposal.
    pub async fn proposal(&self, issuer: &IssuerId, id: ProposalId) -> Result<ProposalRecord> {
        sqlx::query_as!(
            ProposalRow,
            "SELECT proposal, operation, proposed_by, proposed_s, expires_s, approvals, state, \
                 ended_entry \
             FROM proposal WHERE issuer = $1 AND proposal = $2",
            issuer_key(issuer),
            bigint(id.0),
        )
        .fetch_optional(&self.pool)
        .await?
        .ok_or(StoreError::NotFound { what: "proposal" })?
        .read()
    }
}

impl IssuerTransaction {
    /// Decides a command of the owner's and stores what follows, investors who
    /// change hands included.
    pub async fn govern(
        &mut self,
        command: FederationCommand,
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<Result<FederationDecision, FederationFailure>> {
        if self.locked.follows_chain {
            return Ok(Err(FederationRefusal::WriterIsOnChain.into()));
        }
        let mut federation = load(&mut self.transaction, &self.issuer).await?;
        // The server may know a key for some seconds more than the register.
        if let Some(person) = &actor.person
            && !federation.proves(&actor.name, person)
        {
            return Ok(Err(FederationRefusal::KeyRevoked(person.clone()).into()));
        }
        let number = self.head.number.next();
        let events = match decide(&federation, number, command, actor, now) {
            Ok(events) => events,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        for event in &events {
            federation
                .apply(event, number)
                .map_err(|error| StoreError::damaged(error.to_string()))?;
        }
        self.record_federation(&events, actor, now).await?;
        for event in &events {
            self.store_federation(event, &federation, number, now)
                .await?;
            if let FederationEvent::InvestorsReassigned {
                authority,
                investors,
            } = event
                && let Err(failure) = self
                    .reassign(&federation, *authority, investors, actor, now)
                    .await?
            {
                return Ok(Err(failure));
            }
        }
        Ok(Ok(FederationDecision {
            entry: number,
            events,
            federation,
        }))
    }

    pub(crate) async fn record_federation(
        &mut self,
        events: &[FederationEvent],
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<()> {
        let events = serde_json::to_string(events)
            .map_err(|error| StoreError::damaged(format!("an event cannot be written: {error}")))?;
        let entry = Entry::following(self.head, now, actor, InvestorId::NONE, events);
        let hash = entry.hash(&self.issuer, self.head.hash);
        self.head = Head {
            number: entry.number,
            hash,
        };
        entry::insert(&mut self.transaction, &self.issuer, &entry, hash).await
    }

    /// All of them or none: the caller drops the transaction on a failure.
    async fn reassign(
        &mut self,
        federation: &Federation,
        authority: AuthorityIndex,
        investors: &std::collections::BTreeSet<InvestorId>,
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<Result<(), FederationFailure>> {
        let Some(to) = federation.mandate(authority) else {
            return Ok(Err(FederationRefusal::UnknownAuthority(authority).into()));
        };
        let requests = investors
            .iter()
            .map(|investor| Request {
                subject: Subject::Investor(*investor),
                command: symbolon_core::command::Command::Reassign { to: to.clone() },
            })
            .collect();
        let answers = self.decide(requests, actor, now).await?;
        let failed = investors
            .iter()
            .zip(answers)
            .find_map(|(investor, answer)| {
                let refusal = answer.err()?;
                Some(FederationFailure::Investor {
                    investor: *investor,
                    refusal,
                })
            });
        Ok(failed.map_or(Ok(()), Err))
    }

    pub(crate) async fn store_federation(
        &mut self,
        event: &FederationEvent,
        federation: &Federation,
        entry: EntryNumber,
        now: UnixSeconds,
    ) -> Result<()> {
        let (connection, issuer) = (&mut *self.transaction, &self.issuer);
        match event {
            FederationEvent::AuthorityAdded { authority, .. }
            | FederationEvent::AuthorityCountriesSet { authority, .. }
            | FederationEvent::AuthorityRestricted { authority }
            | FederationEvent::AuthorityReinstated { authority } => {
                if let Some(authority) = federation.authorities.get(authority) {
                    authority::write(connection, issuer, authority, entry).await?;
                }
                self.queued = true;
                Ok(())
            }
            // Stored where it happens.
            FederationEvent::InvestorsReassigned { .. }
            | FederationEvent::RetentionSet { .. }
            | FederationEvent::ApiKeyGranted(_)
            | FederationEvent::ApiKeyRevoked(_) => Ok(()),
            FederationEvent::RulesAnnounced { changes, .. } => {
                for (key, _) in changes.iter() {
                    let standing = federation.rules.standing(key);
                    rules::write(connection, issuer, key, standing, entry).await?;
                }
                self.queued = true;
                Ok(())
            }
            FederationEvent::RulesWithdrawn { rules: named, .. } => {
                for key in named.iter() {
                    let standing = federation.rules.standing(key);
                    rules::write(connection, issuer, key, standing, entry).await?;
                }
                self.queued = true;
                Ok(())
            }
            FederationEvent::ApprovalPolicySet { policy } => {
                store_policy(connection, issuer, policy).await
            }
            FederationEvent::OperationProposed {
                operation,
                by,
                expires,
            } => {
                let proposal = Proposal {
                    id: ProposalId(entry.0),
                    operation: operation.clone(),
                    proposed_by: by.clone(),
                    expires: *expires,
                    approvals: Default::default(),
                };
                insert_proposal(connection, issuer, &proposal, now).await
            }
            FederationEvent::OperationApproved { proposal, by } => {
                set_approval(connection, issuer, *proposal, by, true).await
            }
            FederationEvent::ApprovalWithdrawn { proposal, by } => {
                set_approval(connection, issuer, *proposal, by, false).await
            }
            FederationEvent::OperationCarriedOut { proposal } => {
                let state = ProposalState::CarriedOut;
                end_proposal(connection, issuer, *proposal, state, entry).await
            }
            FederationEvent::OperationCancelled { proposal } => {
                let state = ProposalState::Cancelled;
                end_proposal(connection, issuer, *proposal, state, entry).await
            }
            FederationEvent::OperationLapsed { proposal } => {
                let state = ProposalState::Lapsed;
                end_proposal(connection, issuer, *proposal, state, entry).await
            }
        }
    }
}

/// Within a transaction, so that its parts fit together.
pub(crate) async fn load(connection: &mut PgConnection, issuer: &IssuerId) -> Result<Federation> {
    let policy = sqlx::query!(
        "SELECT approvers, approvals_required, retention_years, erases_by_itself \
         FROM issuer WHERE issuer = $1",
        issuer_key(issuer),
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(StoreError::NotFound { what: "issuer" })?;
    let authorities = authority::all(&mut *connection, issuer).await?;
    let proposals = open_proposals(&mut *connection, issuer).await?;
    let keys = api_key::granted(&mut *connection, issuer).await?;
    let rules = rules::all(connection, issuer).await?;
    let required = policy.approvals_required;
    Ok(Federation {
        authorities: authorities
            .into_iter()
            .map(|authority| (authority.index, authority))
            .collect(),
        policy: ApprovalPolicy {
            approvers: people(policy.approvers)?,
            required: u8::try_from(required)
                .map_err(|_| StoreError::damaged(format!("{required} approvals")))?,
        },
        proposals: proposals
            .into_iter()
            .map(|proposal| (proposal.id, proposal))
            .collect(),
        keys,
        rules,
        retention: Retention {
            years: retention_years(policy.retention_years)?,
            erases_by_itself: policy.erases_by_itself,
        },
    })
}

async fn open_proposals(executor: impl PgExecutor<'_>, issuer: &IssuerId) -> Result<Vec<Proposal>> {
    sqlx::query_as!(
        ProposalRow,
        "SELECT proposal, operation, proposed_by, proposed_s, expires_s, approvals, state, \
             ended_entry \
         FROM proposal WHERE issuer = $1 AND state = 'open' ORDER BY proposal",
        issuer_key(issuer),
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| Ok(row.read()?.proposal))
    .collect()
}

async fn store_policy(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    policy: &ApprovalPolicy,
) -> Result<()> {
    let approvers: Vec<_> = policy
        .approvers
        .iter()
        .map(|person| person.as_str().to_owned())
        .collect();
    sqlx::query!(
        "UPDATE issuer SET approvers = $2, approvals_required = $3 WHERE issuer = $1",
        issuer_key(issuer),
        &approvers,
        i16::from(policy.required),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_proposal(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    proposal: &Proposal,
    now: UnixSeconds,
) -> Result<()> {
    let operation = serde_json::to_string(&proposal.operation)
        .map_err(|error| StoreError::damaged(error.to_string()))?;
    sqlx::query!(
        "INSERT INTO proposal (issuer, proposal, operation, proposed_by, proposed_s, expires_s, \
             approvals, state) \
         VALUES ($1, $2, $3, $4, $5, $6, '{}', 'open')",
        issuer_key(issuer),
        bigint(proposal.id.0),
        operation,
        &proposal.proposed_by,
        bigint(now.0),
        bigint(proposal.expires.0),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn set_approval(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    proposal: ProposalId,
    by: &PersonName,
    approves: bool,
) -> Result<()> {
    sqlx::query!(
        "UPDATE proposal SET approvals = array_remove(approvals, $3) \
             || CASE WHEN $4 THEN ARRAY[$3] ELSE '{}' END \
         WHERE issuer = $1 AND proposal = $2",
        issuer_key(issuer),
        bigint(proposal.0),
        by.as_str(),
        approves,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn end_proposal(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    proposal: ProposalId,
    state: ProposalState,
    entry: EntryNumber,
) -> Result<()> {
    sqlx::query!(
        "UPDATE proposal SET state = $3, ended_entry = $4 WHERE issuer = $1 AND proposal = $2",
        issuer_key(issuer),
        bigint(proposal.0),
        state.as_str(),
        bigint(entry.0),
    )
    .execute(connection)
    .await?;
    Ok(())
}

struct ProposalRow {
    proposal: i64,
    operation: String,
    proposed_by: String,
    proposed_s: i64,
    expires_s: i64,
    approvals: Vec<String>,
    state: String,
    ended_entry: Option<i64>,
}

impl ProposalRow {
    fn read(self) -> Result<ProposalRecord> {
        Ok(ProposalRecord {
            proposal: Proposal {
                id: ProposalId(unsigned(self.proposal, "a proposal")?),
                operation: json::<OwnerOperation>(&self.operation, "a proposed operation")?,
                proposed_by: self.proposed_by,
                expires: seconds(self.expires_s)?,
                approvals: people(self.approvals)?,
            },
            proposed: seconds(self.proposed_s)?,
            state: ProposalState::read(&self.state)?,
            ended: self.ended_entry.map(entry_number).transpose()?,
        })
    }
}

fn people(names: Vec<String>) -> Result<std::collections::BTreeSet<PersonName>> {
    names
        .into_iter()
        .map(|name| {
            name.parse()
                .map_err(|_| StoreError::damaged(format!("`{name}` is no person's name")))
        })
        .collect()
}

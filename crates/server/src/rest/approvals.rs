//! Who approves what the owner does, and what waits for them.

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_core::{
    federation::{ApprovalPolicy, FederationCommand, FederationEvent, OwnerOperation, ProposalId},
    ids::PersonName,
    time::UnixSeconds,
};
use symbolon_store::{FederationDecision, ProposalRecord, ProposalState};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Absent, NoFields, Refused,
    authorities::body::{AuthorityBody, changed},
};
use crate::{
    auth::Caller,
    change::Post,
    extract::{
        Check, ProposalPath, Query,
        page::{self, Page, PageQuery},
    },
    problem::{Problem, Result},
    state::AppState,
};

const LIST: &str = "proposals";

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(policy, set_policy))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(approve))
        .routes(routes!(withdraw))
        .routes(routes!(cancel))
}

/// An operation, and until when it may be approved.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    operation: OwnerOperation,
    lapses: UnixSeconds,
}

impl Asked {
    pub(super) fn new(
        operation: Option<OwnerOperation>,
        lapses: Option<UnixSeconds>,
    ) -> Option<Self> {
        let (operation, lapses) = operation.zip(lapses)?;
        Some(Self { operation, lapses })
    }
}

/// Nothing but until when it may be approved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitFields {
    /// Until when this may be approved, where it needs approvals: a date or an
    /// RFC 3339 moment, at most 30 days ahead; a week by default.
    lapses: Option<String>,
}

impl WaitFields {
    pub(super) fn read(&self, operation: OwnerOperation, now: UnixSeconds) -> Result<Asked> {
        let mut check = Check::default();
        let lapses = check.lapse("lapses", self.lapses.as_deref(), now);
        Ok(check.finish(Asked::new(Some(operation), lapses))?)
    }
}

/// What came of an operation of the owner's.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperationResult {
    /// `carried_out`, or `open` while it waits for approvals.
    state: &'static str,
    /// The log's entry that records this step.
    entry: u64,
    /// The proposal, where the operation needs approvals.
    proposal: Option<u64>,
    /// How many more approvals it needs; 0 when it was carried out.
    approvals_missing: usize,
    /// The authority that it made or changed.
    authority: Option<AuthorityBody>,
}

/// Carries an operation out, or proposes it where it needs approvals.
pub(super) async fn propose(state: &AppState, post: Post<Asked>) -> Result<Response> {
    govern(state, &post, |asked| FederationCommand::Propose {
        operation: asked.operation.clone(),
        expires: asked.lapses,
    })
    .await
}

async fn govern<T>(
    state: &AppState,
    post: &Post<T>,
    command: impl Fn(&T) -> FederationCommand,
) -> Result<Response> {
    let command = command(&post.body);
    let command = &command;
    post.commit(state, |mut transaction| async move {
        let decision = transaction.govern(command.clone()).await?;
        let result = OperationResult::new(&decision, command);
        let status = match result.state {
            "open" => StatusCode::ACCEPTED,
            _ => StatusCode::OK,
        };
        Ok(transaction.done(status, result))
    })
    .await
}

impl OperationResult {
    fn new(decision: &FederationDecision, command: &FederationCommand) -> Self {
        let proposed = decision
            .events
            .iter()
            .any(|event| matches!(event, FederationEvent::OperationProposed { .. }));
        let proposal = match command {
            FederationCommand::Propose { .. } => proposed.then_some(ProposalId(decision.entry.0)),
            FederationCommand::Approve(id)
            | FederationCommand::Withdraw(id)
            | FederationCommand::Cancel(id) => Some(*id),
        };
        let federation = &decision.federation;
        let open = proposal.and_then(|id| federation.proposals.get(&id));
        let policy = &federation.policy;
        let ended =
            |event: &FederationEvent| matches!(event, FederationEvent::OperationCancelled { .. });
        Self {
            state: match open {
                Some(_) => ProposalState::Open.as_str(),
                None if decision.events.iter().any(ended) => ProposalState::Cancelled.as_str(),
                None => ProposalState::CarriedOut.as_str(),
            },
            entry: decision.entry.0,
            proposal: proposal.map(|id| id.0),
            approvals_missing: open.map_or(0, |open| {
                usize::from(policy.required).saturating_sub(policy.counted(open))
            }),
            authority: changed(decision)
                .and_then(|index| federation.authorities.get(&index))
                .map(|authority| AuthorityBody::new(authority, &[])),
        }
    }
}

/// Who approves what the owner does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalPolicy)]
struct PolicyBody {
    /// People, each of whom approves with a key of their own.
    #[schema(example = json!(["ada", "ben", "cleo"]))]
    approvers: Vec<String>,
    /// How many of them must; 0 where nobody is named and everything is carried
    /// out at once.
    required: u8,
}

/// Show who approves
///
/// By default nobody: whoever holds a key of the owner's acts at once.
#[utoipa::path(
    get, path = "/approval-policy", operation_id = "show_approval_policy", tag = "Federation",
    responses((status = 200, description = "Who approves, and how many must", body = PolicyBody))
)]
async fn policy(caller: Caller, State(state): State<AppState>) -> Result<Json<PolicyBody>> {
    let policy = state.store.federation(&caller.issuer).await?.policy;
    Ok(Json(PolicyBody {
        approvers: policy.approvers.into_iter().map(String::from).collect(),
        required: policy.required,
    }))
}

/// Who approves from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPolicy {
    /// At most 32 people, by name; empty for nobody.
    #[schema(example = json!(["ada", "ben", "cleo"]))]
    approvers: Vec<String>,
    /// How many of them must approve; 0 for nobody.
    #[schema(example = 2)]
    required: u8,
    /// As with `add_authority`.
    lapses: Option<String>,
}

/// Set who approves
///
/// The present approvers must approve this too. Whatever else is open then
/// lapses, since it was proposed to others.
#[utoipa::path(
    post, path = "/approval-policy", operation_id = "set_approval_policy", tag = "Federation",
    request_body = NewPolicy,
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for approvals", body = OperationResult), Refused)
)]
async fn set_policy(State(state): State<AppState>, post: Post<NewPolicy>) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        let named: Vec<Option<PersonName>> = body
            .approvers
            .iter()
            .enumerate()
            .map(|(place, name)| check.slug(&format!("approvers[{place}]"), name))
            .collect();
        let lapses = check.lapse("lapses", body.lapses.as_deref(), now);
        let approvers: Option<BTreeSet<_>> = named.into_iter().collect();
        let operation = approvers.map(|approvers| OwnerOperation::SetApprovalPolicy {
            policy: ApprovalPolicy {
                approvers,
                required: body.required,
            },
        });
        Ok(check.finish(Asked::new(operation, lapses))?)
    })?;
    propose(&state, post).await
}

/// An operation that waits, or waited, for approvals.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Proposal)]
struct ProposalBody {
    id: u64,
    /// What is proposed: `type` says which operation.
    #[schema(value_type = Object, example = json!({"type": "restrict_authority", "authority": 3}))]
    operation: Value,
    /// `open`, `carried_out`, `cancelled` or `lapsed`.
    state: &'static str,
    /// By whom, as the log names them.
    #[schema(example = "key:ada")]
    proposed_by: String,
    #[schema(format = DateTime)]
    proposed_at: String,
    #[schema(format = DateTime)]
    lapses: String,
    /// Who approves it.
    approvals: Vec<String>,
    /// The log's entry that ended it.
    ended_entry: Option<u64>,
}

impl ProposalBody {
    fn new(record: ProposalRecord, now: UnixSeconds) -> Result<Self> {
        let proposal = record.proposal;
        let state = match record.state {
            ProposalState::Open if proposal.is_over(now) => ProposalState::Lapsed,
            state => state,
        };
        Ok(Self {
            id: proposal.id.0,
            operation: serde_json::to_value(&proposal.operation)
                .map_err(|error| Problem::internal(&error))?,
            state: state.as_str(),
            proposed_by: proposal.proposed_by,
            proposed_at: record.proposed.to_string(),
            lapses: proposal.expires.to_string(),
            approvals: proposal.approvals.into_iter().map(String::from).collect(),
            ended_entry: record.ended.map(|entry| entry.0),
        })
    }
}

/// List proposals
///
/// The newest first, with what became of each.
#[utoipa::path(
    get, path = "/proposals", operation_id = "list_proposals", tag = "Federation",
    params(PageQuery),
    responses((status = 200, description = "A page of proposals", body = Page<ProposalBody>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ProposalBody>>> {
    let (limit, before) = query.read::<u64>(LIST)?;
    let before = before.map(ProposalId);
    let mut found = state
        .store
        .proposals(&caller.issuer, before, limit + 1)
        .await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| more).map(|last| last.proposal.id);
    let now = state.clock.now();
    let data = found
        .into_iter()
        .map(|record| ProposalBody::new(record, now));
    Ok(Json(Page {
        data: data.collect::<Result<_>>()?,
        next_cursor: last.map(|id| page::cursor(LIST, id)),
    }))
}

/// Show a proposal
///
/// With who approves it, and what became of it.
#[utoipa::path(
    get, path = "/proposals/{id}", operation_id = "show_proposal", tag = "Federation",
    params(("id" = u64, Path, description = "The proposal's number")),
    responses((status = 200, description = "The proposal", body = ProposalBody), Absent)
)]
async fn show(
    caller: Caller,
    ProposalPath(id): ProposalPath,
    State(state): State<AppState>,
) -> Result<Json<ProposalBody>> {
    let record = state.store.proposal(&caller.issuer, id).await?;
    Ok(Json(ProposalBody::new(record, state.clock.now())?))
}

/// Approve a proposal
///
/// With the key of an approver, each once. With the last approval that it needs
/// it is carried out.
#[utoipa::path(
    post, path = "/proposals/{id}/approve", operation_id = "approve_proposal", tag = "Federation",
    params(("id" = u64, Path, description = "The proposal's number")),
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for more approvals", body = OperationResult), Refused)
)]
async fn approve(
    ProposalPath(id): ProposalPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    govern(&state, &post, |_| FederationCommand::Approve(id)).await
}

/// Withdraw an approval
///
/// With the key of the person who gave it, while the proposal is open.
#[utoipa::path(
    post, path = "/proposals/{id}/withdraw", operation_id = "withdraw_approval", tag = "Federation",
    params(("id" = u64, Path, description = "The proposal's number")),
    responses((status = 202, description = "It waits without this approval", body = OperationResult), Refused)
)]
async fn withdraw(
    ProposalPath(id): ProposalPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    govern(&state, &post, |_| FederationCommand::Withdraw(id)).await
}

/// Cancel a proposal
///
/// Only whoever made it may.
#[utoipa::path(
    post, path = "/proposals/{id}/cancel", operation_id = "cancel_proposal", tag = "Federation",
    params(("id" = u64, Path, description = "The proposal's number")),
    responses((status = 200, description = "It is over", body = OperationResult), Refused)
)]
async fn cancel(
    ProposalPath(id): ProposalPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    govern(&state, &post, |_| FederationCommand::Cancel(id)).await
}

//! Whose verdict is about to end, and what was done about it.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use symbolon_core::renewal::{Ending, RemindDays};
use symbolon_store::{DueRenewal, LetterFate, RenewalPlace, WhichRenewals};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Caller,
    extract::{
        Query,
        page::{self, InTime, Page},
    },
    problem::{Problem, Result},
    state::AppState,
};

const LIST: &str = "renewals";

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Somebody who is to be verified again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Renewal)]
struct RenewalBody {
    investor: String,
    /// Your own reference of that investor.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    /// From when on the verdict, or the document that it stands on, counts no more.
    #[schema(format = DateTime)]
    ends: String,
    /// What ends: verdict or document.
    #[schema(value_type = String, example = "verdict")]
    ending: Ending,
    /// When the register took notice of it; null: not yet.
    #[schema(format = DateTime)]
    noticed: Option<String>,
    /// The link by which it is to be renewed; null: none was made.
    link: Option<String>,
    /// Why none was sent, by a problem's code; null where none was to be.
    #[schema(example = "no_email")]
    unsent: Option<String>,
    /// What became of the letter that brings the link: waiting, sent or dropped; null: there
    /// is none.
    #[schema(value_type = Option<String>, example = "sent")]
    letter: Option<&'static str>,
    /// When the mail server took it.
    #[schema(format = DateTime)]
    sent: Option<String>,
}

impl From<DueRenewal> for RenewalBody {
    fn from(due: DueRenewal) -> Self {
        let notice = due.notice;
        Self {
            investor: due.investor.to_string(),
            external_id: due.external_id.map(|reference| reference.to_string()),
            ends: due.ends.to_string(),
            ending: due.ending,
            noticed: notice.as_ref().map(|notice| notice.noticed.to_string()),
            link: notice
                .as_ref()
                .and_then(|notice| Some(notice.link?.to_string())),
            unsent: notice.and_then(|notice| notice.unsent),
            letter: due.letter.as_ref().map(LetterFate::as_str),
            sent: match due.letter {
                Some(LetterFate::Sent(at)) => Some(at.to_string()),
                _ => None,
            },
        }
    }
}

/// Which renewals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Rows a page, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Those that end within so many days; as many as the issuer is reminded ahead by
    /// default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 365)]
    days: Option<String>,
}

/// List renewals
///
/// Whose verdict holds and is about to end, or stands on a document that is; the nearest
/// end first. Who was verified again is off the list.
#[utoipa::path(
    get, path = "/renewals", operation_id = "list_renewals", tag = "Links",
    params(ListQuery),
    responses((status = 200, description = "A page of renewals", body = Page<RenewalBody>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<RenewalBody>>> {
    let (limit, after) =
        page::read::<InTime<_>>(query.limit.as_deref(), query.cursor.as_deref(), LIST)?;
    let remind = match query.days.as_deref() {
        None => state.services.renewals.of(&caller.issuer).remind,
        Some(days) => days
            .parse()
            .ok()
            .and_then(|days| RemindDays::new(days).ok())
            .ok_or_else(|| {
                Problem::parameter("days", "out_of_range", "must be a number from 1 to 365")
            })?,
    };
    let now = state.clock.now();
    let after = after.map(|InTime(ends, investor)| RenewalPlace { ends, investor });
    let found = state
        .store
        .due_renewals(
            &caller.issuer,
            WhichRenewals::All,
            (now, remind.reach(now)),
            after,
            limit + 1,
        )
        .await?;
    let place = |last: &DueRenewal| InTime(last.ends, last.investor);
    Ok(Json(Page::cut(
        LIST,
        limit,
        found,
        place,
        RenewalBody::from,
    )))
}

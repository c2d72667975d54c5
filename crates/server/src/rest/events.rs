//! The log, event by event.

use std::{fmt, str::FromStr};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use symbolon_core::{ids::InvestorId, log::EntryNumber};
use symbolon_store::StoredEntry;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Caller,
    extract::{
        Query,
        page::{self, Page},
    },
    problem::{Problem, Result},
    state::AppState,
};

const LIST: &str = "events";

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(super) struct EventBody {
    /// The log entry, counted from 1 without a gap. Events of one decision
    /// share it.
    number: u64,
    /// The event's place in its entry, from 0.
    index: u32,
    /// When it was decided.
    #[schema(format = DateTime)]
    at: String,
    /// Who asked: `key:…`, `cli:…` or `system:…`.
    #[schema(example = "key:treasury-backend")]
    actor: String,
    /// Whom it is about; null where it is about the federation.
    investor: Option<String>,
    /// What happened, in the past tense.
    #[serde(rename = "type")]
    #[schema(example = "WalletLinked")]
    kind: String,
    /// The event's own fields.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// Rows a page, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only events of entries after this number: whoever follows the log
    /// passes the `number` of the last event seen.
    #[param(value_type = Option<u64>)]
    after: Option<String>,
}

impl EventsQuery {
    /// How many, and behind which event.
    fn read(&self) -> Result<(u32, Place)> {
        let (limit, cursor) =
            page::read::<Place>(self.limit.as_deref(), self.cursor.as_deref(), LIST)?;
        let after = match self.after.as_deref().map(str::parse) {
            None => Place::default(),
            Some(Ok(number)) => Place {
                number,
                index: u32::MAX,
            },
            Some(Err(_)) => {
                let message = "must be the number of an entry";
                return Err(Problem::parameter("after", "wrong_type", message));
            }
        };
        Ok((limit, cursor.unwrap_or_default().max(after)))
    }
}

/// List events
///
/// Everything that happened to the issuer's investors and federation, oldest first: append
/// only, numbered without a gap and chained by hashes. To see what is new
/// later, pass the `number` of the last event as `after`.
///
/// `ApiKeyGranted` and `ApiKeyRevoked` tell of API keys: `key` is the key's id, which
/// opens nothing, `name` its name; `authority`, `person` or `instance` says for whom it
/// speaks, if for anybody, and `profiles` whether it opens profiles. `RetentionSet` tells
/// for how long profiles were kept, and are from now on. Whoever asked is the `actor`.
#[utoipa::path(
    get, path = "/events", operation_id = "list_events", tag = "Events",
    params(EventsQuery),
    responses((status = 200, description = "A page of events", body = Page<EventBody>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(query): Query<EventsQuery>,
) -> Result<Json<Page<EventBody>>> {
    let (limit, after) = query.read()?;
    // The cursor's own entry again: the rest of its events may be to come. One
    // more tells whether there is a next page.
    let before = EntryNumber(after.number.saturating_sub(1));
    let entries = state
        .store
        .entries(&caller.issuer, before, limit.saturating_add(2))
        .await?;
    let mut data = Vec::new();
    for entry in entries {
        let events = EventBody::of(entry)?;
        data.extend(events.into_iter().filter(|event| event.place() > after));
    }
    let limit = limit as usize;
    let more = data.len() > limit;
    data.truncate(limit);
    let last = data.last().filter(|_| more).map(EventBody::place);
    Ok(Json(Page {
        data,
        next_cursor: last.map(|place| page::cursor(LIST, place)),
    }))
}

impl EventBody {
    fn of(stored: StoredEntry) -> Result<Vec<Self>> {
        let entry = stored.entry;
        let events: Vec<Map<String, Value>> =
            serde_json::from_str(&entry.events).map_err(|error| Problem::internal(&error))?;
        let bodies = (0..).zip(events).map(|(index, mut data)| Self {
            number: entry.number.0,
            index,
            at: entry.at.to_string(),
            actor: entry.actor.clone(),
            investor: (entry.investor != InvestorId::NONE).then(|| entry.investor.to_string()),
            kind: match data.remove("type") {
                Some(Value::String(kind)) => kind,
                _ => String::new(),
            },
            data,
        });
        Ok(bodies.collect())
    }

    fn place(&self) -> Place {
        Place {
            number: self.number,
            index: self.index,
        }
    }
}

/// An event's place in the log. Before the first is the default, since entries
/// are counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    number: u64,
    index: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.number, self.index)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, index) = text.split_once('.').unwrap_or((text, "0"));
        Ok(Self {
            number: number.parse()?,
            index: index.parse()?,
        })
    }
}

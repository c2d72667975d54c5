//! A session with Entrust: an applicant, and a run of a workflow with a link.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use symbolon_core::{
    investor::InvestorKind,
    profile::{Field, Profile},
    time::UnixSeconds,
};

use super::{EntrustAccount, client::Client};
use crate::{Clock, FetchError, Session, SessionRequest, http, id, read};

/// A link that works for less time than this is not given again.
const LEAST_SECONDS: u64 = 600;

/// The names of whoever has none yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceholderNames {
    /// In place of all names but the family's.
    pub given: String,
    /// In place of the family's.
    pub family: String,
}

pub(super) async fn open(
    account: &EntrustAccount,
    client: &Client,
    clock: &Clock,
    request: &SessionRequest<'_>,
) -> Result<Session, FetchError> {
    let invalid = |field, problem| FetchError::Request { field, problem };
    let customer = id::customer(request.customer)?;
    if request.kind != InvestorKind::NaturalPerson {
        return Err(invalid(
            "kind",
            "Entrust verifies persons alone: send entities to another provider",
        ));
    }
    let workflow = request.level.or(account.workflow.as_deref());
    let workflow = workflow.filter(|workflow| id::is_id(workflow));
    let workflow = workflow.ok_or(invalid(
        "level",
        "there is no workflow: configure one by its id, or name one",
    ))?;
    if let Some(run) = request.begun
        && let Some(session) = again(client, clock, run, (customer, workflow)).await?
    {
        return Ok(session);
    }
    let applicant = applicant(account, request.profile)?;
    let made = client.create("applicants", &applicant).await?;
    let applicant = identified(&made)?;
    let ends = UnixSeconds(clock.now().0.saturating_add(request.lasts.as_secs().max(1)));
    let mut link = json!({
        "completed_redirect_url": request.return_to.success.as_str(),
        "expired_redirect_url": request.return_to.failure.as_str(),
        "expires_at": ends.to_string(),
    });
    if let (Some(language), Some(link)) = (language(request.language), link.as_object_mut()) {
        link.insert("language".to_owned(), language.into());
    }
    let run = json!({
        "applicant_id": applicant,
        "workflow_id": workflow,
        "customer_user_id": customer,
        "link": link,
    });
    let run = client.create("workflow_runs", &run).await?;
    Ok(Session {
        url: http::link(read::text(&run, "/link/url"), client.server())?,
        reference: Some(identified(&run)?.to_owned()),
    })
}

/// The session of a run that still waits for its person, and whose link works a while
/// longer: a person has one run at a time, as far as that can be.
async fn again(
    client: &Client,
    clock: &Clock,
    run: &str,
    (customer, workflow): (&str, &str),
) -> Result<Option<Session>, FetchError> {
    let record = match client.run(id::subject(run)?).await {
        Err(FetchError::NotFound) => return Ok(None),
        record => record?,
    };
    let says = |pointer| read::text(&record, pointer);
    let ends = says("/link/expires_at").and_then(read::moment);
    let waits = says("/id") == Some(run)
        && says("/status") == Some("awaiting_input")
        && says("/customer_user_id") == Some(customer)
        && says("/workflow_id") == Some(workflow)
        && ends.is_some_and(|ends| ends.0 / 1_000 > clock.now().0.saturating_add(LEAST_SECONDS));
    if !waits {
        return Ok(None);
    }
    // Without a link that can be trusted there is another run.
    let url = http::link(says("/link/url"), client.server());
    Ok(url.ok().map(|url| Session {
        url,
        reference: Some(run.to_owned()),
    }))
}

fn identified(made: &Value) -> Result<&str, FetchError> {
    let id = read::text(made, "/id").filter(|id| id::is_id(id));
    id.ok_or(FetchError::Answer { problem: "no id" })
}

/// Entrust asks for both names.
fn applicant(account: &EntrustAccount, profile: Option<&Profile>) -> Result<Value, FetchError> {
    let known = |field| profile?.get(field)?.text();
    let names = match (known(Field::GivenNames), known(Field::FamilyName)) {
        (Some(given), Some(family)) => Some((given, family)),
        _ => {
            let placeholder = account.placeholder_names.clone();
            placeholder.map(|names| (names.given, names.family))
        }
    };
    let (given, family) = names.ok_or(FetchError::Request {
        field: "profile",
        problem: "Entrust wants given and family names: store them first, or configure placeholders",
    })?;
    let mut applicant = Map::new();
    applicant.insert("first_name".to_owned(), plain(&given).into());
    applicant.insert("last_name".to_owned(), plain(&family).into());
    if let Some(email) = known(Field::Email) {
        applicant.insert("email".to_owned(), email.into());
    }
    Ok(Value::Object(applicant))
}

/// Entrust refuses names with these characters.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !"!#$%*=<>;{}\"".contains(*c))
        .collect()
}

fn language(language: Option<&str>) -> Option<&'static str> {
    const SPOKEN: [&str; 7] = [
        "en_US", "de_DE", "es_ES", "fr_FR", "it_IT", "pt_PT", "nl_NL",
    ];
    let language = language?.get(..2)?.to_ascii_lowercase();
    SPOKEN
        .into_iter()
        .find(|spoken| spoken.starts_with(&language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_that_entrust_speaks() {
        assert_eq!(language(Some("de")), Some("de_DE"));
        assert_eq!(language(Some("pt-BR")), Some("pt_PT"));
        assert_eq!(language(Some("ja")), None);
        assert_eq!(language(Some("ä")), None);
        assert_eq!(language(Some("")), None);
        assert_eq!(language(None), None);
    }
}

//! Runs and monitors, as Entrust shows them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::page::Form;
use super::Outcome;

#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) applicant: String,
    pub(super) workflow: String,
    pub(super) customer: Option<String>,
    pub(super) output: Value,
    pub(super) created: String,
    pub(super) updated: String,
    pub(super) status: &'static str,
    pub(super) reasons: Vec<String>,
    /// As it was asked for, with its address.
    pub(super) link: Value,
}

impl Run {
    pub(super) fn hand_in(&mut self, form: &Form) {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let tick = |tick: &Option<String>| Form::ticked(tick.as_deref());
        self.output = json!({
            "residence": given(&form.country),
            "accredited": tick(&form.accredited),
            "us_person": tick(&form.us_person),
            "document": {"result": "clear", "sub_result": "clear", "properties": {
                "first_name": given(&form.given_names),
                "last_name": given(&form.family_name),
                "date_of_birth": given(&form.birth_date),
                "nationality": given(&form.nationality),
                "issuing_country": given(&form.nationality),
                "document_type": "passport",
                "document_numbers": [
                    {"type": "document_number", "value": given(&form.document_number)},
                ],
                "date_of_expiry": given(&form.document_expires),
            }},
        });
    }

    pub(super) fn process(&mut self, now: String) {
        self.updated = now;
        self.status = "processing";
    }

    pub(super) fn end(&mut self, outcome: Outcome, now: String) {
        self.updated = now;
        self.reasons = Vec::new();
        self.status = match outcome {
            Outcome::Approved => "approved",
            Outcome::Declined(reasons) => {
                self.reasons = reasons;
                "declined"
            }
            Outcome::Review => "review",
            Outcome::Abandoned => "abandoned",
            Outcome::Error => "error",
        };
    }

    pub(super) fn show(&self) -> Value {
        json!({
            "id": self.id, "applicant_id": self.applicant, "workflow_id": self.workflow,
            "workflow_version_id": 1, "customer_user_id": self.customer, "tags": [],
            "status": self.status, "output": self.output, "reasons": self.reasons,
            "error": null, "link": self.link, "dashboard_url": "https://dashboard.invalid",
            "created_at": self.created, "updated_at": self.updated,
        })
    }
}

#[derive(Debug)]
pub(super) struct Monitor {
    pub(super) id: String,
    pub(super) applicant: String,
    pub(super) report: String,
    pub(super) tags: Value,
    pub(super) created: String,
    /// Whether each still counts.
    pub(super) matches: BTreeMap<String, bool>,
}

impl Monitor {
    pub(super) fn show(&self) -> Value {
        json!({
            "id": self.id, "applicant_id": self.applicant, "report_name": self.report,
            "tags": self.tags, "created_at": self.created, "deleted_at": null,
        })
    }

    pub(super) fn show_matches(&self) -> Value {
        let matches = self.matches.iter();
        let matches = matches.map(|(id, enabled)| json!({"id": id, "enabled": enabled}));
        json!({"matches": matches.collect::<Vec<_>>()})
    }
}

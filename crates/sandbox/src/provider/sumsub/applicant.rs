//! An applicant, as Sumsub shows it.

use serde_json::{Value, json};

use super::super::VendorClock;
use super::super::page::Form;
use super::Verdict;

#[derive(Debug)]
pub(super) struct Applicant {
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) level: String,
    pub(super) deleted: bool,
    /// What was recognised, and answered: the fields that tell of the person.
    pub(super) info: Value,
    created: String,
    /// Of this attempt.
    begun: String,
    attempts: u32,
    status: &'static str,
    reviewed: Option<(String, Verdict)>,
}

impl Applicant {
    pub(super) fn new(id: &str, customer: &str, level: &str, clock: &VendorClock) -> Self {
        Self {
            id: id.to_owned(),
            customer: customer.to_owned(),
            level: level.to_owned(),
            deleted: false,
            info: json!({}),
            created: clock.plain(),
            begun: clock.plain(),
            attempts: 0,
            status: "init",
            reviewed: None,
        }
    }

    /// What the person filled in, as if it had been recognised from documents.
    pub(super) fn hand_in(&mut self, form: &Form) {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let tick = |tick: &Option<String>| Form::ticked(tick.as_deref()).to_string();
        let item = |value: String| json!({"value": value, "values": null});
        self.info = json!({
            "info": {
                "firstName": given(&form.given_names),
                "lastName": given(&form.family_name),
                "dob": given(&form.birth_date),
                "nationality": given(&form.nationality),
                "addresses": [{"country": given(&form.country)}],
                "idDocs": [{
                    "idDocType": "PASSPORT",
                    "country": given(&form.nationality),
                    "number": given(&form.document_number),
                    "validUntil": given(&form.document_expires),
                }],
            },
            "questionnaires": [{"id": "investor", "sections": {"main": {"items": {
                "accredited": item(tick(&form.accredited)),
                "usPerson": item(tick(&form.us_person)),
            }}}}],
        });
        self.status = "pending";
        self.attempts += 1;
        self.reviewed = None;
    }

    pub(super) fn review(&mut self, verdict: Verdict, clock: &VendorClock) {
        self.status = "completed";
        self.reviewed = Some((format!("{}+0000", clock.plain()), verdict));
    }

    pub(super) fn hold(&mut self) {
        self.status = "onHold";
    }

    pub(super) fn begin_anew(&mut self, clock: &VendorClock) {
        self.status = "init";
        self.reviewed = None;
        self.begun = clock.plain();
    }

    /// Whether the vendor's own rules let nobody deactivate it now.
    pub(super) fn is_being_checked(&self) -> bool {
        matches!(self.status, "pending" | "queued" | "prechecked")
    }

    fn result(&self) -> Value {
        match self.reviewed.as_ref().map(|(_, verdict)| verdict) {
            None => Value::Null,
            Some(Verdict::Green) => json!({"reviewAnswer": "GREEN"}),
            Some(Verdict::Retry) => json!({
                "reviewAnswer": "RED", "rejectLabels": ["LOW_QUALITY"],
                "reviewRejectType": "RETRY", "moderationComment": "Hand it in again.",
            }),
            Some(Verdict::Final(labels)) => json!({
                "reviewAnswer": "RED", "rejectLabels": labels,
                "reviewRejectType": "FINAL", "clientComment": "Not for the applicant.",
            }),
        }
    }

    /// The answer of `…/status`.
    pub(super) fn status(&self) -> Value {
        let mut status = json!({
            "reviewId": format!("review-{}", self.id), "levelName": self.level,
            "attemptCnt": self.attempts, "createDate": format!("{}+0000", self.begun),
            "reviewStatus": self.status,
        });
        if let Some((at, _)) = &self.reviewed {
            status["reviewDate"] = json!(at);
            status["reviewResult"] = self.result();
        }
        status
    }

    /// The answer of `…/one`.
    pub(super) fn one(&self) -> Value {
        let mut one = json!({
            "id": self.id, "createdAt": self.created, "inspectionId": self.id,
            "externalUserId": self.customer, "type": "individual", "lang": "en",
            "fixedInfo": {}, "deleted": self.deleted, "review": self.status(),
        });
        let told = self.info.as_object().into_iter().flatten();
        for (key, value) in told {
            one[key] = value.clone();
        }
        one
    }

    /// What every webhook about it says.
    pub(super) fn event(&self) -> Value {
        let mut event = json!({
            "applicantId": self.id, "inspectionId": self.id, "applicantType": "individual",
            "correlationId": format!("req-{}", self.id), "levelName": self.level,
            "externalUserId": self.customer, "reviewStatus": self.status,
        });
        if self.reviewed.is_some() {
            event["reviewResult"] = self.result();
        }
        event
    }
}

//! Whoever goes to the provider again while the first check is under way gets another
//! record there; and whatever any of them says counts.

use std::time::Duration;

use serde_json::json;
use symbolon_core::verification::VerificationState;
use symbolon_sandbox::provider::{EntrustOptions, FakeEntrust, Outcome, WebhookFault};
use symbolon_testkit::person::Person;

use super::{forgetting::keep_profiles_for_no_time, monitoring::account, quiet::Quiet};
use crate::world::until;

const MINUTE: Duration = Duration::from_secs(60);

/// Somebody who has handed in all, went there again, and has two runs.
struct Twice {
    entrust: FakeEntrust,
    quiet: Quiet,
    person: Person,
    investor: String,
    runs: [String; 2],
    session: String,
}

impl Twice {
    async fn set() -> Self {
        let entrust = FakeEntrust::start(EntrustOptions::default()).await.unwrap();
        let quiet = Quiet::set(account(&entrust)).await;
        entrust.send_webhooks_to(format!("{}/hooks/acme/entrust", quiet.url));
        let (url, investor) = quiet.link().await;
        let mut person = Person::new(&quiet.url);
        person.open(&url).await;
        let first = person.begin_check().await;
        // While its page is open, it is the same one.
        assert_eq!(person.begin_check().await, first);
        let customer = investor.trim_start_matches("0x");
        let runs = entrust.runs_of(customer);
        assert_eq!(
            runs.len(),
            1,
            "a run that waits for its person is used again"
        );
        entrust.process(&runs[0]).unwrap();
        let session = person.begin_check().await;
        let runs = entrust.runs_of(customer).try_into().unwrap();
        Self {
            entrust,
            quiet,
            person,
            investor,
            runs,
            session,
        }
    }

    async fn complete(&self, run: usize, outcome: Outcome) {
        let told = self.entrust.complete(&self.runs[run], outcome).await;
        assert_eq!(told.unwrap()[0].status, Some(200));
    }

    /// Somebody went through the first run as the person: approved.
    async fn passes_the_first(&self) {
        let papers = json!({"residence": "DEU", "document": {"properties": {
            "first_name": "Ana", "last_name": "Roe", "date_of_birth": "1990-01-02",
            "document_type": "passport", "issuing_country": "DEU", "nationality": "DEU",
        }}});
        let alter = |output: &mut serde_json::Value| *output = papers.clone();
        self.entrust.alter(&self.runs[0], alter).unwrap();
        self.complete(0, Outcome::Approved).await;
    }

    async fn passes_the_second(&self) {
        self.person.walk(&self.session, "pass").await;
    }

    async fn stands(&self, status: &str, attempt: VerificationState) {
        self.quiet.looked().await;
        until(status, async || {
            self.quiet.status(&self.investor).await == status
                && self.quiet.attempts(&self.investor).await == [attempt]
        })
        .await;
    }

    async fn end(self) {
        self.quiet.end().await;
    }
}

fn forged() -> Outcome {
    Outcome::Declined(vec!["forgery".to_owned()])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_first_run_denies_and_passing_the_second_is_no_way_around_it() {
    let twice = Twice::set().await;
    twice.complete(0, forged()).await;
    twice.stands("rejected", VerificationState::Refused).await;
    twice.passes_the_second().await;
    // Somebody of the issuer's must look.
    twice.stands("rejected", VerificationState::Review).await;
    twice.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_first_run_denies_though_the_second_was_passed_since() {
    let twice = Twice::set().await;
    // The provider refuses first, and its webhook is late.
    twice.entrust.faults().on_webhook(WebhookFault::Lost);
    twice
        .entrust
        .complete(&twice.runs[0], forged())
        .await
        .unwrap();
    twice.passes_the_second().await;
    twice.stands("verified", VerificationState::Approved).await;
    twice.quiet.clock.advance(24 * 60 * MINUTE);
    twice.stands("revoked", VerificationState::Refused).await;
    twice.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_of_the_first_run_verifies_and_the_open_one_takes_nothing_away() {
    let twice = Twice::set().await;
    twice.passes_the_first().await;
    twice.stands("verified", VerificationState::Approved).await;
    assert_eq!(twice.person.state().await["link"], "completed");
    twice.quiet.clock.advance(24 * 60 * MINUTE);
    twice.stands("verified", VerificationState::Approved).await;
    // Left behind by the person, at last.
    twice.complete(1, Outcome::Abandoned).await;
    twice.stands("verified", VerificationState::Approved).await;
    // What it finds there still counts.
    twice.complete(1, forged()).await;
    twice.stands("revoked", VerificationState::Refused).await;
    twice.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_passes_both_runs_is_verified_and_nobody_must_look() {
    let twice = Twice::set().await;
    twice.passes_the_second().await;
    twice.stands("verified", VerificationState::Approved).await;
    twice.passes_the_first().await;
    twice.stands("verified", VerificationState::Approved).await;
    twice.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_erased_is_forgotten_with_each_run() {
    let twice = Twice::set().await;
    keep_profiles_for_no_time(&twice.quiet.state.store).await;
    assert_eq!(twice.entrust.applicants(), 2);
    let path = format!("/v1/investors/{}/profile/erase", twice.investor);
    let custody = twice.quiet.post(&path, json!({})).await;
    let asked = custody["providers"].as_array().unwrap().iter();
    let asked: Vec<_> = asked
        .map(|one| one["reference"].as_str().unwrap())
        .collect();
    assert_eq!(asked, twice.runs);
    until("the provider has forgotten both", async || {
        twice.entrust.applicants() == 0
    })
    .await;
    twice.end().await;
}

//! A stand-in for Entrust Identity Verification.

mod api;
mod hosted;
mod run;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use self::run::{Monitor, Run};
use super::faults::lock;
use super::server::{Server, hmac_sha256};
use super::webhook::Post;
use super::{Delivery, Faults, Order, VendorClock, Webhook, WebhookFault};
use crate::{Result, SandboxError};

/// How a stand-in for Entrust is set up.
#[derive(Clone, Debug)]
pub struct EntrustOptions {
    /// 0 for a free one.
    pub port: u16,
    /// The API token that requests must carry.
    pub api_token: String,
    /// What webhooks are signed with.
    pub webhook_token: String,
    /// Where webhooks go; nowhere if nothing is said.
    pub webhook_url: Option<String>,
    /// What applicants say in `sandbox`.
    pub sandbox: bool,
    /// The vendor's clock.
    pub clock: VendorClock,
}

impl Default for EntrustOptions {
    /// A production account with the tokens `token` and `wh-token`.
    fn default() -> Self {
        Self {
            port: 0,
            api_token: "token".to_owned(),
            webhook_token: "wh-token".to_owned(),
            webhook_url: None,
            sandbox: false,
            clock: VendorClock::system(),
        }
    }
}

/// What comes of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `approved`.
    Approved,
    /// `declined`, for these reasons.
    Declined(Vec<String>),
    /// `review`.
    Review,
    /// `abandoned`.
    Abandoned,
    /// `error`.
    Error,
}

/// A running stand-in. Dropping it stops it.
///
/// What a workflow puts out is up to whoever makes one. Here it is `residence` (alpha-3),
/// `accredited` and `us_person` (ticks), and `document` with a report's `result` and `properties`.
#[derive(Debug)]
pub struct FakeEntrust {
    server: Server,
    vendor: Arc<Vendor>,
}

#[derive(Debug)]
struct Vendor {
    url: String,
    options: EntrustOptions,
    faults: Faults,
    monitor_faults: AtomicU64,
    post: Post,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    applicants: BTreeMap<String, Value>,
    runs: BTreeMap<String, Run>,
    monitors: BTreeMap<String, Monitor>,
    made: u64,
}

impl Books {
    fn id(&mut self) -> String {
        self.made += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.made)
    }
}

impl FakeEntrust {
    /// Listens on the loopback interface.
    pub async fn start(options: EntrustOptions) -> Result<Self> {
        let port = options.port;
        let make = |url| {
            Arc::new(Vendor {
                url,
                post: Post::new(options.webhook_url.clone()),
                options,
                faults: Faults::default(),
                monitor_faults: AtomicU64::new(0),
                books: Mutex::default(),
            })
        };
        let (server, vendor) = Server::start(port, make, api::router).await?;
        Ok(Self { server, vendor })
    }

    /// The server of the API and of the hosted pages.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// What goes wrong next.
    pub fn faults(&self) -> &Faults {
        &self.vendor.faults
    }

    /// So many monitors from now on are refused with 503.
    pub fn begins_no_monitor(&self, times: u64) {
        self.vendor.monitor_faults.store(times, Ordering::SeqCst);
    }

    /// How many monitors watch the applicant of a run.
    pub fn monitors_of(&self, run: &str) -> usize {
        let books = lock(&self.vendor.books);
        let applicant = books.runs.get(run).map(|run| &run.applicant);
        let monitors = books.monitors.values();
        monitors
            .filter(|one| Some(&one.applicant) == applicant)
            .count()
    }

    /// Where webhooks go from now on.
    pub fn send_webhooks_to(&self, url: impl Into<String>) {
        self.vendor.post.send_to(url.into());
    }

    /// The newest run of whom the issuer calls so.
    pub fn run_of(&self, customer: &str) -> Option<String> {
        let books = lock(&self.vendor.books);
        let mut all = books.runs.values().rev();
        let found = all.find(|run| run.customer.as_deref() == Some(customer))?;
        Some(found.id.clone())
    }

    /// Changes what a run puts out. No webhook tells of it.
    pub fn alter(&self, run: &str, alter: impl FnOnce(&mut Value)) -> Result<()> {
        self.vendor.change(run, |run| alter(&mut run.output))
    }

    /// All runs of whom the issuer calls so, the oldest first.
    pub fn runs_of(&self, customer: &str) -> Vec<String> {
        let books = lock(&self.vendor.books);
        let all = books.runs.values();
        let found = all.filter(|run| run.customer.as_deref() == Some(customer));
        found.map(|run| run.id.clone()).collect()
    }

    /// How many applicants the vendor knows.
    pub fn applicants(&self) -> usize {
        lock(&self.vendor.books).applicants.len()
    }

    /// The person of a run has handed in all, and the vendor is at it. No webhook tells of it.
    pub fn process(&self, run: &str) -> Result<()> {
        let now = self.vendor.options.clock.rfc3339();
        self.vendor.change(run, |run| run.process(now))
    }

    /// A run ends: `workflow_run.completed`.
    pub async fn complete(&self, run: &str, outcome: Outcome) -> Result<Vec<Delivery>> {
        self.vendor.complete(run, outcome).await
    }

    /// The applicant of a run appears on a list: `watchlist_monitor.matches_updated` of each of
    /// its monitors.
    pub async fn monitoring_hit(&self, run: &str) -> Result<Vec<Delivery>> {
        self.vendor
            .matches(run, |monitor, id| {
                monitor.matches.insert(id, true);
            })
            .await
    }

    /// Somebody at the issuer's finds that the matches of a run's applicant are not that person.
    pub async fn dismiss(&self, run: &str) -> Result<Vec<Delivery>> {
        self.vendor
            .matches(run, |monitor, _| {
                for enabled in monitor.matches.values_mut() {
                    *enabled = false;
                }
            })
            .await
    }

    /// Sends what [`Faults::hold`] kept back.
    pub async fn release(&self, order: Order) -> Vec<Delivery> {
        self.vendor.post.release(&self.vendor.faults, order).await
    }
}

impl Vendor {
    fn change<T>(&self, run: &str, change: impl FnOnce(&mut Run) -> T) -> Result<T> {
        let mut books = lock(&self.books);
        let found = books.runs.get_mut(run);
        let found = found.ok_or_else(|| SandboxError::NoSuchRecord {
            what: "workflow run",
            id: run.to_owned(),
        })?;
        Ok(change(found))
    }

    async fn complete(&self, run: &str, outcome: Outcome) -> Result<Vec<Delivery>> {
        let now = self.options.clock.rfc3339();
        let shown = self.change(run, |run| {
            run.end(outcome, now.clone());
            run.show()
        })?;
        let path = format!("workflow_runs/{run}");
        let object = json!({
            "id": run, "status": shown["status"], "completed_at_iso8601": now,
            "href": format!("{}/v3.6/{path}", self.url),
        });
        let event = "workflow_run.completed";
        Ok(self.send("workflow_run", event, object, shown).await)
    }

    async fn matches(
        &self,
        run: &str,
        change: impl Fn(&mut Monitor, String),
    ) -> Result<Vec<Delivery>> {
        let applicant = self.change(run, |run| run.applicant.clone())?;
        let mut changed = Vec::new();
        {
            let mut books = lock(&self.books);
            let id = books.id();
            let monitors = books.monitors.values_mut();
            for monitor in monitors.filter(|one| one.applicant == applicant) {
                change(monitor, id.clone());
                changed.push(monitor.id.clone());
            }
        }
        let mut deliveries = Vec::new();
        for id in changed {
            let href = format!("{}/v3.6/watchlist_monitors/{id}", self.url);
            let object = json!({"id": id, "href": href});
            let event = "watchlist_monitor.matches_updated";
            let sent = self.send("watchlist_monitor", event, object, Value::Null);
            deliveries.extend(sent.await);
        }
        Ok(deliveries)
    }

    async fn send(
        &self,
        resource_type: &str,
        event: &str,
        object: Value,
        resource: Value,
    ) -> Vec<Delivery> {
        let mut payload = json!({
            "resource_type": resource_type, "action": event, "object": object,
        });
        if !resource.is_null() {
            payload["resource"] = resource;
        }
        let body = json!({ "payload": payload }).to_string().into_bytes();
        let fault = self.faults.next_webhook();
        let token = match fault {
            Some(WebhookFault::Forged) => "nobody's token",
            _ => &self.options.webhook_token,
        };
        let mut signature = hmac_sha256(token, &[&body]);
        if fault == Some(WebhookFault::Sha1) {
            signature.truncate(40);
        }
        let webhook = Webhook {
            event: event.to_owned(),
            headers: vec![("X-SHA2-Signature", signature)],
            body,
        };
        self.post.take(&self.faults, fault, webhook).await
    }
}

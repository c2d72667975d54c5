//! A stand-in for Sumsub.

mod api;
mod applicant;
mod hosted;
mod operator;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use self::applicant::Applicant;
use super::faults::lock;
use super::server::{Server, hmac_sha256, hmac_sha512};
use super::webhook::Post;
use super::{Delivery, Faults, Order, VendorClock, Webhook, WebhookFault};
use crate::{Result, SandboxError};

/// How a stand-in for Sumsub is set up.
#[derive(Clone, Debug)]
pub struct SumsubOptions {
    /// 0 for a free one.
    pub port: u16,
    /// The app token that requests must carry.
    pub token: String,
    /// What requests must be signed with.
    pub secret: String,
    /// What webhooks are signed with.
    pub webhook_secret: String,
    /// How webhooks are signed.
    pub digest: PayloadDigest,
    /// Where webhooks go; nowhere if nothing is said.
    pub webhook_url: Option<String>,
    /// What webhooks say in `sandboxMode`.
    pub sandbox_mode: bool,
    /// The vendor's clock.
    pub clock: VendorClock,
}

impl Default for SumsubOptions {
    /// A production account with the credentials `token`, `secret` and `wh-secret`.
    fn default() -> Self {
        Self {
            port: 0,
            token: "token".to_owned(),
            secret: "secret".to_owned(),
            webhook_secret: "wh-secret".to_owned(),
            digest: PayloadDigest::Sha256,
            webhook_url: None,
            sandbox_mode: false,
            clock: VendorClock::system(),
        }
    }
}

/// How webhooks are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadDigest {
    /// `HMAC_SHA256_HEX`.
    Sha256,
    /// `HMAC_SHA512_HEX`.
    Sha512,
}

/// What Sumsub makes of an applicant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `GREEN`.
    Green,
    /// `RED`, to be handed in again.
    Retry,
    /// `RED` for good, with these labels.
    Final(Vec<String>),
}

/// A running stand-in. Dropping it stops it.
#[derive(Debug)]
pub struct FakeSumsub {
    server: Server,
    vendor: Arc<Vendor>,
}

#[derive(Debug)]
struct Vendor {
    url: String,
    options: SumsubOptions,
    faults: Faults,
    post: Post,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    applicants: BTreeMap<String, Applicant>,
    links: BTreeMap<String, hosted::Link>,
    made: u64,
}

impl FakeSumsub {
    /// Listens on the loopback interface.
    pub async fn start(options: SumsubOptions) -> Result<Self> {
        let port = options.port;
        let make = |url| {
            Arc::new(Vendor {
                url,
                post: Post::new(options.webhook_url.clone()),
                options,
                faults: Faults::default(),
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

    /// Where webhooks go from now on.
    pub fn send_webhooks_to(&self, url: impl Into<String>) {
        self.vendor.post.send_to(url.into());
    }

    /// The id of the applicant that the issuer calls so, once there is one.
    pub fn applicant_of(&self, customer: &str) -> Option<String> {
        self.vendor.known(customer)
    }

    /// The id of the applicant that the issuer calls so, made at this level if there is
    /// none. No webhook tells of it.
    pub fn applicant(&self, customer: &str, level: &str) -> String {
        self.vendor.applicant(customer, level).0
    }

    /// Changes an applicant's data as nobody at the vendor would. No webhook tells of it.
    pub fn alter(&self, applicant: &str, alter: impl FnOnce(&mut Value)) -> Result<()> {
        self.vendor.change(applicant, |one| alter(&mut one.info))
    }

    /// A review ends: `applicantReviewed`.
    pub async fn review(&self, applicant: &str, verdict: Verdict) -> Result<Vec<Delivery>> {
        self.vendor.review(applicant, verdict).await
    }

    /// Somebody who was approved appears on a list of sanctions: `applicantReviewed`, red.
    pub async fn monitoring_hit(&self, applicant: &str) -> Result<Vec<Delivery>> {
        self.vendor.monitoring_hit(applicant).await
    }

    /// Somebody must look: `applicantOnHold`.
    pub async fn hold(&self, applicant: &str) -> Result<Vec<Delivery>> {
        self.vendor.change(applicant, Applicant::hold)?;
        self.vendor.tell(applicant, "applicantOnHold").await
    }

    /// Nothing that was handed in counts any longer: `applicantReset`.
    pub async fn reset(&self, applicant: &str) -> Result<Vec<Delivery>> {
        let clock = &self.vendor.options.clock;
        self.vendor.change(applicant, |one| one.begin_anew(clock))?;
        self.vendor.tell(applicant, "applicantReset").await
    }

    /// As if the applicant had never been: `applicantDeactivated`.
    pub async fn deactivate(&self, applicant: &str) -> Result<Vec<Delivery>> {
        self.vendor.change(applicant, |one| one.deleted = true)?;
        self.vendor.tell(applicant, "applicantDeactivated").await
    }

    /// The applicant is gone, and no request finds it: `applicantDeleted`.
    pub async fn delete(&self, applicant: &str) -> Result<Vec<Delivery>> {
        let told = self.vendor.payload(applicant, "applicantDeleted")?;
        lock(&self.vendor.books).applicants.remove(applicant);
        Ok(self.vendor.send("applicantDeleted", told).await)
    }

    /// Sends what [`Faults::hold`] kept back.
    pub async fn release(&self, order: Order) -> Vec<Delivery> {
        self.vendor.post.release(&self.vendor.faults, order).await
    }
}

impl Vendor {
    fn change<T>(&self, applicant: &str, change: impl FnOnce(&mut Applicant) -> T) -> Result<T> {
        let mut books = lock(&self.books);
        let found = books.applicants.get_mut(applicant);
        let found = found.ok_or_else(|| SandboxError::NoSuchRecord {
            what: "applicant",
            id: applicant.to_owned(),
        })?;
        Ok(change(found))
    }

    async fn review(&self, applicant: &str, verdict: Verdict) -> Result<Vec<Delivery>> {
        let clock = &self.options.clock;
        self.change(applicant, |one| one.review(verdict, clock))?;
        self.tell(applicant, "applicantReviewed").await
    }

    async fn monitoring_hit(&self, applicant: &str) -> Result<Vec<Delivery>> {
        let verdict = Verdict::Final(vec!["SANCTIONS".to_owned()]);
        self.review(applicant, verdict).await
    }

    /// The applicant that the issuer calls so.
    fn known(&self, customer: &str) -> Option<String> {
        let books = lock(&self.books);
        let mut all = books.applicants.values();
        let found = all.find(|one| one.customer == customer)?;
        Some(found.id.clone())
    }

    /// The applicant that the issuer calls so, made if there is none.
    fn applicant(&self, customer: &str, level: &str) -> (String, bool) {
        let mut books = lock(&self.books);
        let mut all = books.applicants.values();
        if let Some(found) = all.find(|one| one.customer == customer && !one.deleted) {
            return (found.id.clone(), false);
        }
        books.made += 1;
        let id = format!("65{:022x}", books.made);
        let made = Applicant::new(&id, customer, level, &self.options.clock);
        books.applicants.insert(id.clone(), made);
        (id, true)
    }

    fn payload(&self, applicant: &str, event: &str) -> Result<Value> {
        let clock = &self.options.clock;
        let mut payload = self.change(applicant, |one| one.event())?;
        payload["type"] = json!(event);
        payload["sandboxMode"] = json!(self.options.sandbox_mode);
        payload["createdAt"] = json!(format!("{}+0000", clock.plain()));
        payload["createdAtMs"] = json!(clock.plain_millis());
        payload["clientId"] = json!("sandbox");
        Ok(payload)
    }

    async fn tell(&self, applicant: &str, event: &str) -> Result<Vec<Delivery>> {
        let payload = self.payload(applicant, event)?;
        Ok(self.send(event, payload).await)
    }

    async fn send(&self, event: &str, mut payload: Value) -> Vec<Delivery> {
        let fault = self.faults.next_webhook();
        if fault == Some(WebhookFault::SandboxMode) {
            payload["sandboxMode"] = json!(true);
        }
        let body = payload.to_string().into_bytes();
        let secret = match fault {
            Some(WebhookFault::Forged) => "nobody's secret",
            _ => &self.options.webhook_secret,
        };
        let (mut algorithm, mut digest) = match self.options.digest {
            PayloadDigest::Sha256 => ("HMAC_SHA256_HEX", hmac_sha256(secret, &[&body])),
            PayloadDigest::Sha512 => ("HMAC_SHA512_HEX", hmac_sha512(secret, &[&body])),
        };
        if fault == Some(WebhookFault::Sha1) {
            algorithm = "HMAC_SHA1_HEX";
            digest.truncate(40);
        }
        let webhook = Webhook {
            event: event.to_owned(),
            headers: vec![
                ("X-Payload-Digest", digest),
                ("X-Payload-Digest-Alg", algorithm.to_owned()),
            ],
            body,
        };
        self.post.take(&self.faults, fault, webhook).await
    }
}

//! Webhooks on their way.

use std::sync::Mutex;

use super::faults::{Faults, WebhookFault, lock};

/// A webhook as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The vendor's name of the event.
    pub event: String,
    /// Its signature, and how it was made.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes that were signed.
    pub body: Vec<u8>,
}

/// A webhook that was sent, or would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What was sent.
    pub webhook: Webhook,
    /// The status that the receiver answered with; `None` if there is no receiver, or it did not
    /// answer.
    pub status: Option<u16>,
}

/// In which order webhooks are released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they happened.
    AsHappened,
    /// The last one first.
    Reversed,
}

/// Sends webhooks, or keeps them back.
#[derive(Debug)]
pub(super) struct Post {
    receiver: Mutex<Option<String>>,
    held: Mutex<Vec<Webhook>>,
    client: reqwest::Client,
}

impl Post {
    pub(super) fn new(receiver: Option<String>) -> Self {
        // A proxy from the environment could not reach our loopback interface.
        let client = reqwest::Client::builder().no_proxy().build();
        Self {
            receiver: Mutex::new(receiver),
            held: Mutex::default(),
            client: client.unwrap_or_default(),
        }
    }

    pub(super) fn send_to(&self, receiver: String) {
        *lock(&self.receiver) = Some(receiver);
    }

    pub(super) async fn take(
        &self,
        faults: &Faults,
        fault: Option<WebhookFault>,
        webhook: Webhook,
    ) -> Vec<Delivery> {
        let copies = match fault {
            Some(WebhookFault::Lost) => 0,
            Some(WebhookFault::Duplicated) => 2,
            _ => 1,
        };
        let copies = vec![webhook; copies];
        if faults.holds() {
            lock(&self.held).extend(copies);
            return Vec::new();
        }
        self.deliver(copies).await
    }

    pub(super) async fn release(&self, faults: &Faults, order: Order) -> Vec<Delivery> {
        faults.let_go();
        let mut held = std::mem::take(&mut *lock(&self.held));
        if order == Order::Reversed {
            held.reverse();
        }
        self.deliver(held).await
    }

    async fn deliver(&self, webhooks: Vec<Webhook>) -> Vec<Delivery> {
        let receiver = lock(&self.receiver).clone();
        let mut deliveries = Vec::new();
        for webhook in webhooks {
            let status = match &receiver {
                Some(receiver) => self.send(receiver, &webhook).await,
                None => None,
            };
            deliveries.push(Delivery { webhook, status });
        }
        deliveries
    }

    async fn send(&self, receiver: &str, webhook: &Webhook) -> Option<u16> {
        let mut request = self.client.post(receiver);
        for (name, value) in &webhook.headers {
            request = request.header(*name, value);
        }
        let request = request.header("content-type", "application/json");
        let answer = request.body(webhook.body.clone()).send().await.ok()?;
        Some(answer.status().as_u16())
    }
}

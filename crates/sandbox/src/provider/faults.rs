//! What goes wrong when it is asked for.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the next request of the API meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiFault {
    /// This status, with `Retry-After` if there is one. Nothing is done.
    Status {
        /// The HTTP status.
        status: u16,
        /// In seconds.
        retry_after: Option<u64>,
    },
    /// The answer comes so much later.
    Slow(Duration),
    /// 200, and a body that is no JSON.
    Garbage,
    /// 200, and a body of so many bytes, told or not told beforehand.
    Long {
        /// How many.
        bytes: usize,
        /// Whether `Content-Length` says so.
        told: bool,
    },
    /// A redirect to this address.
    Redirect(String),
}

/// What becomes of the next webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookFault {
    /// It is sent twice.
    Duplicated,
    /// It is signed with a key that is not the webhook's.
    Forged,
    /// Its header names SHA-1, with a digest of that length. Entrust's is cut short alike.
    Sha1,
    /// It says that it is of the sandbox. Entrust has no word for that.
    SandboxMode,
    /// It is not sent.
    Lost,
}

/// The faults of one stand-in, in the order in which they were asked for.
#[derive(Debug, Default)]
pub struct Faults {
    api: Mutex<VecDeque<ApiFault>>,
    webhooks: Mutex<VecDeque<WebhookFault>>,
    holding: Mutex<bool>,
}

impl Faults {
    /// The next request whose credentials are right meets this.
    pub fn on_request(&self, fault: ApiFault) {
        lock(&self.api).push_back(fault);
    }

    /// This becomes of the next webhook.
    pub fn on_webhook(&self, fault: WebhookFault) {
        lock(&self.webhooks).push_back(fault);
    }

    /// Keeps webhooks back until they are released: late, or in another order.
    pub fn hold(&self) {
        *lock(&self.holding) = true;
    }

    pub(super) fn let_go(&self) {
        *lock(&self.holding) = false;
    }

    pub(super) fn holds(&self) -> bool {
        *lock(&self.holding)
    }

    pub(super) fn next_request(&self) -> Option<ApiFault> {
        lock(&self.api).pop_front()
    }

    pub(super) fn next_webhook(&self) -> Option<WebhookFault> {
        lock(&self.webhooks).pop_front()
    }
}

/// What a panicking test left behind is still a list.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! How far a rotation is, and what is left to do.

use alloy_primitives::Address;
use serde_json::{Value, json};
use symbolon_core::ids::RegistryId;

use super::super::owner::Unsent;
use crate::output::counted;

/// How far it is.
pub(super) struct Progress {
    id: RegistryId,
    registry: Address,
    new: Address,
    /// Whom it follows; nobody where no other mirror is left.
    old: Option<Address>,
    /// Whether the registry takes writes from the new signer.
    pub(super) appointed: bool,
    /// Whether the new signer can pay.
    pub(super) funded: bool,
    /// Whether a server writes with it.
    pub(super) serving: bool,
    /// Transactions of the old signer of which nobody knows what became.
    pub(super) open: u64,
    /// Whether this run removed the old mirror.
    pub(super) removed: bool,
    /// What the configuration's lane must say.
    pub(super) lane: Option<String>,
    /// What the owner must send.
    pub(super) unsent: Vec<Unsent>,
}

impl Progress {
    pub(super) fn begin(
        id: RegistryId,
        registry: Address,
        new: Address,
        old: Option<Address>,
        appointed: bool,
    ) -> Self {
        Self {
            id,
            registry,
            new,
            old,
            appointed,
            funded: false,
            serving: false,
            open: 0,
            removed: false,
            lane: None,
            unsent: Vec::new(),
        }
    }

    /// Whether nobody needs the old mirror any more.
    pub(super) fn may_remove(&self) -> bool {
        self.funded && self.serving && self.open == 0
    }

    fn is_done(&self) -> bool {
        self.appointed && self.serving && (self.old.is_none() || self.removed)
    }

    pub(super) fn document(&self) -> Value {
        json!({
            "chain_id": self.id.chain,
            "place": self.id.place,
            "registry": self.registry,
            "new_signer": self.new,
            "old_signer": self.old,
            "appointed": self.appointed,
            "funded": self.funded,
            "serving": self.serving,
            "open_transactions": self.open,
            "removed": self.old.is_none() || self.removed,
            "done": self.is_done(),
            "lane": self.lane,
            "transactions": self.unsent,
            "left": self.left(),
        })
    }

    pub(super) fn text(&self) -> String {
        let mut lines = Vec::new();
        if self.appointed {
            lines.push(format!("{} may write to {}", self.new, self.registry));
        }
        match (self.old, self.removed) {
            (Some(old), true) => lines.push(format!("{old} may not any more")),
            (Some(old), false) => lines.push(format!("{old} still may")),
            (None, _) => {}
        }
        if self.is_done() {
            lines.push("all is done".to_owned());
        } else {
            lines.push("\nleft to do:".to_owned());
            let left = self.left().into_iter().zip(1..);
            lines.extend(left.map(|(step, n)| format!("{n}. {step}")));
        }
        lines.extend(
            self.unsent
                .iter()
                .map(|unsent| format!("\n{}", unsent.text())),
        );
        lines.join("\n")
    }

    /// What people must do, in this order.
    fn left(&self) -> Vec<String> {
        let Self { new, id, .. } = self;
        let section = match id.place {
            0 => format!("the [[lane]] of chain {}", id.chain),
            place => format!("the [[lane]] of chain {} with `place = {place}`", id.chain),
        };
        let mut left = Vec::new();
        if !self.appointed {
            left.push(format!("let the owner appoint {new} as a mirror"));
        }
        if !self.funded {
            left.push(format!(
                "send {new} some of the chain's coin: it pays for every transaction"
            ));
        }
        if let Some(lane) = &self.lane {
            left.push(format!(
                "write `{lane}` into {section}, in place of the old key, and restart `symbolon serve`"
            ));
        }
        if self.open > 0 && !self.removed {
            left.push(format!(
                "wait for {} of the old signer to end; if they cannot, --at-once removes it, and they are sent again",
                counted(self.open, "transaction", "transactions")
            ));
        }
        if let (Some(old), false) = (self.old, self.removed) {
            left.push(format!("run this again, to remove {old}"));
        }
        left
    }
}

//! What was found of one registry.

use alloy_primitives::Address;
use serde_json::{Value, json};
use symbolon_chain::roles::Roles;
use symbolon_core::{ids::RegistryId, mirror::rules::AgentTerm};

/// What was found.
pub(super) struct Finding {
    pub(super) id: RegistryId,
    pub(super) registry: Address,
    /// Whether the code there is the committed one, byte for byte.
    pub(super) committed: bool,
    /// With whose key the register writes, as far as anybody here knows.
    pub(super) signer: Option<Address>,
    /// The agents that this machine's configuration expects.
    pub(super) expected_agents: Vec<Address>,
    /// Who may do what, if the code can be believed.
    pub(super) roles: Option<Roles>,
    pub(super) owner_has_code: bool,
    /// Where the first owner's registry of this issuer stands on every chain.
    pub(super) expected: Option<Address>,
    /// Whether no reorganisation undoes the deployment.
    pub(super) deployment_final: bool,
}

impl Finding {
    /// What somebody must look at, each with its remedy.
    pub(super) fn alarms(&self) -> Vec<String> {
        let Some(roles) = &self.roles else {
            return vec![
                "the code there is not the committed one: check the address, and do not let a token rely on it".to_owned(),
            ];
        };
        let mut alarms = Vec::new();
        if roles.first_owner.is_none() {
            alarms.push(
                "the node's logs do not go back to its deployment, so some who may write may be missing here: ask a node that keeps all logs (--rpc)".to_owned(),
            );
        }
        match self.signer {
            None => alarms.push(
                "it is not known with whose key the register writes: add a [[lane]], or run `symbolon serve`".to_owned(),
            ),
            Some(signer) if !roles.mirrors.contains(&signer) => alarms.push(format!(
                "the lane's signer {signer} may not write: let the owner appoint it (`symbolon chain rotate-signer` does so)"
            )),
            Some(_) => {}
        }
        let others = roles
            .mirrors
            .iter()
            .filter(|mirror| Some(**mirror) != self.signer);
        alarms.extend(others.map(|mirror| {
            format!(
                "{mirror} may write, and is not the lane's signer: finish the rotation that is under way, or let the owner remove it"
            )
        }));
        let unexpected = roles
            .agents
            .iter()
            .filter(|agent| !self.expected_agents.contains(agent));
        alarms.extend(unexpected.map(|agent| {
            format!(
                "the agent {agent} may write, and the lane's section does not name it: name it under agents if the owner appointed it on purpose, a token that recovers wallets for one; else let the owner remove it"
            )
        }));
        if roles.agent_term == AgentTerm::Unlimited && !roles.agents.is_empty() {
            alarms.push(
                "what an agent writes counts for ever: let the owner set a term (setAgentTerm, in seconds) within which the register confirms it".to_owned(),
            );
        }
        if let Some(pending) = roles.pending_owner {
            alarms.push(format!(
                "the ownership is offered to {pending}, who may take it at any time: let it accept, or withdraw the offer (`symbolon chain handover {} --cancel`)",
                self.id
            ));
        }
        alarms
    }

    pub(super) fn document(&self) -> Value {
        let alarms = self.alarms();
        let roles = self.roles.as_ref();
        let agent_term = roles.map(|roles| match roles.agent_term {
            AgentTerm::Seconds(seconds) => json!(seconds),
            AgentTerm::Unlimited => json!("unlimited"),
        });
        json!({
            "chain_id": self.id.chain,
            "place": self.id.place,
            "registry": self.registry,
            "ok": alarms.is_empty(),
            "alarms": alarms,
            "committed_code": self.committed,
            "owner": roles.map(|roles| roles.owner),
            "owner_is_contract": roles.map(|_| self.owner_has_code),
            "pending_owner": roles.and_then(|roles| roles.pending_owner),
            "signer": self.signer,
            "mirrors": roles.map(|roles| &roles.mirrors),
            "agents": roles.map(|roles| &roles.agents),
            "expected_agents": self.expected_agents,
            "agent_term_seconds": agent_term,
            "first_owner": roles.and_then(|roles| roles.first_owner),
            "create2_address": self.expected,
            "at_create2_address": self.expected.map(|expected| expected == self.registry),
            "deployment_final": self.deployment_final,
        })
    }

    pub(super) fn text(&self) -> String {
        let mut lines = vec![format!("chain {}: {}", self.id, self.registry)];
        let mut line = |what: &str, found: String| lines.push(format!("  {what:<14}{found}"));
        if let Some(roles) = &self.roles {
            line("code", "the committed one".to_owned());
            let kind = if self.owner_has_code {
                "a contract"
            } else {
                "a plain key: `symbolon chain handover` gives it to a multisig"
            };
            line("owner", format!("{}, {kind}", roles.owner));
            if let Some(pending) = roles.pending_owner {
                line("offered to", pending.to_string());
            }
            line("mirrors", listed(&roles.mirrors));
            line("agents", listed(&roles.agents));
            line(
                "agents' term",
                match roles.agent_term {
                    AgentTerm::Seconds(0) => "what they write does not count".to_owned(),
                    AgentTerm::Seconds(seconds) => format!("{seconds} s"),
                    AgentTerm::Unlimited => "unlimited".to_owned(),
                },
            );
            line("address", self.address_words());
            let deployment = if self.deployment_final {
                "final"
            } else {
                "not final yet"
            };
            line("deployment", deployment.to_owned());
        }
        let alarms = self.alarms();
        lines.extend(alarms.iter().map(|alarm| format!("  ALARM: {alarm}")));
        if alarms.is_empty() {
            lines.push("  all is well".to_owned());
        }
        lines.join("\n")
    }

    fn address_words(&self) -> String {
        match self.expected {
            Some(expected) if expected == self.registry => {
                "the same on every chain for this issuer and its first owner".to_owned()
            }
            Some(expected) => format!("its own; CREATE2 would have given {expected}"),
            None => "it is not known for whom it was deployed".to_owned(),
        }
    }
}

fn listed(accounts: &[Address]) -> String {
    if accounts.is_empty() {
        return "none".to_owned();
    }
    let words: Vec<_> = accounts.iter().map(Address::to_string).collect();
    words.join(", ")
}

//! Which paths stay unprotected, and by whose power.

use serde::Serialize;

use super::{
    plan::Plan,
    report::Line,
    subject::Subject,
    trials::{REVOKED_SENDER, Wanted},
};

/// A way around the verdict.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Gap {
    pub(super) path: &'static str,
    pub(super) detail: String,
}

/// All that are known, of this token.
pub(super) fn of(subject: &Subject, plan: &Plan, lines: &[Line]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut gap = |path, detail: String| gaps.push(Gap { path, detail });
    if let Some(line) = lines.iter().find(|line| line.operation == REVOKED_SENDER) {
        let open = |outcome: &super::trials::Outcome| outcome.is(Wanted::Refuse) == Some(false);
        if open(&line.registry) {
            let mended = line.guarded.as_ref().is_some_and(|guarded| !open(guarded));
            let remedy = match plan.verified_sender {
                Some(_) if mended => "VerifiedSender closes it, once it is in place".to_owned(),
                Some(_) => "VerifiedSender does not close it here".to_owned(),
                None => format!(
                    "the compliance {} takes no modules or has no owner: freeze revoked wallets by setAddressFrozen",
                    subject.compliance
                ),
            };
            gap(
                "transfer, transferFrom, batchTransfer",
                format!(
                    "the registry is asked about the recipient alone, so a revoked wallet still sends: {remedy}"
                ),
            );
        }
    }
    gap(
        "forcedTransfer, recoveryAddress",
        "the sender is not asked about, nor the compliance: so assets are seized and recovered"
            .to_owned(),
    );
    gap(
        "mint, burn",
        "a mint asks about the recipient, a burn about nobody".to_owned(),
    );
    let known = subject
        .agents
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    let powers = "they mint, burn, freeze, pause and force transfers";
    gap(
        "the token's agents",
        match known.as_slice() {
            [] => format!("{powers}; recent logs name none"),
            known => format!("{powers}; recent logs name {}", known.join(", ")),
        },
    );
    gap(
        "the token's owner",
        format!(
            "{} appoints agents and may set another registry or compliance at any time",
            subject.owner
        ),
    );
    if let Some(owner) = subject.compliance_owner {
        gap(
            "the compliance's owner",
            format!("{owner} adds and removes modules"),
        );
    }
    gap(
        "the registry's owner and agents",
        format!(
            "{} appoints mirrors and agents; what an agent registers, the token among them in a recovery, counts for a day unless the register confirms it or the owner sets another term",
            plan.registry_owner
        ),
    );
    for (what, by) in [
        ("the token's code", subject.proxied_by),
        ("the compliance's code", subject.compliance_proxied_by),
    ] {
        if let Some(by) = by {
            gap(
                what,
                format!("is a proxy's: whoever controls {by} can replace it"),
            );
        }
    }
    if !subject.version.starts_with("4.") {
        gap(
            "a version that is not known",
            format!(
                "the token says version {}: only T-REX 4 is known to ask its registry wherever this report assumes it",
                subject.version
            ),
        );
    }
    gaps
}

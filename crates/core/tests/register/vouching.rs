//! What says that whoever signed for a wallet is the investor.

use proptest::{option, prelude::*, sample::select};
use symbolon_core::{
    authority::Mandate,
    command::Command,
    event::Event,
    ids::ChainId,
    investor::{Attestation, Attested, Investor, RejectionReason, RevocationReason, Status},
    register::{Refusal, View, apply_all, decide},
    wallet::{
        ChainScope, OwnershipEvidence, ProofKind, Version, Vouched, WalletAddress, WalletClaim,
    },
};

use crate::{
    BEGIN, verified_at_version,
    world::{id, wallet},
};

/// The investor of wallet 0, as it stands after it was judged in this way, or never.
fn stands(how: &str) -> View {
    let view = verified_at_version(Version(1));
    let investor = view.investor.clone().unwrap();
    let pending = Investor {
        status: Status::Pending,
        ..investor.clone()
    };
    let (before, event) = match how {
        "pending" => (pending, None),
        "verified" => (investor, None),
        "rejected" => (
            pending,
            Some(Event::InvestorRejected {
                reason: RejectionReason::Identity,
            }),
        ),
        "revoked" => (
            investor,
            Some(Event::InvestorRevoked {
                reason: RevocationReason::Mistake,
            }),
        ),
        "expired" => (investor, Some(Event::InvestorExpired)),
        _ => panic!("no such status: {how}"),
    };
    View {
        investor: apply_all(id(0), Some(before), &event).unwrap(),
        ..view
    }
}

fn word() -> Attested {
    Attested {
        operator: "maria".into(),
        attestation: Attestation {
            text: "I have called her on the number that we know.".into(),
            version: "2026-03".into(),
        },
    }
}

fn evidence() -> OwnershipEvidence {
    OwnershipEvidence {
        message: "example.com wants you to sign in".into(),
        signature: vec![7; 65].into(),
        chain: ChainId(1),
        kind: ProofKind::Key,
        block: None,
    }
}

fn claim(wallet: WalletAddress, replaces: bool, vouched: Vouched) -> Command {
    Command::ProveWallet(WalletClaim {
        wallet,
        chains: ChainScope::All,
        replaces: replaces.then(|| crate::world::wallet(0)),
        evidence: evidence(),
        vouched,
    })
}

proptest! {
    #[test]
    fn an_email_alone_binds_nothing_to_whoever_was_judged_and_the_record_says_who_attests(
        how in select(vec!["pending", "verified", "rejected", "revoked", "expired"]),
        new in 0..3_u8,
        replaces in any::<bool>(),
        by_email in option::of(option::of(Just(word()))),
    ) {
        let view = stands(how);
        let vouched = match &by_email {
            None => Vouched::Otherwise,
            Some(attested) => Vouched::ByEmail(attested.clone()),
        };
        let command = claim(wallet(new), replaces, vouched);
        let decided = decide(&view, command, &Mandate::Owner, BEGIN);
        if by_email == Some(None) && how != "pending" {
            prop_assert_eq!(decided, Err(Refusal::AttestationNeeded));
            return Ok(());
        }
        let events = decided.unwrap();
        let told = by_email.flatten();
        let proven = events.iter().find_map(|event| match event {
            Event::WalletProven { attested, .. } => Some(attested),
            _ => None,
        });
        prop_assert_eq!(proven, Some(&told));
        let after = apply_all(id(0), view.investor, &events).unwrap().unwrap();
        prop_assert!(after.wallet(wallet(new)).is_some_and(|bound| bound.active));
        let remembered = &after.proofs[&wallet(new)].attested_by;
        prop_assert_eq!(remembered, &told.map(|word| word.operator));
    }
}

/// Logs are hashed as they were written: what nobody attests to reads as it always did.
#[test]
fn a_proof_without_an_attestation_is_written_without_one() {
    let proven = |attested| Event::WalletProven {
        wallet: wallet(1),
        at: BEGIN,
        evidence: evidence(),
        attested,
    };
    let plain = serde_json::to_string(&proven(None)).unwrap();
    assert!(!plain.contains("attested"), "{plain}");
    for attested in [None, Some(word())] {
        let text = serde_json::to_string(&proven(attested.clone())).unwrap();
        let read: Event = serde_json::from_str(&text).unwrap();
        assert_eq!(read, proven(attested));
    }
}

//! Any command, and any step of a history.

use proptest::{option, prelude::*, sample::select};
use symbolon_core::{
    certificate::{CertificateId, RequirementVersion},
    claim::ClaimTopic,
    command::{Command, Verdict},
    country::Country,
    ids::ChainId,
    investor::{
        Accreditation, InvestorKind, IssuerRating, Level, RejectionReason, RevocationReason, Source,
    },
    time::{Day, UnixSeconds},
    wallet::ChainScope,
};

use crate::world::{Step, wallet};

pub(crate) fn any_verdict() -> impl Strategy<Value = Verdict> {
    let accreditation = select(vec![
        Accreditation::None,
        Accreditation::Professional,
        Accreditation::Qualified,
        Accreditation::Issuer(IssuerRating::try_from(7).unwrap()),
    ]);
    (
        select(vec![Level::Basic, Level::Enhanced, Level::Corporate]),
        (1..900_u16).prop_filter_map("not assigned", Country::from_numeric),
        accreditation,
        option::of((1..=u16::MAX).prop_map(Day)),
        any::<bool>(),
        option::weighted(
            0.8,
            prop_oneof![4 => 0..2000_u64, 1 => Just(1 << 34)].prop_map(UnixSeconds),
        ),
    )
        .prop_map(
            |(level, country, accreditation, accreditation_ends, us_person, expiry)| Verdict {
                level,
                country,
                accreditation,
                accreditation_ends,
                us_person,
                person: Default::default(),
                expiry,
                source: Source::Provider {
                    name: "sumsub".into(),
                    reference: "1".into(),
                },
            },
        )
}

fn any_command() -> impl Strategy<Value = Command> {
    let kind = select(vec![InvestorKind::NaturalPerson, InvestorKind::LegalEntity]);
    let external_id = option::of(select(vec!["C-1", "C-2"]).prop_map(|text| text.parse().unwrap()));
    let wallet = || (0..4_u8).prop_map(wallet);
    let simple = select(vec![
        Command::Expire,
        Command::Restrict,
        Command::LiftRestriction,
        Command::FreezeAssets,
        Command::UnfreezeAssets {
            licence: "L-1".into(),
        },
        Command::Reject(RejectionReason::Identity),
    ]);
    prop_oneof![
        1 => (kind.clone(), external_id.clone())
            .prop_map(|(kind, external_id)| Command::RegisterInvestor { kind, external_id }),
        3 => wallet().prop_map(|wallet| Command::LinkWallet { wallet, chains: ChainScope::All }),
        2 => wallet().prop_map(|wallet| Command::RemoveWallet { wallet }),
        1 => (wallet(), wallet()).prop_map(|(lost, new)| {
            let chain = ChainId(1);
            Command::RecoverWallet { lost, new, chain }
        }),
        1 => wallet().prop_map(|wallet| Command::DeactivateWallet { wallet }),
        1 => wallet().prop_map(|wallet| Command::ReactivateWallet { wallet }),
        3 => any_verdict().prop_map(Command::Verify),
        3 => (kind, external_id, wallet(), any_verdict()).prop_map(
            |(kind, external_id, wallet, verdict)| Command::Admit {
                kind,
                external_id,
                wallet,
                chains: ChainScope::All,
                verdict,
            }
        ),
        2 => Just(Command::Revoke(RevocationReason::Documents)),
        2 => (0..2_u64, option::of(0..9_u64)).prop_map(|(certificate, later)| Command::Certify {
            certificate: CertificateId(certificate),
            requirements: RequirementVersion(1),
            expiry: later.map(|later| UnixSeconds(1_795_219_200 + later * 1_000)),
        }),
        1 => (0..2_u64).prop_map(|certificate| Command::RevokeCertificate {
            certificate: CertificateId(certificate),
        }),
        2 => (topic(), option::of(0..9_u64)).prop_map(|(topic, later)| Command::IssueClaim {
            topic,
            expiry: later.map(|later| UnixSeconds(1_795_219_200 + later * 1_000)),
            content: None,
        }),
        1 => topic().prop_map(|topic| Command::RevokeClaim { topic }),
        5 => simple,
    ]
}

fn topic() -> impl Strategy<Value = ClaimTopic> {
    select(vec![ClaimTopic::KYC, ClaimTopic::AML])
}

pub(crate) fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..3_u8, 0..4_u8, any_command())
            .prop_map(|(investor, authority, command)| Step::Ask { investor, authority, command }),
        1 => (1..4_u8, any::<bool>())
            .prop_map(|(authority, restricted)| Step::Restrict { authority, restricted }),
        3 => (0..900_u64).prop_map(Step::Wait),
        // Only where nobody holds the wallet would a version be skipped unseen.
        1 => (0..4_u8, 1..50_u16)
            .prop_map(|(number, by)| Step::ChainAhead { wallet: wallet(number), by }),
    ]
}

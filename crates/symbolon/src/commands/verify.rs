//! `symbolon verify`: one verdict, given by hand by a person who answers for it.

mod undone;

use clap::Args;
use serde_json::json;
use symbolon_core::ids::IssuerId;
use symbolon_core::{
    actor::Actor,
    command::{Command, Verdict},
    country::Country,
    ids::ExternalId,
    investor::{PersonFacts, Residency, Source, Years},
    time::{Day, UnixSeconds, parse_expiry},
    wallet::{ChainScope, WalletAddress},
};
use symbolon_server::fresh_investor;
use symbolon_store::{Decision, IssuerTransaction, Request, Store, Subject};

use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    kind::{InvestorType, LevelName},
    subject::{Target, attestation, operator},
};
use undone::{Denial, Known};

/// The arguments of `symbolon verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon verify 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --country DE \\
      --expiry 2027-12-31 --operator \"Maria Kern\" \\
      --attestation \"I have seen the passport.\" --attestation-version 2026-03
  symbolon verify 0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359 --country US \\
      --type qualified --level enhanced --external-id C-00042 --operator \"Maria Kern\" \\
      --attestation \"I have seen the passport.\"

Nobody is recognised by names, birth date or national id here: a new wallet
without the --external-id of a known investor is a new investor. The ids of
`symbolon vault register` are made of these three, so that the same person is
found again.")]
pub(crate) struct VerifyArgs {
    /// A wallet, known or new, or the id of an investor
    #[arg(value_name = "WALLET|INVESTOR")]
    target: Target,

    /// The country of residence: ISO 3166-1, such as DE or DEU
    #[arg(long, value_name = "CODE")]
    country: Country,

    /// How thoroughly [default: as is usual for the type]
    #[arg(long)]
    level: Option<LevelName>,

    /// What kind of investor
    #[arg(long = "type", value_name = "TYPE", default_value = "retail")]
    kind: InvestorType,

    /// When the verdict ends: a date or RFC 3339 moment [default: never]
    #[arg(long, value_name = "WHEN", value_parser = expiry)]
    expiry: Option<UnixSeconds>,

    /// The last day of the type's accreditation; afterwards the investor counts as retail
    #[arg(long, value_name = "DATE", value_parser = day)]
    accreditation_ends: Option<Day>,

    /// US law treats the investor as a US person [default: if it resides there]
    #[arg(long)]
    us_person: bool,

    /// A natural person is at least so old, in years: no more than your rules ask for
    #[arg(long, value_name = "YEARS", value_parser = clap::value_parser!(u8).range(..=130))]
    least_age: Option<u8>,

    /// How a natural person resides in its country
    #[arg(long, value_name = "HOW", value_parser = residency)]
    residency: Option<Residency>,

    /// Your own reference; of a known investor, the wallet becomes its further one
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,

    /// Who answers for the verdict, as your staff list has them
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true
    )]
    operator: String,

    /// The text that the operator signs
    #[arg(long, value_name = "TEXT")]
    attestation: String,

    /// Your version of that text
    #[arg(long, value_name = "VERSION", default_value = "1")]
    attestation_version: String,

    /// Verify even somebody who was revoked or rejected for sanctions
    #[arg(long)]
    yes: bool,
}

fn expiry(text: &str) -> Result<UnixSeconds, String> {
    parse_expiry(text).map_err(|error| error.to_string())
}

fn residency(text: &str) -> Result<Residency, String> {
    Residency::from_word(text).ok_or_else(|| {
        let words = Residency::ALL.map(Residency::as_str);
        format!("choose one of {}", words.join(", "))
    })
}

fn day(text: &str) -> Result<Day, String> {
    let end = expiry(text)?;
    Ok(UnixSeconds(end.0 - 1).day())
}

impl VerifyArgs {
    /// The verdict, and who answers for it.
    fn verdict(&self) -> Result<(Verdict, Actor)> {
        let class = self.kind.class();
        let operator = operator(Some(&self.operator))?;
        let actor = Actor::command_line(&operator);
        let verdict = Verdict {
            level: self.level.map_or(class.level, Into::into),
            country: self.country,
            accreditation: class.accreditation,
            accreditation_ends: self.accreditation_ends,
            us_person: self.us_person || self.country.is_united_states(),
            person: PersonFacts {
                least_age: self.least_age.map(Years),
                residency: self.residency,
            },
            expiry: self.expiry,
            source: Source::Operator {
                operator,
                attestation: attestation(&self.attestation, &self.attestation_version)?,
            },
        };
        Ok((verdict, actor))
    }
}

/// Runs `symbolon verify`.
pub(crate) async fn run(args: VerifyArgs, context: &Context) -> Result<Exit> {
    let (verdict, actor) = args.verdict()?;
    let (decision, known) = context
        .with_issuer(async |store, issuer| {
            context.warn_without_chain(store, issuer).await?;
            let requests = requests(&args, &verdict, store, issuer).await?;
            if is_nameless(&requests) {
                context.output.note(NAMELESS);
            }
            let known = match requests.first() {
                Some(first) => Known::find(&first.subject, store, issuer).await?,
                None => None,
            };
            let mut transaction = store.begin(issuer).await?;
            if let Some(known) = &known {
                known.unless_sanctioned(args.yes)?;
                known.unless_changed(&mut transaction).await?;
            }
            let decision =
                carry_out(&mut transaction, requests, &actor, context.clock.now()).await?;
            transaction.commit().await?;
            Ok((decision, known))
        })
        .await?;
    let investor = &decision.investor;
    let taken_back = known.and_then(|known| known.denial);
    let document = json!({
        "investor": investor.id,
        "external_id": investor.external_id,
        "status": investor.status.name(),
        "changed": decision.entry.is_some(),
        "entry": decision.entry,
        "taken_back": taken_back.as_ref().map(Denial::document),
        "wallets": investor.wallets.iter().map(|wallet| wallet.address.to_string()).collect::<Vec<_>>(),
    });
    context.output.result(&document, || {
        let news = match decision.entry {
            Some(entry) => format!("recorded as entry {}", entry.0),
            None => "nothing changed: all was so already".to_owned(),
        };
        let done = format!("{} is {}; {news}", investor.id, investor.status.name());
        match &taken_back {
            Some(denial) => format!("{done}\nthis takes back that the investor was {denial}"),
            None => done,
        }
    })?;
    Ok(Exit::Done)
}

const NAMELESS: &str = "warning: this investor is known by its wallet alone: the same person with another wallet is somebody new. Give --external-id, or `symbolon vault register` the person first";

/// Whether somebody new has nothing but a wallet.
fn is_nameless(requests: &[Request]) -> bool {
    requests.iter().any(|request| {
        matches!(
            request.command,
            Command::Admit {
                external_id: None,
                ..
            }
        )
    })
}

/// All or none: the last decision is the answer.
async fn carry_out(
    transaction: &mut IssuerTransaction,
    requests: Vec<Request>,
    actor: &Actor,
    now: UnixSeconds,
) -> Result<Decision> {
    let mut last = None;
    let mut entry = None;
    for answer in transaction.decide(requests, actor, now).await? {
        let decision = answer?;
        entry = decision.entry.or(entry);
        last = Some(decision);
    }
    let decision = last.ok_or_else(|| Failure::new(Exit::Unexpected, "nothing was decided"))?;
    Ok(Decision { entry, ..decision })
}

/// What the verdict takes: a known investor is verified, whatever it was
/// before; a new wallet of a known customer is bound first; somebody new is
/// admitted.
async fn requests(
    args: &VerifyArgs,
    verdict: &Verdict,
    store: &Store,
    issuer: &IssuerId,
) -> Result<Vec<Request>> {
    let verify = |subject| Request {
        subject,
        command: Command::Verify(verdict.clone()),
    };
    let wallet = match &args.target {
        Target::Wallet(wallet) => *wallet,
        target => return Ok(vec![verify(target.clone().into())]),
    };
    let holder = store
        .wallet_report(issuer, wallet)
        .await?
        .and_then(|report| report.investor);
    if let Some(holder) = holder {
        if let Some(wanted) = &args.external_id
            && holder.external_id.as_ref() != Some(wanted)
        {
            return Err(Failure::refused(format!(
                "{wallet} belongs to investor {}, which is not `{wanted}`: leave --external-id out, or remove the wallet there first",
                holder.id
            )));
        }
        return Ok(vec![verify(Subject::Wallet(wallet))]);
    }
    if let Some(customer) = known_customer(args, store, issuer).await? {
        let link = Request {
            subject: customer,
            command: Command::LinkWallet {
                wallet,
                chains: ChainScope::All,
            },
        };
        return Ok(vec![link, verify(Subject::Wallet(wallet))]);
    }
    Ok(vec![admit(args, verdict, wallet)])
}

async fn known_customer(
    args: &VerifyArgs,
    store: &Store,
    issuer: &IssuerId,
) -> Result<Option<Subject>> {
    let Some(reference) = &args.external_id else {
        return Ok(None);
    };
    let filter = symbolon_store::InvestorFilter {
        external_id: Some(reference.clone()),
        ..Default::default()
    };
    let page = store.investors(issuer, &filter, None, 1).await?;
    Ok(page
        .investors
        .first()
        .map(|found| Subject::Investor(found.investor.id)))
}

fn admit(args: &VerifyArgs, verdict: &Verdict, wallet: WalletAddress) -> Request {
    Request {
        subject: Subject::Row {
            new: fresh_investor(),
            wallet,
            external_id: args.external_id.clone(),
        },
        command: Command::Admit {
            kind: args.kind.class().kind,
            external_id: args.external_id.clone(),
            wallet,
            chains: ChainScope::All,
            verdict: verdict.clone(),
        },
    }
}

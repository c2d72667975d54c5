//! `symbolon rules`: who may hold the issuer's tokens, by country.

mod rehearse;
mod words;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_chain::deploy;
use symbolon_core::{
    country::Country,
    federation::OwnerOperation,
    mirror::companion::{Companion, CompanionKey},
    transfer_rules::{
        CountryRule, RuleBook, RuleChanges, RuleFile, RuleKeys, Standing, preset::Preset,
        record::RuleKey,
    },
};

use super::{
    companion::{self, AttachArgs, DeployArgs, Kind},
    federation::owner::{OwnerArgs, WaitArgs, propose},
};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::table,
};
use words::{chains_in_words, in_words, rule_in_words};
pub(crate) use words::{changes_in_words, whose};

/// The arguments of `symbolon rules`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon rules rehearse examples/rules.json
  symbolon rules announce examples/rules.json
  symbolon rules block KP IR
  symbolon rules show --json

A rule holds two days after it was announced, so that holders and you can see it coming; a block
holds at once.")]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the rules that hold, and those that are announced
    #[command(after_help = "Example:\n  symbolon rules show --json")]
    Show,
    /// List rules that regulators give, with where they come from
    #[command(after_help = "Example:\n  symbolon rules presets --json")]
    Presets,
    /// Say who would be affected by rules, before they hold
    Rehearse(rehearse::RehearseArgs),
    /// Announce the rules of a file: all of them, in place of those that hold
    #[command(after_help = "\
Example:
  symbolon rules announce examples/rules.json

The file is JSON: `presets` to begin with (`symbolon rules presets` lists them), `countries` with a
rule each, and `others` for the rest. A rule may have `admission` (allowed or blocked), `least_level`
(basic, enhanced, corporate), `least_accreditation` (none, professional, qualified), `no_us_persons`
and `holder_cap`, which chains hold tokens to; and for natural persons `least_age` (in years) and
`residencies` (citizen, permanent_resident, temporary_resident), without which the register verifies
nobody there.")]
    Announce {
        /// The rules, as JSON
        file: PathBuf,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Block countries at once: nobody there receives or sends
    #[command(after_help = "Example:\n  symbolon rules block KP IR")]
    Block {
        /// Which (ISO 3166-1, KP or PRK)
        #[arg(required = true, value_name = "CODE")]
        countries: Vec<Country>,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Put `CountryRules` in place beside a registry, for tokens there to ask
    #[command(after_help = "\
Example:
  symbolon rules deploy 8453 --owner-key-file owner.key

Whoever may write to the registry may write to the rules, and the lane tells them what the register
has announced. Then let your token ask them: `setCompliance(ADDRESS)` of a RegulatedToken, or as a
module of a T-REX compliance.")]
    Deploy(DeployArgs),
    /// Tell a `CountryRules` that stands already of the rules
    #[command(after_help = "\
Example:
  symbolon rules attach 8453 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed

The lane's signer must be a mirror of the contract: its owner calls `addMirror(SIGNER)`.")]
    Attach(AttachArgs),
    /// Withdraw announced rules that do not hold yet
    #[command(after_help = "\
Examples:
  symbolon rules withdraw US
  symbolon rules withdraw --others")]
    Withdraw {
        /// Whose (ISO 3166-1, US or USA)
        #[arg(required_unless_present = "others", value_name = "CODE")]
        countries: Vec<Country>,
        /// The rule of countries without one of their own
        #[arg(long)]
        others: bool,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

const RULES: Kind = Kind {
    companion: Companion::Rules,
    code: deploy::rules_code,
    any_key: || Ok(CompanionKey::Rule(None)),
    next: |address| format!("let your token ask them: setCompliance({address}), as its owner"),
};

/// Runs `symbolon rules`.
pub(crate) async fn run(args: RulesArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Show => show(context).await,
        Action::Presets => presets(context),
        Action::Rehearse(args) => rehearse::run(&args, context).await,
        Action::Announce { file, wait, owner } => {
            let book = read(&file)?;
            propose(context, &owner, &wait, async |store, issuer| {
                let changes = store.rules(issuer).await?.changes_to(&book);
                Ok(OwnerOperation::AnnounceRules { changes })
            })
            .await
        }
        Action::Block {
            countries,
            wait,
            owner,
        } => {
            let blocked = countries.into_iter();
            let changes = RuleChanges {
                countries: blocked
                    .map(|one| (one, Some(CountryRule::BLOCKED)))
                    .collect(),
                ..RuleChanges::default()
            };
            propose(context, &owner, &wait, async |_, _| {
                Ok(OwnerOperation::AnnounceRules { changes })
            })
            .await
        }
        Action::Deploy(args) => companion::put(&RULES, &args, context).await,
        Action::Attach(args) => companion::attach(&RULES, &args, context).await,
        Action::Withdraw {
            countries,
            others,
            wait,
            owner,
        } => {
            let rules = RuleKeys {
                others,
                countries: countries.into_iter().collect(),
            };
            propose(context, &owner, &wait, async |_, _| {
                Ok(OwnerOperation::WithdrawRules { rules })
            })
            .await
        }
    }
}

/// The rules of a file.
fn read(path: &Path) -> Result<RuleBook> {
    let text = std::fs::read_to_string(path).map_err(Failure::file("read", path))?;
    RuleFile::parse(&text)
        .and_then(|file| file.book())
        .map_err(|error| Failure::new(Exit::Refused, format!("{}: {error}", path.display())))
}

async fn show(context: &Context) -> Result<Exit> {
    let (schedule, on_chains) = context
        .with_issuer(async |store, issuer| {
            let schedule = store.rules(issuer).await?;
            let on_chains = store.rules_on_chains(issuer, &schedule).await?;
            Ok((schedule, on_chains))
        })
        .await?;
    let now = context.clock.now();
    let mut shown = Vec::new();
    let mut rows = table(["country", "now", "announced", "from", "chains"]);
    let mut show = |key: RuleKey, standing: &Standing| {
        let announced = standing.announced.filter(|announced| now < announced.from);
        let holds = standing.at(now);
        let holds = match key {
            None => Some(holds.unwrap_or_default()),
            Some(_) => holds,
        };
        if holds.is_none() && announced.is_none() {
            return;
        }
        rows.add_row([
            whose(key),
            rule_in_words(holds),
            announced.map_or(String::new(), |one| rule_in_words(one.rule)),
            announced.map_or(String::new(), |one| one.from.to_string()),
            on_chains
                .get(&key)
                .map_or(String::new(), |chains| chains_in_words(chains)),
        ]);
        shown.push(json!({
            "country": key,
            "rule": holds,
            "announced": announced.map(|one| json!({
                "rule": one.rule,
                "from": one.from.to_string(),
            })),
            "chains": on_chains.get(&key).into_iter().flatten().map(|(id, state)| json!({
                "chain_id": id.chain,
                "place": id.place,
                "state": state.as_str(),
            })).collect::<Vec<_>>(),
        }));
    };
    show(None, &schedule.standing(None));
    for (key, standing) in schedule.0.iter().filter(|(key, _)| key.is_some()) {
        show(*key, standing);
    }
    context.output.result(&shown, || rows.to_string())?;
    Ok(Exit::Done)
}

fn presets(context: &Context) -> Result<Exit> {
    let mut shown = Vec::new();
    let mut rows = table(["preset", "countries", "rule", "as of", "source"]);
    for preset in Preset::ALL {
        let (rules, origin) = (preset.rules(), preset.origin());
        let countries: Vec<_> = rules.iter().map(|(country, _)| country.alpha2()).collect();
        let rule = rules.first().map(|(_, rule)| *rule).unwrap_or_default();
        rows.add_row([
            preset.name().to_owned(),
            countries.join(" "),
            in_words(rule),
            origin.as_of.to_owned(),
            origin.source.to_owned(),
        ]);
        shown.push(json!({
            "preset": preset,
            "countries": countries,
            "rule": rule,
            "as_of": origin.as_of,
            "source": origin.source,
        }));
    }
    context.output.result(&shown, || rows.to_string())?;
    Ok(Exit::Done)
}

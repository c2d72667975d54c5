//! `symbolon chain presets`: the chains that need no explaining.

use clap::{Args, builder::PossibleValuesParser};
use serde_json::{Value, json};
use symbolon_chain::preset::{PRESETS, Preset};
use symbolon_core::{ids::ChainId, time::Millis};

use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::table,
};

/// When a block counts on a chain that nobody knows.
const CONFIRMATIONS: u32 = 3;

/// What the register is to know of a chain.
#[derive(Debug, Args)]
pub(super) struct ChainSettingsArgs {
    /// What is known of the chain [default: the preset of its id; `symbolon chain presets` lists them]
    #[arg(long, value_name = "NAME", hide_possible_values = true,
        value_parser = PossibleValuesParser::new(PRESETS.iter().map(|preset| preset.name)))]
    preset: Option<String>,

    /// The chain's name for people [default: the preset's, else its id]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Where the chain has no word for it, a block is final when this many include or follow it [default: the preset's, else 3]
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u32).range(1..))]
    confirmations: Option<u32>,
}

/// The same, settled for one chain.
pub(super) struct ChainSettings {
    pub(super) preset: Option<&'static Preset>,
    pub(super) name: String,
    pub(super) confirmations: u32,
}

impl ChainSettingsArgs {
    /// What was said goes before the preset that was named, or that the
    /// chain's id chooses.
    pub(super) fn of(&self, chain: ChainId) -> Result<ChainSettings> {
        let preset = match self.preset.as_deref() {
            Some(name) => {
                let named = Preset::named(name).filter(|preset| preset.fits(chain));
                Some(named.ok_or_else(|| misfit(name, chain))?)
            }
            None => Preset::of(chain),
        };
        let name = self.name.clone();
        Ok(ChainSettings {
            preset,
            name: name
                .or_else(|| Some(preset?.title.to_owned()))
                .unwrap_or_else(|| format!("chain {chain}")),
            confirmations: self
                .confirmations
                .or_else(|| Some(preset?.confirmations))
                .unwrap_or(CONFIRMATIONS),
        })
    }
}

fn misfit(name: &str, chain: ChainId) -> Failure {
    let remedy = match Preset::of(chain) {
        Some(preset) => format!("that is `{}`", preset.name),
        None => "leave it out".to_owned(),
    };
    Failure::usage(format!(
        "--preset: `{name}` is not for chain {chain}, which is what the node is on: {remedy}, or give another node"
    ))
}

/// Runs `symbolon chain presets`.
pub(super) fn list(context: &Context) -> Result<Exit> {
    let document: Vec<_> = PRESETS.iter().map(shown).collect();
    context.output.result(&document, || {
        let mut table = table([
            "preset",
            "chain",
            "id",
            "confirmations",
            "final",
            "fees",
            "a block takes",
        ]);
        for preset in PRESETS {
            table.add_row([
                preset.name.to_owned(),
                preset.title.to_owned(),
                preset
                    .chain
                    .map_or("the endpoint's".to_owned(), |id| id.to_string()),
                preset.confirmations.to_string(),
                preset.finality.name().unwrap_or("by depth").to_owned(),
                format!("EIP-1559, at most {} gwei", gwei(preset)),
                match preset.block_time {
                    Millis(0) => "as needed".to_owned(),
                    Millis(time) => format!("{} s", time as f64 / 1000.0),
                },
            ]);
        }
        format!(
            "{table}\nwhat is mined counts once it is final: by the chain's own word, else by confirmations"
        )
    })?;
    Ok(Exit::Done)
}

fn shown(preset: &Preset) -> Value {
    json!({
        "preset": preset.name,
        "name": preset.title,
        "chain_id": preset.chain,
        "confirmations": preset.confirmations,
        "finality_tag": preset.finality.name(),
        "fees": "eip1559",
        "max_fee_gwei": gwei(preset),
        "block_ms": preset.block_time,
        "poll_ms": preset.poll,
    })
}

/// The cap as `[[lane]]` takes it.
pub(super) fn gwei(preset: &Preset) -> u128 {
    preset.max_fee.0 / 1_000_000_000
}

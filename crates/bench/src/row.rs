//! One promise, measured.

use serde::Serialize;

/// A row of the table and of `target/bench.json`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: String,
    /// How much it was.
    pub(crate) value: f64,
    /// Of what.
    pub(crate) unit: &'static str,
    /// The floor or the peer, measured in the same run.
    pub(crate) floor: Option<f64>,
    /// The one by the other.
    pub(crate) ratio: Option<f64>,
    /// The promise.
    pub(crate) bar: String,
    /// Whether it holds; true where nothing is promised.
    pub(crate) holds: bool,
}

impl Row {
    /// A figure that must not exceed its bar.
    pub(crate) fn at_most(name: &str, value: f64, unit: &'static str, bar: f64) -> Self {
        Self {
            name: name.to_owned(),
            value,
            unit,
            floor: None,
            ratio: None,
            bar: format!("≤ {bar}"),
            holds: value <= bar,
        }
    }

    /// Names the floor that a figure stands upon.
    pub(crate) fn above(mut self, floor: f64) -> Self {
        self.floor = Some(floor);
        self.ratio = Some(self.value / floor);
        self
    }

    /// A rate that must reach a share of its floor's; `ratio` is the median of
    /// the pairs' ratios, which need not be the ratio of the medians.
    pub(crate) fn share(
        name: &str,
        value: f64,
        unit: &'static str,
        floor: f64,
        ratio: f64,
        bar: f64,
    ) -> Self {
        Self {
            name: name.to_owned(),
            value,
            unit,
            floor: Some(floor),
            ratio: Some(ratio),
            bar: format!("≥ {bar} ×"),
            holds: ratio >= bar,
        }
    }

    /// A cost that must stay below a share of a peer's.
    pub(crate) fn part(name: &str, value: f64, unit: &'static str, peer: f64, bar: Part) -> Self {
        let (share, bar) = match bar {
            Part::Of(share) => (share, format!("≤ {share} ×")),
            Part::OneIn(parts) => (f64::from(parts).recip(), format!("≤ 1/{parts} ×")),
        };
        Self {
            holds: value / peer <= share,
            bar,
            ..Self::plain(name, value, unit).above(peer)
        }
    }

    /// A figure without a promise.
    pub(crate) fn plain(name: &str, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            value,
            unit,
            floor: None,
            ratio: None,
            bar: "–".to_owned(),
            holds: true,
        }
    }
}

/// A share of a peer's cost.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// As a number below one.
    Of(f64),
    /// One part in so many.
    OneIn(u32),
}

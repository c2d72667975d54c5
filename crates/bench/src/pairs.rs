//! Two rates measured in turn, so that a machine that grows slower makes both
//! slower.

/// What pairs of measurements come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pairs {
    /// The median of ours.
    pub(crate) ours: f64,
    /// The median of the floor's.
    pub(crate) floor: f64,
    /// The median of the pairs' ratios.
    pub(crate) ratio: f64,
}

/// The middle one; 0 of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The value that this share of them does not exceed.
pub(crate) fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// From (ours, floor) pairs.
pub(crate) fn of(pairs: &[(f64, f64)]) -> Pairs {
    Pairs {
        ours: median(pairs.iter().map(|pair| pair.0).collect()),
        floor: median(pairs.iter().map(|pair| pair.1).collect()),
        ratio: median(pairs.iter().map(|pair| pair.0 / pair.1).collect()),
    }
}

//! What the benches measure with.

/// The tenth of the rounds that was disturbed least: what else a machine does makes a round slower, never faster.
pub(crate) fn undisturbed(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 10]
}

//! How an amount is divided: whole minor units, nothing lost, nobody with more than their weight allows.

/// Parts of `amount` in the proportion of `weights`; their sum is `amount` exactly. No part is above its weight where the
/// amount is not above the sum of the weights. Weights are not negative; without any the answer is empty.
pub(crate) fn divided(amount: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total == 0 {
        return Vec::new();
    }
    let (mut before, mut reached) = (0i128, 0i128);
    let mut parts = Vec::with_capacity(weights.len());
    for weight in weights {
        before += i128::from(*weight);
        // Up to here, rounded down: the parts are the differences, so no unit is lost.
        let now = before * i128::from(amount) / total;
        parts.push(i64::try_from(now - reached).expect("a part is not larger than the whole, which is an i64"));
        reached = now;
    }
    parts
}

/// The part of an amount that is so many hundredths of a percent, rounded down.
pub(crate) fn basis_points(amount: i64, points: u32) -> i64 {
    let part = i128::from(amount) * i128::from(points.min(10_000)) / 10_000;
    i64::try_from(part).expect("a part is not larger than the whole, which is an i64")
}

//! The ratios that have goals, as a table for a page.

use anyhow::{Context, Result};
use serde_json::Value;

use super::conclusions::Ratio;

const BEGIN: &str = "<!-- peers -->\n";
const END: &str = "<!-- /peers -->";

/// With a line on what was measured, from the raw figures' document.
pub fn table(ratios: &[Ratio], document: &Value) -> String {
    let text = |name: &str| document[name].as_str().unwrap_or("unknown");
    let mut page = format!(
        "{}, Linux {}; {} rounds of {} s; medians, and the range of the rounds' ratios.\n\n",
        text("machine"),
        text("kernel"),
        document["rounds"],
        document["seconds"],
    );
    page += "| scenario | figure | Hansa | beside | its figure | ratio | goal | stretch |\n|---|---|---|---|---|---|---|---|\n";
    for ratio in ratios {
        let Some(verdict) = &ratio.verdict else { continue };
        let word = |is_met| if is_met { "met" } else { "**missed**" };
        let (key, name) = ratio.scenario;
        let least = verdict.least.map(|least| format!(" (the delays alone: {least:.2})")).unwrap_or_default();
        page += &format!(
            "| {key} {name} | {} | {} | {} | {} | {} | {:.2}: {}{least} | {}: {} |\n",
            ratio.figure.name(),
            ratio.figure.show(ratio.own_median),
            ratio.other,
            ratio.figure.show(ratio.other_median),
            ratio.spread,
            verdict.goal.at_most,
            word(verdict.is_met),
            verdict.goal.stretch,
            if verdict.is_stretch_met { "met" } else { "missed" },
        );
    }
    page
}

/// A page of its own, whose table can be replaced.
pub fn page(table: &str) -> String {
    format!("{BEGIN}\n{table}\n{END}\n")
}

/// The page with the table between its marks.
pub fn insert(page: &str, table: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).context("the file is there and has no line `<!-- peers -->`")?;
    let (_, after) = rest.split_once(END).context("the file has no line `<!-- /peers -->` after `<!-- peers -->`")?;
    Ok(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
}

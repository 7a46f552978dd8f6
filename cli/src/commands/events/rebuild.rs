//! `hansa events rebuild`: builds the tables of a projection anew, beside those that serve, and exchanges them.

use super::{Format, PlaceArguments, store, table::table};
use crate::{
    failure::{Failure, with_causes},
    output,
};
use clap::Args;
use hansa_messaging::{RebuildError, Rebuilding, Rebuilt, TableComparison};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::collections::BTreeMap;

/// Build the tables of a projection anew from the first event, compare them with those that serve, and put the new
/// rows in their place where they differ.
///
/// The projection serves meanwhile; its context stands still only while rows are compared and exchanged. Needs the logs of
/// the contexts whose events it is made of. Only consumers that make nothing but their tables can be rebuilt.
#[derive(Debug, Args)]
pub(super) struct RebuildArguments {
    /// The context: inventory, orders or shipping. Identity and payments have no projections; catalog and social keep
    /// documents, which are not built anew.
    context: String,

    /// The projection: the name of its consumer. A wrong one is answered with those that there are.
    projection: String,

    /// Only compare; the exit status is 1 where rows differ.
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    place: PlaceArguments,
}

pub(super) async fn run(arguments: &RebuildArguments) -> Result<(), Failure> {
    let place = (arguments.place.data.as_path(), &arguments.place.servers);
    let workers = store::workers_at(&arguments.context, place).await?;
    let all = store::all(&arguments.place).await?;
    let logs: BTreeMap<_, _> = all.iter().map(|workers| (workers.context(), workers.log().clone())).collect();
    let mut rebuilding = workers.rebuild(&arguments.projection, &logs).await.map_err(|error| failed(&error))?;
    let rebuilt = built(&mut rebuilding, !arguments.check).await;
    // The store beside goes whatever came of it.
    let ended = rebuilding.end().await;
    let rebuilt = rebuilt.map_err(|error| failed(&error))?;
    ended.map_err(|error| failed(&error))?;
    output::print(&match arguments.place.format {
        Format::Json => as_json(&rebuilt),
        Format::Text => as_text(&rebuilt),
    })?;
    match arguments.check && !rebuilt.tables.iter().all(TableComparison::is_same) {
        true => Err(Failure::wrong("the projection is not what its events make of it")),
        false => Ok(()),
    }
}

/// With a bar on a terminal.
async fn built(rebuilding: &mut Rebuilding, swap: bool) -> Result<Rebuilt, RebuildError> {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} events, {per_sec}, {eta} left");
    bar.set_style(style.expect("the template has only keys that there are"));
    let progress = &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let result = rebuilding.catch_up(progress).await;
    bar.finish_and_clear();
    result?;
    rebuilding.finish(swap).await
}

fn failed(error: &RebuildError) -> Failure {
    let text = with_causes(error);
    match error {
        RebuildError::Unknown { .. } | RebuildError::Documents(_) => Failure::wrong_call(text),
        RebuildError::NoLog(_) | RebuildError::DeadLetters(_) => Failure::wrong_call(text),
        RebuildError::NotPure | RebuildError::Handle { .. } | RebuildError::Event { .. } => Failure::wrong(text),
        RebuildError::LogTooShort { .. } => Failure::wrong(text),
        RebuildError::Open(_) | RebuildError::Store(_) | RebuildError::Letters(_) | RebuildError::Log(..) => {
            Failure::undecided(text)
        }
    }
}

fn as_text(rebuilt: &Rebuilt) -> String {
    let row = |table: &TableComparison| {
        let counts = [table.rows, table.only_old, table.only_new].map(|count| count.to_string());
        [vec![table.table.to_owned()], counts.to_vec()].concat()
    };
    let rows: Vec<Vec<String>> = rebuilt.tables.iter().map(row).collect();
    let mut text = table(&["TABLE", "ROWS", "ONLY IN THE OLD", "ONLY IN THE NEW"], &rows, "It has no tables.");
    let outcome = match (rebuilt.is_swapped, rebuilt.tables.iter().all(TableComparison::is_same)) {
        (true, _) => "the new rows serve",
        (false, true) => "nothing had to be changed",
        (false, false) => "nothing was changed",
    };
    text.push_str(&format!("{} events handled; {outcome}\n", rebuilt.handled));
    text
}

fn as_json(rebuilt: &Rebuilt) -> String {
    let table = |table: &TableComparison| json!({ "table": table.table, "rows": table.rows, "onlyOld": table.only_old, "onlyNew": table.only_new });
    let tables: Vec<serde_json::Value> = rebuilt.tables.iter().map(table).collect();
    json!({ "handled": rebuilt.handled, "tables": tables, "isSwapped": rebuilt.is_swapped }).to_string()
}

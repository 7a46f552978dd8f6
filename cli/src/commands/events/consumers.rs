//! `hansa events consumers`: where the consumers of a context are.

use super::{Format, PlaceArguments, store, table::table};
use crate::{
    failure::{Failure, with_causes},
    output,
};
use clap::Args;
use hansa_messaging::operating::Standing;
use serde_json::{Value, json};

/// Show where the consumers of a context are in each lane of what they listen to.
///
/// The last position is known where the other context has data here. Those between that a consumer does not listen to count
/// as waiting, too.
#[derive(Debug, Args)]
pub(super) struct ConsumersArguments {
    /// The context: identity, catalog, social, inventory, orders, payments or shipping.
    context: String,

    /// One consumer only.
    #[arg(long, value_name = "NAME")]
    consumer: Option<String>,

    #[command(flatten)]
    place: PlaceArguments,
}

pub(super) async fn run(arguments: &ConsumersArguments) -> Result<(), Failure> {
    let place = (arguments.place.data.as_path(), &arguments.place.servers);
    let workers = store::workers_at(&arguments.context, place).await?;
    let all = store::all(&arguments.place).await?;
    let standings = workers.standings(&all).await;
    let failed = |error: hansa_event_sourcing::LogError| {
        Failure::undecided(format!("could not read where consumers are: {}", with_causes(error.as_ref())))
    };
    let standings = standings.map_err(failed)?;
    let is_wanted = |one: &&Standing| arguments.consumer.as_deref().is_none_or(|name| one.consumer == name);
    let standings: Vec<&Standing> = standings.iter().filter(is_wanted).collect();
    output::print(&match arguments.place.format {
        Format::Json => standings.iter().map(|one| format!("{}\n", as_json(one))).collect(),
        Format::Text => {
            let rows: Vec<Vec<String>> = standings.iter().map(|one| as_row(one)).collect();
            let headings = ["CONSUMER", "SOURCE", "LANE", "POSITION", "LAST", "WAITING", "LETTERS", "HALTED AT"];
            table(&headings, &rows, "There are no consumers.")
        }
    })
}

fn waiting(standing: &Standing) -> Option<i64> {
    standing.last.map(|last| (last - standing.position).max(0))
}

fn as_row(standing: &Standing) -> Vec<String> {
    let Standing { consumer, source, lane, position, last, letters, halted_at } = standing;
    let optional = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let place = [(*consumer).to_owned(), (*source).to_owned(), lane.to_string(), position.to_string()];
    let state = [optional(*last), optional(waiting(standing)), letters.to_string(), optional(*halted_at)];
    [place, state].concat()
}

fn as_json(standing: &Standing) -> Value {
    json!({
        "consumer": standing.consumer,
        "source": standing.source,
        "lane": standing.lane,
        "position": standing.position,
        "last": standing.last,
        "waiting": waiting(standing),
        "letters": standing.letters,
        "haltedAt": standing.halted_at,
    })
}

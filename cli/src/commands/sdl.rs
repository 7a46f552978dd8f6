//! `hansa sdl`: what a context says of itself.

use crate::{failure::Failure, output, platform::contexts};
use clap::Args;

/// Print the SDL of one of Hansa's own subgraphs.
///
/// The same text that the subgraph gives when it is asked for `{ _service { sdl } }`: federation 2, in a canonical order.
#[derive(Debug, Args)]
pub(crate) struct SdlArguments {
    /// The subgraph: identity, catalog, social, inventory, orders, payments, shipping or node.
    name: String,
}

pub(crate) fn run(arguments: &SdlArguments) -> Result<(), Failure> {
    let sdl = contexts::sdl(&arguments.name).map_err(|names| unknown(&arguments.name, &names))?;
    output::print(&sdl)
}

/// `names`: the nearest first.
pub(super) fn unknown(name: &str, names: &[&str]) -> Failure {
    let nearest = names.first().unwrap_or(&"");
    let all = names.join(", ");
    Failure::wrong_call(format!("there is no subgraph `{name}`; did you mean `{nearest}`? There are: {all}"))
}

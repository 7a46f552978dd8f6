//! `hansa reference`: the pages that the code writes about itself. For `cargo xtask schema`, so it is not in the help.

mod event_map;

use crate::{
    arguments::Arguments,
    command_reference,
    composing::supergraph_config,
    failure::Failure,
    platform::{contexts, supergraph},
};
use clap::{Args, CommandFactory};
use hansa_composition::ComposedSupergraph;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Write the reference pages, the JSON Schemas of the configuration files, and the platform's SDLs.
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct ReferenceArguments {
    /// Folder to write to; made if missing.
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &ReferenceArguments) -> Result<(), Failure> {
    let composed = supergraph::composed(supergraph::routing_url)?;
    let write_all = || {
        write(&arguments.output)?;
        write_platform(&arguments.output.join("schema"), &composed)
    };
    write_all().map_err(|error| Failure::wrong_call(format!("cannot write to {}: {error}", arguments.output.display())))
}

fn write_platform(schemas: &Path, composed: &ComposedSupergraph) -> io::Result<()> {
    fs::create_dir_all(schemas.join("subgraphs"))?;
    for name in contexts::names() {
        fs::write(schemas.join(format!("subgraphs/{name}.graphql")), contexts::sdl(name).unwrap_or_default())?;
    }
    fs::write(schemas.join("supergraph.graphql"), &composed.sdl)?;
    fs::write(schemas.join("api.graphql"), &composed.api)
}

fn write(output: &Path) -> io::Result<()> {
    hansa_server::write_reference(output)?;
    let (pages, schemas) = (output.join("docs/reference"), output.join("schema"));
    fs::create_dir_all(&pages)?;
    fs::create_dir_all(&schemas)?;
    fs::write(schemas.join("supergraph-config.schema.json"), supergraph_config::schema_text())?;
    fs::write(pages.join("supergraph-yaml.md"), supergraph_config::reference_page())?;
    fs::write(pages.join("events.md"), event_map::page(contexts::all()))?;
    fs::write(pages.join("composition-codes.md"), hansa_composition::codes_page())?;
    fs::write(pages.join("cli.md"), command_reference::page(Arguments::command()))
}

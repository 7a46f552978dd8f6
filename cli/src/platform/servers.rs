//! Servers that take the place of the embedded stores and of the embedded bus.

use crate::{
    failure::{Failure, with_causes},
    platform::data_directory::DataDirectory,
};
use clap::Args;
use hansa_messaging::Bus;
use hansa_subgraph_host::{Servers, Subgraph};

/// Where servers are; what is not said is embedded.
#[derive(Debug, Args)]
#[command(next_help_heading = "Servers")]
pub(crate) struct ServerArguments {
    /// PostgreSQL for the relational contexts, each with a schema of its own: postgres://user:password@host:port/database
    /// [default: embedded, files in the data directory].
    #[arg(long, value_name = "URL", env = "HANSA_POSTGRES_URL", hide_env_values = true)]
    postgres_url: Option<String>,

    /// MongoDB for the document contexts, each with a database of its own: mongodb://user:password@host:port [default:
    /// embedded, files in the data directory].
    #[arg(long, value_name = "URL", env = "HANSA_MONGO_URL", hide_env_values = true)]
    mongo_url: Option<String>,

    /// NATS with JetStream (2.11 or newer) for the event bus: nats://host:port [default: embedded, a file in the data
    /// directory].
    #[arg(long, value_name = "URL", env = "HANSA_NATS_URL", hide_env_values = true)]
    nats_url: Option<String>,
}

impl ServerArguments {
    pub(crate) fn servers(&self) -> Servers {
        Servers { postgres: self.postgres_url.clone(), mongo: self.mongo_url.clone() }
    }

    /// Ends the start where a stream of the bus cannot be used.
    pub(crate) async fn check_streams(subgraph: &Subgraph) -> Result<(), Failure> {
        for workers in subgraph.workers() {
            workers.check_streams().await.map_err(|error| Failure::undecided(with_causes(&error)))?;
        }
        Ok(())
    }

    pub(crate) async fn bus(&self, directory: &DataDirectory) -> Result<Bus, Failure> {
        match &self.nats_url {
            Some(url) => Bus::jetstream(url).await.map_err(|error| Failure::undecided(with_causes(&error))),
            None => Ok(Bus::embedded(directory.context_folder("bus")?)),
        }
    }
}

//! The platform as it is deployed, for what is measured from outside.

use anyhow::{Context, Result, bail};
use hansa_chaos::{
    client::Client,
    shop::login,
    system::{Backends, Folders, Setup, Shop, System},
};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use tempfile::TempDir;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The binary that is measured
    #[arg(long, value_name = "FILE", default_value = "target/release/hansa")]
    hansa: PathBuf,
    /// Embedded stores and bus, in place of PostgreSQL and NATS
    #[arg(long)]
    embedded: bool,
    /// How long it is measured, after two seconds that are not
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
}

/// The running system, with its folder.
pub(crate) struct Platform {
    pub(crate) system: System,
    _folder: TempDir,
}

impl Platform {
    pub(crate) async fn start(arguments: &Arguments, variables: &[(&str, &str)]) -> Result<Platform> {
        let folder = tempfile::Builder::new().prefix("hansa-events-").tempdir().context("make a folder")?;
        let setup = Setup {
            program: arguments.hansa.clone(),
            repository: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")),
            backends: if arguments.embedded { Backends::Embedded } else { Backends::Servers },
            shop: Shop::Demo,
            variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        let folders = Folders { everything: folder.path(), documents: folder.path() };
        let system = System::start(&setup, folders).await?;
        Ok(Platform { system, _folder: folder })
    }
}

/// The stores that are measured, as a table names them.
pub(crate) fn name(arguments: &Arguments) -> &'static str {
    if arguments.embedded { "embedded" } else { "PostgreSQL, JetStream" }
}

/// The staff of a merchant, who has a warehouse and things in it.
pub(crate) struct Staff {
    client: Client,
    warehouse: Value,
    /// Variants of published products.
    pub(crate) variants: Vec<Value>,
}

impl Staff {
    pub(crate) async fn sign_in(client: &Client) -> Result<Staff> {
        let client = client.with_token(&login(client, ("berta", "berta-demo-login")).await?);
        let query = "{ warehouses(first: 1) { nodes { id } }
            stockItems(first: 100) { nodes { variant { id product { status } } } } }";
        let data = client.data(query, &json!({})).await?;
        let items = data["stockItems"]["nodes"].as_array().context("there is stock")?;
        let published = items.iter().filter(|item| item["variant"]["product"]["status"] == "PUBLISHED");
        let mut variants: Vec<Value> = Vec::new();
        for item in published {
            if !variants.contains(&item["variant"]["id"]) {
                variants.push(item["variant"]["id"].clone());
            }
        }
        match variants.is_empty() {
            true => bail!("nothing is for sale"),
            false => Ok(Staff { warehouse: data["warehouses"]["nodes"][0]["id"].clone(), client, variants }),
        }
    }

    /// Counts what is there of a variant.
    pub(crate) async fn count(&self, variant: &Value, counted: u32, key: &str) -> Result<()> {
        let input = json!({
            "variantId": variant, "warehouseId": self.warehouse, "counted": counted, "idempotencyKey": key,
        });
        self.client.done("stockCount", "stockItem { id }", &input).await.map(drop)
    }
}

/// When the work of each number begins, whatever became of the work before it.
pub(crate) fn at(begin: Instant, rate: u32, number: u32) -> Instant {
    begin + Duration::from_secs(1) * number / rate
}

/// Not measured at the beginning: caches fill, connections open.
pub(crate) const WARM_UP: Duration = Duration::from_secs(2);

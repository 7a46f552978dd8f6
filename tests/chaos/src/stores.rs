//! The contexts' databases, read as they are: what judges them uses none of their code.

use crate::system::{Backends, System};
use anyhow::{Context, Result};
use sqlx::{
    AssertSqlSafe, PgPool, Row as _, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

/// Contexts whose stores are relational.
pub const RELATIONAL: [&str; 5] = ["identity", "inventory", "orders", "payments", "shipping"];

/// One context's database.
#[derive(Debug)]
pub struct Store {
    pub context: &'static str,
    pool: Pool,
}

#[derive(Debug)]
enum Pool {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

/// A row: every column as text, as the queries cast them.
pub type Texts = Vec<Option<String>>;

/// Makes a tenant one that runs the marketplace, which only a program beside identity's data can do.
pub async fn make_platform(system: &System, handle: &'static str) -> Result<()> {
    let failed = || format!("make {handle} the marketplace's tenant");
    let changed = match &system.postgres {
        Some(postgres) => {
            let pool = PgPoolOptions::new().max_connections(1).connect(&postgres.url()).await.with_context(failed)?;
            let text = "UPDATE identity.tenants SET kind = 'PLATFORM' WHERE handle = $1";
            sqlx::query(text).bind(handle).execute(&pool).await.with_context(failed)?.rows_affected()
        }
        None => {
            let file = system.data.join("identity").join("identity.sqlite");
            let pool = SqlitePoolOptions::new().max_connections(1);
            let pool = pool.connect_with(SqliteConnectOptions::new().filename(file)).await.with_context(failed)?;
            let text = "UPDATE tenants SET kind = 'PLATFORM' WHERE handle = $1";
            sqlx::query(text).bind(handle).execute(&pool).await.with_context(failed)?.rows_affected()
        }
    };
    anyhow::ensure!(changed == 1, "there is no tenant {handle}");
    Ok(())
}

impl Store {
    pub async fn open(system: &System, context: &'static str) -> Result<Store> {
        Store::open_named(system, context, context).await
    }

    /// A database of a context that has several.
    pub async fn open_named(system: &System, context: &'static str, name: &'static str) -> Result<Store> {
        let pool = match (system.backends(), &system.postgres) {
            (Backends::Servers, Some(postgres)) => {
                let pool = PgPoolOptions::new().max_connections(2).after_connect(move |connection, _| {
                    Box::pin(async move {
                        let path = AssertSqlSafe(format!("SET search_path TO {name}"));
                        sqlx::query(path).execute(connection).await.map(|_| ())
                    })
                });
                Pool::Postgres(pool.connect(&postgres.url()).await.context("read PostgreSQL")?)
            }
            _ => {
                let file = system.data.join(context).join(format!("{name}.sqlite"));
                let options = SqliteConnectOptions::new().filename(&file).read_only(true);
                let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options).await;
                Pool::Sqlite(pool.with_context(|| format!("read {}", file.display()))?)
            }
        };
        Ok(Store { context, pool })
    }

    /// All rows of a query whose columns are texts.
    pub async fn rows(&self, text: &'static str) -> Result<Vec<Texts>> {
        let failed = || format!("{}: {text}", self.context);
        match &self.pool {
            Pool::Postgres(pool) => {
                let rows = sqlx::query(text).fetch_all(pool).await.with_context(failed)?;
                rows.iter().map(|row| (0..row.len()).map(|column| Ok(row.try_get(column)?)).collect()).collect()
            }
            Pool::Sqlite(pool) => {
                let rows = sqlx::query(text).fetch_all(pool).await.with_context(failed)?;
                rows.iter().map(|row| (0..row.len()).map(|column| Ok(row.try_get(column)?)).collect()).collect()
            }
        }
    }

    /// The one number that a query gives.
    pub async fn number(&self, text: &'static str) -> Result<i64> {
        let rows = self.rows(text).await?;
        let number = rows.first().and_then(|row| row.first().cloned().flatten());
        number.as_deref().unwrap_or("0").parse().with_context(|| format!("{text} gives no number"))
    }
}

//! Opening: the URL, the server, the settings of its connections.

use std::{
    str::FromStr,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions, Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Mutex, time::timeout};

use super::{
    Postgres, Schema,
    errors::{FORBIDDEN, STARTING, TOO_MANY_CONNECTIONS, of_database},
};
use crate::{Durability, OpenError, OpenOptions, Place};

/// Reads at the same time.
const READERS: u32 = 4;
/// Transactions at the same time.
const WRITERS: u32 = 12;
/// 13.0. Older ones get no more repairs from their makers.
const OLDEST: u32 = 130_000;
/// Connections that stood for so long are looked at before they are used.
const IDLE: Duration = Duration::from_secs(1);
/// How long any statement may run, and how long a transaction may stand still and hold others up.
pub(super) const SECONDS_MAX: u32 = 60;

pub(super) async fn open((url, schema): (&str, &str), options: &OpenOptions) -> Result<Postgres, OpenError> {
    let connect = connect_options((url, schema), options.wait)?;
    let server = match connect.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", connect.get_host(), connect.get_port()),
    };
    let place = Place::schema(schema, connect.get_database().unwrap_or(connect.get_username()), &server);
    look_at_server(&connect, &place, options.wait).await?;
    let pool = PgPoolOptions::new()
        .acquire_timeout(options.wait)
        .idle_timeout(Duration::from_secs(60))
        .test_before_acquire(false)
        .before_acquire(|connection, standing| {
            Box::pin(async move {
                if standing.idle_for >= IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
    let readers = connect.clone().options([("default_transaction_read_only", "on")]);
    Ok(Postgres {
        readers: pool.clone().max_connections(READERS).connect_lazy_with(readers),
        writers: pool.max_connections(WRITERS).connect_lazy_with(connect.clone()),
        schema: Arc::new(Schema { place, name: schema.to_owned(), options: connect, wait: options.wait }),
        turn: Arc::new(Mutex::new(())),
        is_hasty: Arc::new(AtomicBool::new(options.durability == Durability::ProcessKill)),
    })
}

fn connect_options((url, schema): (&str, &str), wait: Duration) -> Result<PgConnectOptions, OpenError> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let is_name = schema.bytes().next().is_some_and(is_letter)
        && schema.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
        && schema.len() <= 63
        && !schema.starts_with("pg_");
    if !is_name {
        return Err(OpenError::BadSchema { schema: schema.to_owned() });
    }
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(OpenError::BadUrl { source: "it begins with neither postgres:// nor postgresql://".into() });
    }
    let options = PgConnectOptions::from_str(url).map_err(|error| OpenError::BadUrl { source: Box::new(error) })?;
    let seconds_max = format!("{SECONDS_MAX}s");
    let options = options.disable_statement_logging().options([
        ("search_path", schema),
        ("timezone", "UTC"),
        ("lock_timeout", &wait.as_millis().max(1).to_string()),
        ("statement_timeout", &seconds_max),
        ("idle_in_transaction_session_timeout", &seconds_max),
        // All statements are short: what helps long ones only delays them.
        ("max_parallel_workers_per_gather", "0"),
        ("jit", "off"),
    ]);
    Ok(match options.get_application_name() {
        Some(_) => options,
        None => options.application_name(&format!("hansa {schema}")),
    })
}

/// Connects once, and says clearly what is wrong. A server that is about to start is waited for.
async fn look_at_server(options: &PgConnectOptions, place: &Place, wait: Duration) -> Result<(), OpenError> {
    let until = Instant::now() + wait;
    let mut connection = loop {
        let connected = timeout(wait, PgConnection::connect_with(options)).await;
        let connected = connected.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut));
        let code = connected.as_ref().err().and_then(of_database).map(|error| error.code().to_owned());
        match (connected, code.as_deref()) {
            (Ok(connection), _) => break connection,
            (Err(_), Some(STARTING | TOO_MANY_CONNECTIONS)) if Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            (Err(error), code) => return Err(open_error(error, code, place.clone())),
        }
    };
    let found = connection.server_version_num().unwrap_or(0);
    if found < OLDEST {
        let found = format!("{}.{}", found / 10_000, found % 10_000);
        return Err(OpenError::TooOld { place: place.clone(), found });
    }
    let failed = |error: sqlx::Error| OpenError::Engine { place: place.clone(), source: Box::new(error) };
    let encoding: String =
        sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut connection).await.map_err(failed)?;
    if encoding != "UTF8" {
        return Err(OpenError::BadEncoding { place: place.clone(), found: encoding });
    }
    let read_only: String =
        sqlx::query_scalar("SHOW transaction_read_only").fetch_one(&mut connection).await.map_err(failed)?;
    if read_only == "on" {
        return Err(OpenError::Standby { place: place.clone() });
    }
    // Whatever the end says, the connection was good.
    let _ = connection.close().await;
    Ok(())
}

fn open_error(error: sqlx::Error, code: Option<&str>, place: Place) -> OpenError {
    let source: crate::EngineError = match &error {
        sqlx::Error::PoolTimedOut => "it does not answer".into(),
        _ => Box::new(error),
    };
    match code {
        Some("3D000") => OpenError::NoDatabase { place, source },
        // Who one is, and whether such a one may come.
        Some(code) if code.starts_with("28") => OpenError::NotLetIn { place, source },
        Some(FORBIDDEN) => OpenError::Forbidden { place, source },
        Some(TOO_MANY_CONNECTIONS) => OpenError::Busy { place },
        Some(_) => OpenError::Engine { place, source },
        None => OpenError::Unreachable { place, source },
    }
}

//! Opening: the server is there, lets us in, and is new enough. No text has the password.

use std::time::Duration;

use mongodb::{
    Client, Database,
    bson::{Document as Bson, doc},
    error::{Error, ErrorKind},
    options::{
        Acknowledgment, ClientOptions, DatabaseOptions, ReadConcern, SelectionCriteria, ServerAddress, WriteConcern,
    },
};

use super::errors::is_login;
use crate::OpenError;

/// The oldest version of the server that is used.
const VERSION_MIN: [i64; 2] = [6, 0];
/// In whose databases the contexts' are, where the URL names none.
const PREFIX: &str = "hansa";

#[derive(Debug)]
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) database: Database,
    /// The server speaks the protocol, and keeps fewer promises.
    pub(super) is_for_tests: bool,
}

pub(super) async fn connected(url: &str, name: &str, wait: Duration) -> Result<Connected, OpenError> {
    // The driver's text may have parts of the URL in it.
    let mut options = ClientOptions::parse(url).await.map_err(|_| OpenError::BadUrl)?;
    options.server_selection_timeout = Some(wait);
    options.connect_timeout = Some(wait);
    options.app_name.get_or_insert_with(|| format!("hansa {name}"));
    let prefix = options.default_database.clone().unwrap_or_else(|| PREFIX.to_owned());
    let hosts: Vec<String> = options.hosts.iter().map(ServerAddress::to_string).collect();
    let server = hosts.join(", ");
    let user = options.credential.as_ref().and_then(|credential| credential.username.clone());
    let client = Client::with_options(options).map_err(|_| OpenError::BadUrl)?;
    let database = client.database_with_options(
        &format!("{prefix}_{name}"),
        DatabaseOptions::builder()
            .read_concern(ReadConcern::majority())
            .write_concern(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build())
            .selection_criteria(SelectionCriteria::ReadPreference(mongodb::options::ReadPreference::Primary))
            .build(),
    );
    let build = database.run_command(doc! { "buildInfo": 1 }).await;
    let build = build.map_err(|error| match error.kind.as_ref() {
        _ if is_login(&error) => {
            OpenError::Login { server: server.clone(), user: user.unwrap_or_else(|| "nobody".to_owned()) }
        }
        ErrorKind::ServerSelection { .. } | ErrorKind::Io(_) | ErrorKind::DnsResolve { .. } => {
            OpenError::Refused { server: server.clone(), source: reason(&error).into() }
        }
        _ => OpenError::Server { server: server.clone(), source: error.into() },
    })?;
    check_version(&build, server)?;
    let is_for_tests = build.contains_key("ferretdbVersion");
    if is_for_tests {
        tracing::warn!(
            "this server keeps no unique index over arrays: two processes could write one command twice. It is for tests"
        );
    }
    Ok(Connected { client, database, is_for_tests })
}

/// What the driver found, without all that it knows of the servers: of those that it has looked for, the first one's reason.
fn reason(error: &Error) -> String {
    let text = error.to_string();
    let reason = text.split_once("Error: Kind: ").map(|(_, rest)| rest.split(", labels: ").next().unwrap_or(rest));
    reason.map_or(text.clone(), str::to_owned)
}

fn check_version(build: &Bson, server: String) -> Result<(), OpenError> {
    let parts = build.get_array("versionArray").map(Vec::as_slice).unwrap_or_default();
    let parts: Vec<i64> = parts
        .iter()
        .filter_map(|part| part.as_i64().or_else(|| part.as_i32().map(i64::from)))
        .take(VERSION_MIN.len())
        .collect();
    if parts.as_slice() >= VERSION_MIN.as_slice() {
        return Ok(());
    }
    let found = build.get_str("version").unwrap_or("unknown").to_owned();
    Err(OpenError::TooOld { server, found, needed: format!("{}.{}", VERSION_MIN[0], VERSION_MIN[1]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_reason_is_short() {
        let database = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50";
        let client = Client::with_uri_str(database).await.unwrap();
        let error = client.database("x").run_command(doc! { "ping": 1 }).await.unwrap_err();
        let reason = reason(&error);
        assert!(reason.contains("refused") && !reason.contains("Topology") && reason.len() < 100, "{reason}");
    }

    #[test]
    fn old_servers_are_refused() {
        for (version, parts, is_good) in [
            ("6.0.0", vec![6, 0, 0, 0], true),
            ("7.0.42", vec![7, 0, 42, 0], true),
            ("10.0.1", vec![10, 0, 1, 0], true),
            ("5.9.9", vec![5, 9, 9, 0], false),
            ("4.4.29", vec![4, 4, 29, 0], false),
            ("?", vec![], false),
        ] {
            let checked = check_version(&doc! { "version": version, "versionArray": parts }, "db:27017".to_owned());
            assert_eq!(checked.is_ok(), is_good, "{version}");
            if let Err(error) = checked {
                let text = error.to_string();
                assert!(text.contains(version) && text.contains("6.0") && text.contains("db:27017"), "{text}");
            }
        }
    }
}

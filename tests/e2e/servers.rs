//! PostgreSQL, a server of the MongoDB protocol and NATS for one system. Databases are the test's own on the servers that
//! `HANSA_TEST_POSTGRES_URL` and `HANSA_TEST_MONGO_URL` name. The broker is the test's own altogether, because contexts
//! have one name each for their streams.

use crate::scratch::Scratch;
use hansa_testkit::{MongoServer, NatsProcess, PostgresServer, or_skip};
use tokio::runtime::{Builder, Runtime};

pub(crate) struct Servers {
    postgres: PostgresServer,
    mongo: MongoServer,
    nats: NatsProcess,
    _scratch: Scratch,
}

impl Servers {
    /// `None`, and a line that says why, where one of them cannot be had.
    pub(crate) fn start() -> Option<Servers> {
        let (postgres, mongo) = (hansa_testkit::postgres()?, hansa_testkit::mongo()?);
        let scratch = Scratch::new();
        let nats = or_skip(runtime().block_on(NatsProcess::start(&scratch.path(""))))?;
        Some(Servers { postgres, mongo, nats, _scratch: scratch })
    }

    /// As commands want them.
    pub(crate) fn flags(&self) -> Vec<String> {
        let mongo = format!("{}/{}", self.mongo.url().trim_end_matches('/'), self.mongo.database("e2e"));
        let flags = [
            ("--postgres-url", self.postgres.url().to_owned()),
            ("--mongo-url", mongo),
            ("--nats-url", self.nats.url()),
        ];
        flags.into_iter().flat_map(|(flag, url)| [flag.to_owned(), url]).collect()
    }
}

/// For the testkit's calls; tests here block.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

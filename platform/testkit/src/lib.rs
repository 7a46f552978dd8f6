//! Real servers for tests. Those that `HANSA_TEST_POSTGRES_URL`, `HANSA_TEST_NATS_URL` and `HANSA_TEST_MONGO_URL` name are
//! shared: each test has a place of its own there, which is removed when it ends. Those that a test starts itself may be
//! stopped and killed. Without a variable or a program the test is skipped, with one line that says so.

mod given;
mod mongo;
mod nats;
mod postgres;
mod process;
mod second_pass;

pub use given::{MongoServer, NatsServer, PostgresServer, mongo, nats, postgres};
pub use mongo::MongoProcess;
pub use nats::NatsProcess;
pub use postgres::PostgresProcess;
pub use process::{StartError, or_skip};
pub use second_pass::{run_second_pass, second_pass};

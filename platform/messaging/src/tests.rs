//! Relay, bus, consumers and jobs, together. What concerns the bus is tested on both backends; that on a server is skipped
//! where there is no nats-server.

/// Each test on the embedded bus, and on a server of its own.
macro_rules! on_both {
    ($($name:ident,)+) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::tests::server::Server::embedded()).await;
            })+
        }

        mod jetstream {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(server) = $crate::tests::server::Server::jetstream().await {
                    super::$name(server).await;
                }
            })+
        }
    };
}

/// Each test with stores of both engines; that with PostgreSQL is skipped where there is no server.
macro_rules! on_engines {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::tests::world::World::sqlite()).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(world) = $crate::tests::world::World::postgres() {
                    super::$name(world).await;
                }
            })+
        }
    };
}

mod bus;
mod catching_up;
mod consuming;
mod cuts;
mod documents;
mod flow;
mod idle;
mod jobs;
mod losses;
mod poison;
mod relays;
mod server;
mod shelf;
mod world;

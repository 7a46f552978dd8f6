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

mod bus;
mod consuming;
mod flow;
mod jobs;
mod losses;
mod poison;
mod relays;
mod server;
mod world;

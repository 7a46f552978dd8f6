//! A connection that ends between a question and its answer.

use super::{
    bus::{LANE, messages, positions},
    server::Server,
};
use crate::{Bus, BusSettings};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

/// What a client asks for a batch of messages with.
const NEXT: &[u8] = b"CONSUMER.MSG.NEXT";
const PATIENCE: Duration = Duration::from_secs(60);

/// Leads connections to a server, and cuts the first ones that ask for a batch, before the server has heard of it.
async fn cutting(server: String, cuts: Arc<AtomicU32>) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let mut accepting = JoinSet::new();
    accepting.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(server.trim_start_matches("nats://")).await.unwrap();
            connections.spawn(lead(client, server, cuts.clone()));
        }
    });
    (url, accepting)
}

async fn lead(client: TcpStream, server: TcpStream, cuts: Arc<AtomicU32>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asking = async {
        let mut bytes = vec![0; 65_536];
        while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
            let is_question = bytes[..length].windows(NEXT.len()).any(|part| part == NEXT);
            let left = |left: u32| left.checked_sub(1);
            if is_question && cuts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok() {
                return;
            }
            to_server.write_all(&bytes[..length]).await.unwrap();
        }
    };
    tokio::select! {
        () = asking => {}
        _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_whose_question_or_answer_is_lost_is_not_waited_for_for_ever() {
    let Some(server) = Server::jetstream().await else { return };
    let cuts = Arc::new(AtomicU32::new(0));
    let (url, _accepting) = cutting(server.url().unwrap(), cuts.clone()).await;
    let bus = Bus::jetstream_with(&url, BusSettings::default()).await.unwrap();
    bus.declare("shop", Some(4)).await.unwrap();
    bus.publish(LANE, 0, &messages(LANE, 1..=5)).await.unwrap();
    cuts.store(1, Ordering::Relaxed);
    let reading = async {
        loop {
            // Whoever reads begins again after an error.
            if let Ok(read) = bus.fetch(LANE, 0, 10).await {
                return read;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let read = timeout(PATIENCE, reading).await.expect("a batch is waited for for ever");
    assert_eq!(positions(&read), [1, 2, 3, 4, 5]);
    assert_eq!(cuts.load(Ordering::Relaxed), 0, "no connection was cut");
}

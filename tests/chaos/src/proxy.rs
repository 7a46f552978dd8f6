//! Between the processes and the broker: what is delivered comes twice or in another order, what is published is published
//! again, connections end in the middle of something. As long as no fault is on, everything goes through as it is.

mod meddler;
pub mod wire;

pub use meddler::Mischief;

use anyhow::{Context, Result};
use bytes::BytesMut;
use fastrand::Rng;
use meddler::{After, Direction, Meddler};
use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

/// Each process has one or two.
const CONNECTIONS_MAX: usize = 256;
/// What is held comes after so long, even where nothing of its kind follows it.
const HELD_TIME_MAX: Duration = Duration::from_millis(200);
const CONNECT_TIME_MAX: Duration = Duration::from_secs(2);
const DELAY_MAX_MS: u64 = 150;
/// What was sent before a cut may arrive.
const CUT_PAUSE: Duration = Duration::from_millis(20);

/// A proxy with its connections, which end when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    switch: Arc<Switch>,
    _accepting: JoinSet<()>,
}

#[derive(Debug)]
struct Switch {
    /// What goes wrong now, and the seed that decides where.
    state: watch::Sender<(Option<Mischief>, u64)>,
    touched: AtomicU64,
}

impl Proxy {
    /// Listens on a free port, and leads to a port of this machine.
    pub async fn start(server: u16) -> Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.context("could not listen in place of the broker")?;
        let port = listener.local_addr().context("the proxy's own address")?.port();
        let switch = Arc::new(Switch { state: watch::Sender::new((None, 0)), touched: AtomicU64::new(0) });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, server, switch.clone()));
        Ok(Proxy { port, switch, _accepting: accepting })
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// From now on this goes wrong.
    pub fn begin(&self, mischief: Mischief, seed: u64) {
        self.switch.touched.store(0, Ordering::Relaxed);
        self.switch.state.send_replace((Some(mischief), seed));
    }

    /// From now on nothing goes wrong. Gives how many messages, or connections, were not left as they were.
    pub fn end(&self) -> u64 {
        self.switch.state.send_replace((None, 0));
        self.switch.touched.swap(0, Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, server: u16, switch: Arc<Switch>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    for number in 0_u64.. {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((client, _)) = accepted else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Whoever is too many is hung up on, as is everybody while the broker is away.
        let Ok(place) = places.clone().try_acquire_owned() else { continue };
        let switch = switch.clone();
        connections.spawn(async move {
            let _place = place;
            if let Ok(Ok(server)) = timeout(CONNECT_TIME_MAX, TcpStream::connect((Ipv4Addr::LOCALHOST, server))).await {
                lead(client, server, (&switch, number)).await;
            }
        });
    }
}

/// Both directions of a connection, until one ends.
async fn lead(client: TcpStream, server: TcpStream, (switch, number): (&Switch, u64)) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pump((from_client, to_server), Direction::FromClient, (switch, number)) => {}
        () = pump((from_server, to_client), Direction::FromServer, (switch, number)) => {}
    }
}

async fn pump(
    (mut from, mut to): (OwnedReadHalf, OwnedWriteHalf),
    direction: Direction,
    (switch, number): (&Switch, u64),
) {
    let state = switch.state.subscribe();
    let (mut meddler, mut seed) = (Meddler::new(direction, Rng::with_seed(number)), 0);
    let (mut buffer, mut out) = (BytesMut::new(), BytesMut::new());
    loop {
        let has_ended = match timeout(HELD_TIME_MAX / 2, from.read_buf(&mut buffer)).await {
            Ok(read) => !read.is_ok_and(|length| length > 0),
            Err(_) if !meddler.holds_something() => continue,
            Err(_) => false,
        };
        meddler.release_after(HELD_TIME_MAX, &mut out);
        let (mischief, seed_now) = *state.borrow();
        if mischief.is_some() && seed != seed_now {
            seed = seed_now;
            meddler.reseed(Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number)));
        }
        let after = match pass_all(&mut meddler, mischief, (&mut buffer, &mut out)) {
            Ok(after) => after,
            // Whoever speaks another language is hung up on.
            Err(_) => After::Cut,
        };
        if mischief == Some(Mischief::Delay) {
            sleep(Duration::from_millis(meddler.number_up_to(DELAY_MAX_MS))).await;
        }
        let sent = to.write_all_buf(&mut out).await;
        switch.touched.fetch_add(std::mem::take(&mut meddler.touched), Ordering::Relaxed);
        if after == After::Cut {
            let _ = to.shutdown().await;
            sleep(CUT_PAUSE).await;
        }
        if has_ended || sent.is_err() || after == After::Cut {
            return;
        }
    }
}

/// All frames that are there as a whole, or those up to a cut.
fn pass_all(
    meddler: &mut Meddler,
    mischief: Option<Mischief>,
    (buffer, out): (&mut BytesMut, &mut BytesMut),
) -> Result<After, wire::WireError> {
    while let Some(frame) = wire::next_frame(buffer)? {
        if meddler.pass(frame, mischief, out) == After::Cut {
            return Ok(After::Cut);
        }
    }
    Ok(After::GoOn)
}

#[cfg(test)]
mod tests;

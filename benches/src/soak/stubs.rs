//! Subgraphs that are mostly well, and otherwise ill in all ways.

use std::{
    collections::VecDeque,
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::{
    body::{Body, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet};

use crate::{graph::Graph, interpreter::Interpreter};

const LARGEST_REQUEST: usize = 4 << 20;

/// How an answer goes.
#[derive(Debug, Clone, Copy)]
enum Mood {
    Well,
    Compressed,
    Late,
    Hanging,
    Failing,
    Garbage,
    Errors,
    Oversized,
    BreakingOff,
}

/// A stub of one subgraph. It restarts as long as [`FaultyStub::restart_now_and_then`] runs.
#[derive(Debug)]
pub struct FaultyStub {
    address: SocketAddr,
    ward: Arc<Ward>,
    server: JoinSet<()>,
}

#[derive(Debug)]
struct Ward {
    graph: Arc<Graph>,
    subgraph: usize,
    is_ill: Arc<AtomicBool>,
    seeds: AtomicU64,
}

impl FaultyStub {
    pub async fn start(
        graph: Arc<Graph>,
        subgraph: usize,
        is_ill: Arc<AtomicBool>,
        seed: u64,
    ) -> io::Result<FaultyStub> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let ward = Arc::new(Ward { graph, subgraph, is_ill, seeds: AtomicU64::new(seed ^ subgraph as u64) });
        let mut server = JoinSet::new();
        server.spawn(serve(listener, ward.clone()));
        Ok(FaultyStub { address, ward, server })
    }

    pub fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    /// Goes away with all its connections, and comes back at the same address.
    pub async fn restart_now_and_then(mut self) {
        let mut rng = Rng::with_seed(self.ward.seeds.load(Ordering::Relaxed));
        loop {
            tokio::time::sleep(Duration::from_millis(rng.u64(5_000..60_000))).await;
            if !self.ward.is_ill.load(Ordering::Relaxed) {
                continue;
            }
            self.server.shutdown().await;
            tokio::time::sleep(Duration::from_millis(rng.u64(..500))).await;
            let listener = loop {
                match TcpListener::bind(self.address).await {
                    Ok(listener) => break listener,
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            };
            self.server.spawn(serve(listener, self.ward.clone()));
        }
    }
}

async fn serve(listener: TcpListener, ward: Arc<Ward>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let ward = ward.clone();
        connections.spawn(async move {
            let service = service_fn(|request| respond(&ward, request));
            // A connection that breaks off is meant to.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn respond(ward: &Ward, request: Request<Incoming>) -> Result<Response<Pieces>, Infallible> {
    let mut rng = Rng::with_seed(ward.seeds.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed));
    let mood = if ward.is_ill.load(Ordering::Relaxed) { mood(&mut rng) } else { Mood::Well };
    match mood {
        Mood::Late => tokio::time::sleep(Duration::from_millis(rng.u64(20..1_200))).await,
        Mood::Hanging => tokio::time::sleep(Duration::from_secs(30)).await,
        _ => {}
    }
    let Ok(body) = Limited::new(request.into_body(), LARGEST_REQUEST).collect().await else {
        return Ok(response(StatusCode::BAD_REQUEST, Pieces::whole(Bytes::new())));
    };
    let answer = match Interpreter::of_subgraph(&ward.graph, ward.subgraph).answer(&body.to_bytes()) {
        Ok(answer) => Bytes::from(answer),
        Err(why) => Bytes::from(json!({"errors": [{"message": why.to_string()}]}).to_string()),
    };
    Ok(match mood {
        Mood::Well | Mood::Late | Mood::Hanging => response(StatusCode::OK, Pieces::whole(answer)),
        Mood::Compressed => {
            let mut response = response(StatusCode::OK, Pieces::whole(gzip(&answer)));
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        }
        Mood::Failing => response(StatusCode::INTERNAL_SERVER_ERROR, Pieces::whole(Bytes::from_static(b"oh"))),
        Mood::Garbage => {
            let mut bytes = answer.to_vec();
            (0..8).for_each(|_| bytes[rng.usize(..answer.len())] = rng.u8(..));
            response(StatusCode::OK, Pieces::whole(Bytes::from(bytes)))
        }
        Mood::Errors => {
            let errors = json!({"data": null, "errors": [{"message": "no", "path": ["members", rng.u8(..)]}]});
            response(StatusCode::OK, Pieces::whole(Bytes::from(errors.to_string())))
        }
        Mood::Oversized => response(StatusCode::OK, Pieces::many(Bytes::from(vec![b' '; 64 << 10]), rng.usize(8..40))),
        Mood::BreakingOff => response(StatusCode::OK, Pieces::broken(answer.slice(..rng.usize(..answer.len())))),
    })
}

fn mood(rng: &mut Rng) -> Mood {
    match rng.u16(..1_000) {
        ..20 => Mood::Late,
        20..23 => Mood::Hanging,
        23..30 => Mood::Failing,
        30..37 => Mood::Garbage,
        37..44 => Mood::Errors,
        44..48 => Mood::Oversized,
        48..55 => Mood::BreakingOff,
        55..155 => Mood::Compressed,
        _ => Mood::Well,
    }
}

fn response(status: StatusCode, body: Pieces) -> Response<Pieces> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A body of several pieces, which may end too early.
#[derive(Debug)]
struct Pieces {
    pieces: VecDeque<Bytes>,
    is_broken: bool,
}

impl Pieces {
    fn whole(piece: Bytes) -> Pieces {
        Pieces { pieces: VecDeque::from([piece]), is_broken: false }
    }

    fn many(piece: Bytes, count: usize) -> Pieces {
        Pieces { pieces: std::iter::repeat_n(piece, count).collect(), is_broken: false }
    }

    fn broken(piece: Bytes) -> Pieces {
        Pieces { pieces: VecDeque::from([piece]), is_broken: true }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match self.pieces.pop_front() {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None if self.is_broken => Some(Err(io::ErrorKind::BrokenPipe.into())),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && !self.is_broken
    }
}

/// Uncompressed blocks are gzip, too. RFC 1952 and RFC 1951, "Non-compressed blocks".
fn gzip(bytes: &[u8]) -> Bytes {
    const BLOCK_BYTES_MAX: usize = 0xffff;
    let mut text = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blocks = bytes.chunks(BLOCK_BYTES_MAX);
    let last = blocks.len().saturating_sub(1);
    for (index, block) in blocks.enumerate() {
        let length = block.len() as u16;
        text.push(u8::from(index == last));
        text.extend_from_slice(&length.to_le_bytes());
        text.extend_from_slice(&(!length).to_le_bytes());
        text.extend_from_slice(block);
    }
    text.extend_from_slice(&crc32(bytes).to_le_bytes());
    text.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    Bytes::from(text)
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn check_sums_are_those_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}

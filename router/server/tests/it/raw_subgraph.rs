//! A subgraph that is nothing but a TCP port: it says the bytes of a script, one script for each connection.

use hansa_server::{Config, SubgraphConfig};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Wait for a whole request.
    Asked,
    Say(Vec<u8>),
    /// Every byte by itself.
    Trickle(Vec<u8>),
    /// Wait until the router hangs up.
    HungUp,
}

pub(crate) struct RawSubgraph {
    pub(crate) url: String,
    seen: watch::Receiver<Seen>,
    requests: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    pub(crate) requests: usize,
    /// Scripts that came to their end.
    pub(crate) ended: usize,
}

impl RawSubgraph {
    /// After its script a connection is closed. Nobody listens once there is no script left.
    pub(crate) async fn start(scripts: Vec<Vec<Step>>) -> RawSubgraph {
        RawSubgraph::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), scripts)
    }

    pub(crate) fn on(listener: TcpListener, scripts: Vec<Vec<Step>>) -> RawSubgraph {
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let (told, seen) = watch::channel(Seen::default());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        let texts = requests.clone();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                told.send_modify(|seen| seen.connections += 1);
                connections.spawn(play(stream, script, (told.clone(), texts.clone())));
            }
            drop(listener);
            while connections.join_next().await.is_some() {}
        });
        RawSubgraph { url, seen, requests, _tasks: tasks }
    }

    /// Settings with this subgraph for `accounts`.
    pub(crate) fn behind(&self, mut config: Config) -> Config {
        let own = SubgraphConfig { url: Some(self.url.clone()), ..SubgraphConfig::default() };
        config.subgraphs.insert("accounts".to_owned(), own);
        config
    }

    pub(crate) fn seen(&self) -> Seen {
        *self.seen.borrow()
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) async fn until(&self, is_so: impl Fn(Seen) -> bool) {
        let mut seen = self.seen.clone();
        timeout(PATIENCE, seen.wait_for(|seen| is_so(*seen))).await.expect("it comes to that").unwrap();
    }
}

async fn play(mut stream: TcpStream, script: Vec<Step>, (told, texts): (watch::Sender<Seen>, Arc<Mutex<Vec<String>>>)) {
    stream.set_nodelay(true).unwrap();
    for step in script {
        match step {
            Step::Asked => {
                let Some(text) = request(&mut stream).await else { break };
                texts.lock().unwrap().push(text);
                told.send_modify(|seen| seen.requests += 1);
            }
            Step::Say(bytes) => {
                let _ = stream.write_all(&bytes).await;
            }
            Step::Trickle(bytes) => {
                for byte in bytes {
                    let _ = stream.write_all(&[byte]).await;
                    tokio::task::yield_now().await;
                }
            }
            Step::HungUp => while stream.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {},
        }
    }
    // Closed before anybody is told.
    drop(stream);
    told.send_modify(|seen| seen.ended += 1);
}

/// Head and body; `None` when the router hangs up first.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    loop {
        if let Some(end) = text.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&text[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if text.len() >= end + 4 + length.map_or(0, |length| length.parse().unwrap()) {
                return Some(String::from_utf8(text).unwrap());
            }
        }
        if stream.read_buf(&mut text).await.ok()? == 0 {
            return None;
        }
    }
}

//! A server that answers every request with the same bytes, whatever they are, and counts the requests.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

const READ_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) struct CannedServer {
    pub(crate) url: String,
    requests: Arc<AtomicU32>,
    last: Arc<Mutex<String>>,
}

impl CannedServer {
    /// Head and body as they are sent; the connection is closed behind them. The thread ends with the test process.
    pub(crate) fn raw(answer: Vec<u8>) -> CannedServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let server = CannedServer { url, requests: Arc::default(), last: Arc::default() };
        let (requests, last) = (server.requests.clone(), server.last.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                stream.set_read_timeout(Some(READ_TIMEOUT)).unwrap();
                let mut request = [0; 4096];
                let Ok(length) = stream.read(&mut request) else { continue };
                *last.lock().unwrap() = String::from_utf8_lossy(&request[..length]).to_lowercase();
                requests.fetch_add(1, Ordering::Relaxed);
                // Who gave up meanwhile is part of some tests.
                let _ = stream.write_all(&answer);
            }
        });
        server
    }

    pub(crate) fn json(status: &str, body: &str) -> CannedServer {
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
        CannedServer::raw(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes())
    }

    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// In lower case.
    pub(crate) fn last_request(&self) -> String {
        self.last.lock().unwrap().clone()
    }
}

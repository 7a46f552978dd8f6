//! A subgraph that says when a request has arrived and answers when the test lets it: no guessing what is in flight.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) struct HeldSubgraph {
    pub(crate) url: String,
    arrived: Receiver<String>,
    release: Sender<()>,
}

impl HeldSubgraph {
    /// Answers every request with `answer`, one [`HeldSubgraph::release`] each. The thread ends with the test process.
    pub(crate) fn new(answer: &str) -> HeldSubgraph {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let (arrival, arrived) = channel();
        let (release, released) = channel();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read_request(&mut stream);
                if arrival.send(request).is_err() || released.recv().is_err() {
                    return;
                }
                // A client that gave up meanwhile is part of some tests.
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        HeldSubgraph { url, arrived, release }
    }

    /// Waits until a request is here; its text, headers in lower case.
    #[track_caller]
    pub(crate) fn wait_for_request(&self) -> String {
        self.arrived.recv_timeout(ARRIVAL_TIMEOUT).expect("a request should have come to the subgraph")
    }

    pub(crate) fn release(&self) {
        self.release.send(()).unwrap();
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(ARRIVAL_TIMEOUT)).unwrap();
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.is_none_or(|length| body.len() >= length.parse().unwrap()) {
                return format!("{head}\r\n\r\n{body}");
            }
        }
        match stream.read(&mut buffer).unwrap() {
            0 => return text,
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
}

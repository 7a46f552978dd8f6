//! SIGTERM and Ctrl-C: what is in flight is answered, and the process ends in time whatever its subgraphs do.

use crate::{
    held_subgraph::HeldSubgraph,
    http,
    process::Server,
    scratch::{Scratch, demo_supergraph_at},
};
use std::{net::TcpStream, thread, time::Duration};

const ME: &str = "{ me { displayName } }";
const GRACE: Duration = Duration::from_secs(10);

struct Slow {
    router: Server,
    subgraph: HeldSubgraph,
    _scratch: Scratch,
}

/// A router whose only answering subgraph holds each request until it is told to let go.
fn slow() -> Slow {
    let subgraph = HeldSubgraph::new(r#"{"data":{"me":{"displayName":"Inês"}}}"#);
    let scratch = Scratch::new();
    let supergraph = scratch.file("supergraph.graphql", &demo_supergraph_at(&[("accounts", &subgraph.url)]));
    let router = Server::start(&["router", "--supergraph", &supergraph]);
    Slow { router, subgraph, _scratch: scratch }
}

#[test]
fn a_query_in_flight_is_answered_before_the_end() {
    let mut slow = slow();
    let origin = slow.router.origin.clone();
    let query = thread::spawn(move || http::query(&origin, ME));
    slow.subgraph.wait_for_request();
    slow.router.signal("TERM");
    let address = slow.router.origin.trim_start_matches("http://").to_owned();
    slow.router.wait_for("refusal of new connections", || {
        TcpStream::connect(&address).is_err() || http::get(&slow.router.origin, "/ready").is_ok_and(|a| a.status == 503)
    });
    slow.subgraph.release();
    assert_eq!(query.join().unwrap()["data"]["me"]["displayName"], "Inês");
    assert!(slow.router.end_within(GRACE).success(), "{}", slow.router.log());
}

#[test]
fn a_subgraph_that_never_answers_does_not_delay_the_end_beyond_the_grace() {
    let mut slow = slow();
    let origin = slow.router.origin.clone();
    let query = thread::spawn(move || http::post(&origin, "/graphql", r#"{"query":"{ me { displayName } }"}"#));
    slow.subgraph.wait_for_request();
    slow.router.signal("TERM");
    slow.router.end_within(GRACE + Duration::from_secs(1));
    // Whether the client gets an error or a closed connection, it does not wait for ever.
    let _ = query.join().unwrap();
}

#[test]
fn a_second_ctrl_c_ends_the_process_at_once() {
    let mut slow = slow();
    let origin = slow.router.origin.clone();
    let query = thread::spawn(move || http::post(&origin, "/graphql", r#"{"query":"{ me { displayName } }"}"#));
    slow.subgraph.wait_for_request();
    slow.router.signal("INT");
    slow.router.wait_for("start of the drain", || slow.router.log().contains("stopping"));
    slow.router.signal("INT");
    let status = slow.router.end_within(Duration::from_secs(2));
    assert_eq!(status.code(), Some(130), "{}", slow.router.log());
    let _ = query.join().unwrap();
}

#[test]
fn an_idle_router_ends_at_once() {
    let mut slow = slow();
    slow.router.signal("TERM");
    assert!(slow.router.end_within(Duration::from_secs(5)).success(), "{}", slow.router.log());
}

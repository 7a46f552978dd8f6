//! The proxy between a client and a server, of which both are this test.

use super::*;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(10);

struct Pair {
    proxy: Proxy,
    client: TcpStream,
    server: TcpStream,
    listener: TcpListener,
}

async fn pair() -> Pair {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a listener");
    let proxy = Proxy::start(listener.local_addr().expect("an address").port()).await.expect("a proxy");
    let (client, server) = connected(&proxy, &listener).await;
    Pair { proxy, client, server, listener }
}

async fn connected(proxy: &Proxy, listener: &TcpListener) -> (TcpStream, TcpStream) {
    let client = TcpStream::connect(proxy.url().trim_start_matches("nats://")).await.expect("the proxy listens");
    let (server, _) = listener.accept().await.expect("a connection");
    (client, server)
}

/// Reads until the text has this end.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&text).ends_with(end) {
            assert!(stream.read_buf(&mut text).await.is_ok_and(|length| length > 0), "ended after {text:?}");
        }
    };
    timeout(PATIENCE, reading).await.unwrap_or_else(|_| panic!("nothing ends with {end:?}"));
    String::from_utf8_lossy(&text).into_owned()
}

fn delivery(number: u32) -> String {
    let text = format!("event {number}");
    format!("MSG evt.a.b.c.00 1 $JS.ACK.EVT_A.x.1.1.1.1.0 {}\r\n{text}\r\n", text.len())
}

#[tokio::test]
async fn without_a_fault_everything_goes_through_as_it_is() {
    let Pair { proxy, mut client, mut server, .. } = pair().await;
    let greeting = "INFO {\"connect_urls\":[\"127.0.0.1:4222\"],\"jetstream\":true}\r\n";
    let text: String = (0..500).map(delivery).collect();
    server.write_all(format!("{greeting}{text}PING\r\n").as_bytes()).await.expect("the client is there");
    assert_eq!(read_until(&mut client, "PING\r\n").await, format!("INFO {{\"jetstream\":true}}\r\n{text}PING\r\n"));
    client.write_all(b"CONNECT {}\r\nPUB evt.a 1\r\nx\r\nPONG\r\n").await.expect("the server is there");
    assert_eq!(read_until(&mut server, "PONG\r\n").await, "CONNECT {}\r\nPUB evt.a 1\r\nx\r\nPONG\r\n");
    assert_eq!(proxy.end(), 0);
}

#[tokio::test]
async fn deliveries_come_twice_and_in_another_order_and_each_comes() {
    for mischief in [Mischief::DeliveryDuplicate, Mischief::DeliveryReorder] {
        let Pair { proxy, mut client, mut server, .. } = pair().await;
        proxy.begin(mischief, 7);
        let text: String = (0..100).map(delivery).collect();
        server.write_all(format!("{text}PING\r\n").as_bytes()).await.expect("the client is there");
        let mut got = read_until(&mut client, "PING\r\n").await.replace("PING\r\n", "");
        // Copies that were late are there soon.
        let until = Instant::now() + PATIENCE;
        let expected = |touched: u64| if mischief == Mischief::DeliveryDuplicate { touched as usize } else { 0 };
        loop {
            let touched = proxy.switch.touched.load(Ordering::Relaxed);
            let count = got.matches("event ").count();
            if touched > 20 && count == 100 + expected(touched) {
                break;
            }
            assert!(Instant::now() < until, "{count} came, {touched} were touched: {got}");
            let mut more = vec![0; 65_536];
            if let Ok(Ok(length)) = timeout(Duration::from_millis(50), client.read(&mut more)).await {
                got += &String::from_utf8_lossy(&more[..length]);
            }
        }
        (0..100).for_each(|number| assert!(got.contains(&delivery(number)), "{number} is lost"));
        assert_ne!(got, text);
        assert!(proxy.end() > 20);
    }
}

#[tokio::test]
async fn a_connection_is_cut_and_the_next_one_is_not() {
    let Pair { proxy, mut client, mut server, listener } = pair().await;
    proxy.begin(Mischief::ConnectionCut, 3);
    let sending = async { while server.write_all(b"PING\r\n").await.is_ok() {} };
    let reading = async {
        let mut bytes = vec![0; 1024];
        while client.read(&mut bytes).await.is_ok_and(|length| length > 0) {}
    };
    timeout(PATIENCE, async { tokio::join!(sending, reading) }).await.expect("both ends hear of the cut");
    assert_eq!(proxy.end(), 1);
    let (mut client, mut server) = connected(&proxy, &listener).await;
    server.write_all("PING\r\n".repeat(1_000).as_bytes()).await.expect("the client is there");
    server.write_all(b"END\r\n").await.expect("the client is there");
    read_until(&mut client, "END\r\n").await;
}

#[tokio::test]
async fn what_is_no_frame_and_a_broker_that_is_away_end_the_connection() {
    let Pair { proxy, mut client, mut server, listener } = pair().await;
    server.write_all(b"MSG a 1 many\r\n").await.expect("the client is there");
    let mut bytes = Vec::new();
    let ended = timeout(PATIENCE, client.read_to_end(&mut bytes)).await.expect("it ends");
    assert!(ended.is_err() || bytes.is_empty(), "{bytes:?}");
    drop((server, listener));
    let url = proxy.url();
    let mut client = TcpStream::connect(url.trim_start_matches("nats://")).await.expect("the proxy listens");
    let ended = timeout(PATIENCE, client.read_to_end(&mut bytes)).await.expect("it ends");
    assert!(ended.is_err() || bytes.is_empty(), "{bytes:?}");
}

//! Far more want it than can have it. `HANSA_FLASH_SALE=10000` makes it large; it prints how fast it was.

use super::world::{World, reserve};
use hansa_messaging::ReceivedEvent;
use hansa_testkit::postgres;
use std::{collections::BTreeMap, time::Instant};

const STOCK: i64 = 100;
/// As many as the workers give to a consumer at once.
const BATCH: usize = 256;

async fn sale(world: World, engine: &str) {
    let count: u128 = std::env::var("HANSA_FLASH_SALE").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let variant = world.stocked(STOCK).await;
    let requests: Vec<ReceivedEvent> = (1..=count).map(|order| reserve(order, &[(variant, 1, 1)])).collect();
    let began = Instant::now();
    for batch in requests.chunks(BATCH) {
        world.deliver(batch).await;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{engine}: {count} requests in {seconds:.2} s, {:.0} a second", count as f64 / seconds);
    let mut answers: BTreeMap<String, i64> = BTreeMap::new();
    for event in world.log().await.into_iter().filter(|event| event.aggregate == "reservation") {
        *answers.entry(event.event_type).or_default() += 1;
    }
    let refused = count as i64 - STOCK;
    assert_eq!(answers, BTreeMap::from([("made".to_owned(), STOCK), ("refused".to_owned(), refused)]));
    assert_eq!(world.numbers().await, (STOCK, STOCK, 0));
}

#[tokio::test]
async fn exactly_as_many_get_it_as_there_are() {
    sale(World::new().await, "SQLite").await;
}

#[tokio::test]
async fn exactly_as_many_get_it_on_postgres() {
    let Some(server) = postgres() else { return };
    sale(World::on(Some(server)).await, "PostgreSQL").await;
}

//! The flash sale: many buyers, few pieces. Exactly as many orders are confirmed as there are pieces; everybody else is told
//! that they are gone.

use crate::{
    client::Client,
    history::Outcome,
    shop::{Buyer, login},
    system::System,
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};

/// A buyer takes part several times, with a checkout for each.
const CHECKOUTS_OF_A_BUYER: usize = 400;
/// After so long no order may be pending.
const PENDING_MAX: Duration = Duration::from_secs(60);

/// What became of it.
#[derive(Debug)]
pub struct Sale {
    orders: usize,
    stock: u32,
    /// Orders by their end: `CONFIRMED`, or `REJECTED` with the reason.
    ends: BTreeMap<String, usize>,
    /// Until the last answer.
    answered: Duration,
    /// Until no order was pending.
    ended: Duration,
}

impl Sale {
    pub fn is_as_promised(&self) -> bool {
        let count = |end: &str| self.ends.get(end).copied().unwrap_or(0);
        let stock = self.stock as usize;
        // The carrier does not wait for the end of the sale.
        (count("CONFIRMED") + count("FULFILLED")) == stock
            && count("REJECTED OUT_OF_STOCK") == self.orders - stock
            && self.ended <= PENDING_MAX
    }
}

impl fmt::Display for Sale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.orders as f64 / self.answered.as_secs_f64();
        let ends: Vec<String> = self.ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
        write!(
            formatter,
            "{} orders for {} pieces: {}; answered in {:.1?} ({rate:.0}/s), none pending after {:.1?}",
            self.orders,
            self.stock,
            ends.join(", "),
            self.answered,
            self.ended
        )
    }
}

/// Sells `stock` pieces of one variant to as many as want them.
pub async fn run(system: &mut System, orders: usize, stock: u32) -> Result<Sale> {
    let client = Client::new(&system.origin()).with_timeout(PENDING_MAX);
    let variant = put_on_sale(&client, stock).await.context("put a product on sale")?;
    let checkouts = checkouts(&client, orders, &variant).await.context("check out")?;
    let started = Instant::now();
    let mut placing = JoinSet::new();
    for (number, (buyer, checkout)) in checkouts.into_iter().enumerate() {
        placing.spawn(async move {
            let key = format!("flash-sale-{number:06}");
            let placement = buyer.place(checkout, ("sandbox_ok", &key), PENDING_MAX).await;
            (buyer, placement)
        });
    }
    let mut placed = Vec::with_capacity(orders);
    while let Some(done) = placing.join_next().await {
        placed.push(done.context("a buyer")?);
    }
    let answered = started.elapsed();
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let mut of_buyers: HashMap<usize, (Buyer, HashSet<String>)> = HashMap::new();
    for (buyer, placement) in placed {
        match placement.outcome {
            Outcome::Answered { order, .. } => {
                of_buyers.entry(buyer.number).or_insert((buyer, HashSet::new())).1.insert(order);
            }
            other => *ends.entry(other.name()).or_default() += 1,
        }
    }
    for (buyer, placed) in of_buyers.into_values() {
        for end in ends_of(&buyer, &placed, started).await? {
            *ends.entry(end).or_default() += 1;
        }
    }
    Ok(Sale { orders, stock, ends, answered, ended: started.elapsed() })
}

/// How these orders of a buyer ended; waits for all of them while there is time.
async fn ends_of(buyer: &Buyer, placed: &HashSet<String>, started: Instant) -> Result<Vec<String>> {
    loop {
        let orders = buyer.orders().await?;
        let is_placed = |order: &&Value| order["id"].as_str().is_some_and(|id| placed.contains(id));
        let ends: Vec<String> = orders.iter().filter(is_placed).map(end_of).collect();
        if ends.len() != placed.len() {
            bail!("{} orders of {} are listed", ends.len(), placed.len());
        }
        if ends.iter().all(|end| end != "PENDING") || started.elapsed() > PENDING_MAX {
            return Ok(ends);
        }
        sleep(Duration::from_millis(500)).await;
    }
}

fn end_of(order: &Value) -> String {
    let status = order["status"].as_str().unwrap_or_default();
    match order["statusReason"].as_str() {
        Some(reason) if status == "REJECTED" => format!("REJECTED {reason}"),
        _ => status.to_owned(),
    }
}

/// A merchant's staff counts a variant's stock to what is on sale.
async fn put_on_sale(client: &Client, stock: u32) -> Result<String> {
    let token = login(client, ("berta", "berta-demo-login")).await?;
    let staff = client.with_token(&token);
    let query = "{ warehouses(first: 1) { nodes { id } }
        stockItems(first: 50) { nodes { variant { id product { status } } } } }";
    let data = staff.data(query, &json!({})).await?;
    let warehouse = &data["warehouses"]["nodes"][0]["id"];
    let items = data["stockItems"]["nodes"].as_array().context("there is stock")?;
    let is_published = |item: &&Value| item["variant"]["product"]["status"] == "PUBLISHED";
    let variant = &items.iter().find(is_published).context("something is for sale")?["variant"]["id"];
    let input = json!({
        "variantId": variant, "warehouseId": warehouse, "counted": stock, "idempotencyKey": "flash-sale-stock-count",
    });
    staff.done("stockCount", "stockItem { id }", &input).await?;
    Ok(variant.as_str().context("a variant has an id")?.to_owned())
}

/// Checkouts of one piece each, with their buyers.
async fn checkouts(client: &Client, orders: usize, variant: &str) -> Result<Vec<(Buyer, Value)>> {
    let mut checkouts = Vec::with_capacity(orders);
    // One of each buyer, then the next of each: nobody is the first with all of theirs.
    let lines = json!([{ "variantId": variant, "quantity": 1 }]);
    for number in 0..orders.div_ceil(CHECKOUTS_OF_A_BUYER) {
        let buyer = Buyer::register_or_sign_in(client, "flash", number).await?;
        buyer.fill_cart(&lines).await?;
        for place in 0..CHECKOUTS_OF_A_BUYER.min(orders - checkouts.len()) {
            let checkout = buyer.check_out(&format!("flash-checkout-{number}-{place:04}")).await?;
            checkouts.push((place, buyer.clone(), checkout));
        }
    }
    checkouts.sort_by_key(|(place, buyer, _)| (*place, buyer.number));
    Ok(checkouts.into_iter().map(|(_, buyer, checkout)| (buyer, checkout)).collect())
}

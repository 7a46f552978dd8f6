//! What buyers do: sign up, look for something that is in stock, check out, place the order, ask what became of it.

use crate::{
    client::{self, Client, Reply},
    history::{Cancellation, Outcome, Placement},
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::time::sleep;

const ORDER: &str = "order { id status statusReason total { amount currencyCode } } replayed";

/// A buyer with a token, an address and a way to be delivered to.
#[derive(Debug, Clone)]
pub struct Buyer {
    pub number: usize,
    pub client: Client,
    pub address: String,
}

impl Buyer {
    /// Signs up, unless that was done before, and signs in.
    pub async fn register_or_sign_in(client: &Client, run: &str, number: usize) -> Result<Buyer> {
        let (username, password) = (format!("{run}{number}"), format!("buyer {number} of {run}"));
        let email = format!("{username}@example.org");
        let input = json!({ "username": username, "email": email, "password": password });
        let started = Instant::now();
        let mut registered = client.mutate("userRegister", "user { id }", &input).await;
        while let Reply::Errors(_) | Reply::Unknown(_) = &registered
            && started.elapsed() < client::PATIENCE
        {
            sleep(Duration::from_millis(200)).await;
            registered = client.mutate("userRegister", "user { id }", &input).await;
        }
        let is_there = matches!(&registered, Reply::Data(payload)
            if payload["userErrors"] == json!([]) || payload["userErrors"][0]["code"] == "USERNAME_TAKEN");
        if !is_there {
            bail!("userRegister: {registered:?}");
        }
        Buyer::sign_in(client, (&username, &password), number).await
    }

    pub async fn sign_in(client: &Client, (username, password): (&str, &str), number: usize) -> Result<Buyer> {
        let client = client.with_token(&login(client, (username, password)).await?);
        let address = json!({
            "recipient": "A Buyer", "line1": "Long Street 1", "postalCode": "10115", "city": "Berlin", "country": "DE",
        });
        let input = json!({ "address": address, "idempotencyKey": format!("address-of-{username}-0001") });
        let made = client.done_at_last("deliveryAddressCreate", "address { id }", &input).await?;
        let address = made["address"]["id"].as_str().context("an address has an id")?.to_owned();
        Ok(Buyer { number, client, address })
    }

    /// Puts these lines into the cart, and nothing else.
    pub async fn fill_cart(&self, lines: &Value) -> Result<()> {
        self.client.done("cartClear", "cart { id }", &json!({})).await?;
        self.client.done("cartLinesAdd", "cart { id }", &json!({ "lines": lines })).await.map(|_| ())
    }

    /// The lines of the cart, when somebody says them.
    pub async fn cart(&self) -> Option<Value> {
        match self.client.ask("{ cart { lines { quantity variant { id } } } }", &json!({})).await {
            Reply::Data(mut data) => Some(data["cart"]["lines"].take()),
            _ => None,
        }
    }

    /// A checkout of what is in the cart: its id, its quote's hash, its lines and its total.
    pub async fn check_out(&self, key: &str) -> Result<Value> {
        let input = json!({ "shippingMethod": "standard", "deliveryAddressId": self.address, "idempotencyKey": key });
        let selection = "checkout { id quoteHash total { amount currencyCode } lines { quantity variant { id } } }";
        Ok(self.client.done("checkoutCreate", selection, &input).await?["checkout"].take())
    }

    /// Places the order of a checkout; asks again with the same key until somebody answers, or the time is over.
    pub async fn place(&self, checkout: Value, (method, key): (&str, &str), patience: Duration) -> Placement {
        let input = json!({
            "checkoutId": checkout["id"], "quoteHash": checkout["quoteHash"], "paymentMethod": method, "idempotencyKey": key,
        });
        let outcome = self.ask_until(("orderPlace", ORDER), &input, patience).await;
        Placement { idempotency_key: key.to_owned(), buyer: self.number, checkout, method: method.to_owned(), outcome }
    }

    /// Cancels an order; asks again as [`Buyer::place`] does.
    pub async fn cancel(&self, order: &str, patience: Duration) -> Cancellation {
        let input = json!({ "id": order, "idempotencyKey": format!("cancel-{order}") });
        let outcome = self.ask_until(("orderCancel", ORDER), &input, patience).await;
        Cancellation { order: order.to_owned(), outcome }
    }

    async fn ask_until(&self, (mutation, selection): (&str, &str), input: &Value, patience: Duration) -> Outcome {
        let started = Instant::now();
        loop {
            if let Reply::Data(payload) = self.client.mutate(mutation, selection, input).await
                && let Some(outcome) = outcome(&payload)
            {
                return outcome;
            }
            if started.elapsed() > patience {
                return Outcome::Unknown;
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// All orders, the newest first, with their status.
    pub async fn orders(&self) -> Result<Vec<Value>> {
        let query = "query Orders($after: String) { orders(first: 100, after: $after) {
            nodes { id status statusReason } pageInfo { hasNextPage endCursor } } }";
        let (mut orders, mut after) = (Vec::new(), Value::Null);
        loop {
            let mut page = self.client.data(query, &json!({ "after": after })).await?["orders"].take();
            orders.append(page["nodes"].as_array_mut().context("a page has nodes")?);
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                return Ok(orders);
            }
            after = page["pageInfo"]["endCursor"].take();
        }
    }

    /// The order as its buyer sees it.
    pub async fn order(&self, id: &str) -> Result<Value> {
        let query = "query Order($id: ID!) { order(id: $id) { id status statusReason total { amount currencyCode }
            lines { quantity variant { id } } payments { id status amount { amount } } shipments { id status } } }";
        Ok(self.client.data(query, &json!({ "id": id })).await?["order"].take())
    }
}

/// How many of each variant lines have: those of a cart, or those that were put into it.
pub fn quantities(lines: &Value) -> BTreeMap<String, u64> {
    let mut quantities: BTreeMap<String, u64> = BTreeMap::new();
    for line in lines.as_array().into_iter().flatten() {
        let variant = line["variant"]["id"].as_str().or(line["variantId"].as_str()).unwrap_or_default();
        *quantities.entry(variant.to_owned()).or_default() += line["quantity"].as_u64().unwrap_or(0);
    }
    quantities
}

/// The access token of somebody who signs in.
pub async fn login(client: &Client, (login, password): (&str, &str)) -> Result<String> {
    let input = json!({ "login": login, "password": password });
    let session = client.done_at_last("sessionCreate", "accessToken", &input).await?;
    Ok(session["accessToken"].as_str().context("a session has an access token")?.to_owned())
}

fn outcome(payload: &Value) -> Option<Outcome> {
    if let Some(code) = payload["userErrors"][0]["code"].as_str() {
        return Some(Outcome::Refused(code.to_owned()));
    }
    let text = |field: &str| payload["order"][field].as_str().map(str::to_owned);
    Some(Outcome::Answered { order: text("id")?, status: text("status")? })
}

/// Variants that can be bought, the best stocked first.
pub async fn variants_in_stock(client: &Client) -> Result<Vec<String>> {
    let query = "{ products(first: 50) { nodes { variants(first: 20) { nodes { id availability { level } } } } } }";
    let data = client.data_at_last(query, &json!({})).await?;
    let products = data["products"]["nodes"].as_array().context("there are products")?.clone();
    let variants =
        products.iter().flat_map(|product| product["variants"]["nodes"].as_array().cloned().unwrap_or_default());
    let in_stock = variants.filter(|variant| variant["availability"]["level"] == "IN_STOCK");
    Ok(in_stock.filter_map(|variant| variant["id"].as_str().map(str::to_owned)).collect())
}

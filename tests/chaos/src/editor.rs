//! A merchant's staff, who edits prices and writes posts meanwhile: what is kept as documents changes too.

use crate::{
    client::{Client, Reply},
    founding,
    history::{History, Known},
};
use anyhow::{Context, Result};
use fastrand::Rng;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Between two edits, in milliseconds.
const PAUSE_MS: std::ops::Range<u64> = 200..1_500;

/// One edit, with all its repetitions.
#[derive(Debug, Clone)]
pub struct Edit {
    pub what: What,
    pub known: Known,
}

/// No two edits of a run are alike.
#[derive(Debug, Clone)]
pub enum What {
    Price { variant: String, cents: u64 },
    Post { body: String },
}

impl Edit {
    /// What it is known by, in the history and in the log.
    pub fn key(&self) -> String {
        match &self.what {
            What::Price { variant, cents } => format!("the price {cents} of {variant}"),
            What::Post { body } => format!("the post {body}"),
        }
    }

    pub fn key_of_event(event: &Value) -> Option<String> {
        let content = &event["content"];
        match (event["aggregate"].as_str()?, event["event_type"].as_str()?) {
            ("price", "changed") => {
                Some(format!("the price {} of {}", content["after"]["minor_units"], content["variantId"].as_str()?))
            }
            ("post", "published") => Some(format!("the post {}", content["public"]["body"].as_str()?)),
            _ => None,
        }
    }
}

/// The staff with a token, and the variants that it may change.
#[derive(Debug)]
pub struct Editor {
    client: Client,
    variants: Vec<(String, String)>,
}

impl Editor {
    pub async fn sign_in(client: &Client) -> Result<Editor> {
        let client = founding::sign_in_as_staff(client).await?;
        let query = "{ stockItems(first: 50) { nodes { variant { id price { currencyCode } product { status } } } } }";
        let data = client.data_at_last(query, &json!({})).await?;
        let items = data["stockItems"]["nodes"].as_array().context("there is stock")?;
        let published = items.iter().filter(|item| item["variant"]["product"]["status"] == "PUBLISHED");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let variant = |item: &Value| {
            let variant = &item["variant"];
            Some((text(&variant["id"])?, text(&variant["price"]["currencyCode"])?))
        };
        let variants: Vec<_> = published.filter_map(variant).collect();
        match variants.is_empty() {
            true => anyhow::bail!("the merchant has nothing whose price could be edited"),
            false => Ok(Editor { client, variants }),
        }
    }

    /// One edit after another. `first`: a number behind those of all edits before.
    pub async fn edit_until(&self, is_over: &AtomicBool, (mut rng, first): (Rng, u64), history: &History) {
        for number in first.. {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            let edit = match rng.u32(..4) {
                0 => self.post(number, history).await,
                _ => self.set_price(&mut rng, number, history).await,
            };
            history.add_edit(edit);
            sleep(Duration::from_millis(rng.u64(PAUSE_MS))).await;
        }
    }

    async fn set_price(&self, rng: &mut Rng, number: u64, history: &History) -> Edit {
        let (variant, currency) = &self.variants[rng.usize(..self.variants.len())];
        let cents = 1_000 + number;
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let price = json!({ "amount": amount, "currencyCode": currency });
        let input =
            json!({ "variantId": variant, "price": price, "idempotencyKey": format!("chaos-price-{number:08}") });
        let known = self.repeat(("priceSet", "variant { id }"), &input).await.0;
        if known == Known::Done {
            let query = "query Price($id: ID!) { node(id: $id) { ... on ProductVariant { price { amount } } } }";
            let read = self.client.ask(query, &json!({ "id": variant })).await;
            history.read(&format!("the price of {variant}"), (&read, "/node/price/amount"), &json!(amount));
        }
        Edit { what: What::Price { variant: variant.clone(), cents }, known }
    }

    async fn post(&self, number: u64, history: &History) -> Edit {
        let body = format!("news of edit {number:08}");
        let input = json!({ "body": body, "idempotencyKey": format!("chaos-post-{number:08}") });
        let (known, payload) = self.repeat(("postPublish", "post { id }"), &input).await;
        if known == Known::Done {
            let query = "query Post($id: ID!) { post(id: $id) { body } }";
            let read = self.client.ask(query, &json!({ "id": payload["post"]["id"] })).await;
            history.read("a post", (&read, "/post/body"), &json!(body));
        }
        Edit { what: What::Post { body }, known }
    }

    /// Asks with the same key until somebody answers, or the time is over.
    async fn repeat(&self, (mutation, selection): (&str, &str), input: &Value) -> (Known, Value) {
        let started = Instant::now();
        loop {
            match self.client.mutate(mutation, selection, input).await {
                Reply::Data(payload) if payload["userErrors"] == json!([]) => return (Known::Done, payload),
                Reply::Data(payload) if payload["userErrors"][0]["code"].is_string() => {
                    return (Known::Refused, payload);
                }
                _ if started.elapsed() > crate::run::PATIENCE => return (Known::Unknown, Value::Null),
                _ => sleep(Duration::from_millis(200)).await,
            }
        }
    }
}

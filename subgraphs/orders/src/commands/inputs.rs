//! What commands are given: texts as clients gave them. Idempotency keys stand for them.

use serde::Serialize;

/// Input of `cartLinesAdd`.
#[derive(Debug, Clone, Serialize)]
pub struct CartLinesAdd {
    pub lines: Vec<NewCartLine>,
}

#[derive(Debug, Clone, Serialize)]
pub struct NewCartLine {
    pub variant_id: String,
    pub quantity: i64,
}

/// Input of `cartLineUpdate`.
#[derive(Debug, Clone, Serialize)]
pub struct CartLineUpdate {
    pub id: String,
    pub quantity: i64,
}

/// Input of `cartLinesRemove`.
#[derive(Debug, Clone, Serialize)]
pub struct CartLinesRemove {
    pub ids: Vec<String>,
}

/// A change of the caller's cart.
#[derive(Debug, Clone, Serialize)]
pub enum CartChange {
    Add(CartLinesAdd),
    Update(CartLineUpdate),
    Remove(CartLinesRemove),
    Clear,
}

/// Input of `checkoutCreate`.
#[derive(Debug, Clone, Serialize)]
pub struct CheckoutCreate {
    pub shipping_method: String,
    pub delivery_address_id: String,
}

/// Input of `orderPlace`.
#[derive(Debug, Clone, Serialize)]
pub struct OrderPlace {
    pub checkout_id: String,
    pub quote_hash: String,
    pub payment_method: String,
}

/// Input of `orderCancel`.
#[derive(Debug, Clone, Serialize)]
pub struct OrderCancel {
    pub id: String,
}

/// Input of `returnRequest`.
#[derive(Debug, Clone, Serialize)]
pub struct ReturnRequest {
    pub order_id: String,
    pub lines: Vec<ReturnLine>,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ReturnLine {
    pub line_id: String,
    pub quantity: i64,
}

/// Input of `returnRefuse`.
#[derive(Debug, Clone, Serialize)]
pub struct ReturnRefuse {
    pub id: String,
    pub reason: String,
}

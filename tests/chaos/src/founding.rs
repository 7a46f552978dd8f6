//! A small shop, made through the API. The demo has thousands of documents, which is too much for a server of documents that
//! looks at all of them in every search.

use crate::{
    client::Client,
    shop::{Buyer, login},
    stores,
    system::System,
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// The merchant's staff: its name and its password.
pub const STAFF: (&str, &str) = ("berta", "berta of the chaos shop");
const OPERATOR: (&str, &str) = ("operator", "operator of the chaos shop");
const PRODUCTS: usize = 4;
const VARIANTS: usize = 3;
/// Enough for some seeds, and little enough that some orders are refused in long ones.
const STOCK: u32 = 400;
/// Until what was made is known everywhere.
const KNOWN_MAX: Duration = Duration::from_secs(60);

/// Makes a marketplace with one merchant, who sells some products in a few variants each.
pub async fn found(system: &System) -> Result<()> {
    let client = Client::new(&system.origin());
    let operator = founder(&client, OPERATOR, "chaos-platform").await?;
    stores::make_platform(system, "chaos-platform").await?;
    let operator = acting(&client, OPERATOR, &operator).await?;
    let price = |amount: &str| json!({ "amount": amount, "currencyCode": "EUR" });
    let method = json!({
        "code": "standard", "name": "Standard", "basePrice": price("3.90"), "pricePerKg": price("0.60"),
        "countries": ["DE"], "isPlatforms": true, "idempotencyKey": "chaos-shipping-method",
    });
    operator.done_at_last("shippingMethodCreate", "method { id }", &method).await?;
    let category = json!({ "handle": "everything", "name": "Everything", "idempotencyKey": "chaos-the-category" });
    let category =
        operator.done_at_last("categoryCreate", "category { id }", &category).await?["category"]["id"].take();

    let tenant = founder(&client, STAFF, "chaos-merchant").await?;
    let staff = acting(&client, STAFF, &tenant).await?;
    let vendor = json!({
        "handle": "chaos-vendor", "name": "The vendor", "currencyCode": "EUR", "idempotencyKey": "chaos-the-one-vendor",
    });
    let vendor = staff.done_at_last("vendorCreate", "vendor { id }", &vendor).await?["vendor"]["id"].take();
    let mut variants = Vec::new();
    for number in 0..PRODUCTS {
        let of_product = (0..VARIANTS).map(|variant| {
            let sku = format!("P{number}-V{variant}");
            json!({ "sku": sku, "title": sku, "price": price("12.50"), "weightGrams": 250 })
        });
        let product = json!({
            "vendorId": vendor, "title": format!("Product {number}"), "categoryId": category,
            "variants": of_product.collect::<Vec<_>>(), "idempotencyKey": format!("chaos-product-{number:04}"),
        });
        let selection = "product { id variants(first: 20) { nodes { id } } }";
        let product = staff.done_at_last("productCreate", selection, &product).await?["product"].take();
        let publish = json!({ "id": product["id"], "idempotencyKey": format!("chaos-publish-{number:04}") });
        staff.done_at_last("productPublish", "product { id }", &publish).await?;
        let nodes = product["variants"]["nodes"].as_array().context("a product has variants")?.clone();
        variants.extend(nodes.into_iter().map(|mut variant| variant["id"].take()));
    }
    let warehouse = json!({
        "code": "MAIN", "name": "The warehouse", "priority": 1, "idempotencyKey": "chaos-the-warehouse",
    });
    let warehouse =
        staff.done_at_last("warehouseCreate", "warehouse { id }", &warehouse).await?["warehouse"]["id"].take();
    stock_up(&staff, &warehouse, &variants).await?;
    wait_until_in_stock(&client, variants.len()).await
}

/// Signs in as the merchant's staff.
pub async fn sign_in_as_staff(client: &Client) -> Result<Client> {
    let staff = client.with_token(&login(client, STAFF).await?);
    let data =
        staff.data_at_last("{ viewer { memberships(first: 1) { nodes { tenant { id } } } } }", &json!({})).await?;
    acting(client, STAFF, &data["viewer"]["memberships"]["nodes"][0]["tenant"]["id"]).await
}

/// Somebody new with a tenant; gives the tenant.
async fn founder(client: &Client, (name, password): (&str, &str), handle: &str) -> Result<Value> {
    let input = json!({ "username": name, "email": format!("{name}@example.org"), "password": password, "idempotencyKey": format!("chaos-user-{name:0>10}") });
    client.done_at_last("userRegister", "user { id }", &input).await?;
    let founder = client.with_token(&login(client, (name, password)).await?);
    let tenant = founder
        .done_at_last(
            "tenantCreate",
            "tenant { id }",
            &json!({ "handle": handle, "name": handle, "idempotencyKey": format!("tenant-{handle}") }),
        )
        .await?;
    Ok(tenant["tenant"]["id"].clone())
}

/// Signs in, and acts in a tenant.
async fn acting(client: &Client, person: (&str, &str), tenant: &Value) -> Result<Client> {
    let signed_in = client.with_token(&login(client, person).await?);
    let session = signed_in.done_at_last("sessionTenantSwitch", "accessToken", &json!({ "tenantId": tenant })).await?;
    let token = session["accessToken"].as_str().context("a session has an access token")?;
    Ok(client.with_token(token))
}

/// Inventory hears of a variant a moment after the catalog has it.
async fn stock_up(staff: &Client, warehouse: &Value, variants: &[Value]) -> Result<()> {
    let started = Instant::now();
    for (number, variant) in variants.iter().enumerate() {
        let input = json!({
            "variantId": variant, "warehouseId": warehouse, "quantity": STOCK,
            "idempotencyKey": format!("chaos-first-receipt-{number:04}"),
        });
        while let Err(error) = staff.done("stockReceive", "stockItem { id }", &input).await {
            if started.elapsed() > KNOWN_MAX {
                return Err(error.context(format!("inventory does not know {variant} after {KNOWN_MAX:?}")));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
    Ok(())
}

/// Orders and shipping know all of it as well: a first order can be placed.
async fn wait_until_in_stock(client: &Client, variants: usize) -> Result<()> {
    let started = Instant::now();
    let buyer = Buyer::register_or_sign_in(client, "first", 0).await?;
    loop {
        let in_stock = crate::shop::variants_in_stock(client).await?;
        let lines: Vec<Value> = in_stock.iter().map(|variant| json!({ "variantId": variant, "quantity": 1 })).collect();
        let key = format!("chaos-first-checkout-{}", started.elapsed().as_millis());
        let is_there = in_stock.len() == variants
            && buyer.fill_cart(&json!(lines)).await.is_ok()
            && buyer.check_out(&key).await.is_ok();
        match (is_there, started.elapsed() > KNOWN_MAX) {
            (true, _) => return Ok(()),
            (false, true) => bail!("{} of {variants} variants can be bought after {KNOWN_MAX:?}", in_stock.len()),
            (false, false) => sleep(Duration::from_millis(200)).await,
        }
    }
}

//! The tables `carts` and `cart_lines`.

use crate::domain::{
    cart::{Cart, CartLine},
    ids::{CartId, VariantId},
};
use hansa_relational::{FromRow, Query, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::UserId;

struct LineRow {
    cart: CartId,
    line: CartLine,
}

impl FromRow for Cart {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Cart {
            id: row.parsed("id")?,
            buyer: row.parsed("buyer_id")?,
            lines: Vec::new(),
            updated_at: row.time("updated_at")?,
            expires_at: row.time("expires_at")?,
            version: row.int("version")?,
        })
    }
}

impl FromRow for LineRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let line = CartLine {
            id: row.parsed("id")?,
            variant: row.parsed("variant_id")?,
            quantity: row.int("quantity")?,
            seen_price: super::money(row, "seen_price")?,
        };
        Ok(LineRow { cart: row.parsed("cart_id")?, line })
    }
}

fn columns() -> Query {
    query("SELECT id, buyer_id, updated_at, expires_at, version FROM carts WHERE ")
}

fn lines_of(ids: &[CartId]) -> Query {
    query("SELECT id, cart_id, variant_id, quantity, seen_price, currency FROM cart_lines WHERE ")
        .push_in("cart_id", ids.iter().map(ToString::to_string))
        .push(" ORDER BY number")
}

fn with_lines(mut carts: Vec<Cart>, lines: Vec<LineRow>) -> Vec<Cart> {
    for row in lines {
        if let Some(cart) = carts.iter_mut().find(|cart| cart.id == row.cart) {
            cart.lines.push(row.line);
        }
    }
    carts
}

pub(crate) async fn of_buyer(db: &hansa_relational::Relational, buyer: UserId) -> Result<Option<Cart>, StoreError> {
    let cart: Option<Cart> = columns().push("buyer_id = ").push_bind(buyer.to_string()).fetch_optional(db).await?;
    let Some(cart) = cart else { return Ok(None) };
    let lines = lines_of(&[cart.id]).fetch_all(db).await?;
    Ok(with_lines(vec![cart], lines).pop())
}

/// As [`of_buyer`], with what the unit has written.
pub(crate) async fn of_buyer_in(unit: &mut UnitOfWork, buyer: UserId) -> Result<Option<Cart>, StoreError> {
    let cart = columns().push("buyer_id = ").push_bind(buyer.to_string()).fetch_optional::<Cart>(&mut *unit).await?;
    let Some(cart) = cart else { return Ok(None) };
    let lines = lines_of(&[cart.id]).fetch_all(&mut *unit).await?;
    Ok(with_lines(vec![cart], lines).pop())
}

pub(crate) async fn by_ids(db: &hansa_relational::Relational, ids: &[CartId]) -> Result<Vec<Cart>, StoreError> {
    let carts = columns().push_in("id", ids.iter().map(ToString::to_string)).fetch_all(db).await?;
    let lines = lines_of(ids).fetch_all(db).await?;
    Ok(with_lines(carts, lines))
}

pub(crate) async fn by_id(source: impl Source, id: CartId) -> Result<Option<Cart>, StoreError> {
    columns().push("id = ").push_bind(id.to_string()).fetch_optional(source).await
}

/// Writes the cart with its lines, in place of those there were.
pub(crate) async fn write(unit: &mut UnitOfWork, cart: &Cart) -> Result<(), StoreError> {
    query(
        "INSERT INTO carts (id, buyer_id, updated_at, expires_at, version) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, expires_at = excluded.expires_at,
            version = excluded.version",
    )
    .bind(cart.id.to_string())
    .bind(cart.buyer.to_string())
    .bind(cart.updated_at)
    .bind(cart.expires_at)
    .bind(cart.version)
    .execute(unit)
    .await?;
    query("DELETE FROM cart_lines WHERE cart_id = $1").bind(cart.id.to_string()).execute(unit).await?;
    for (number, line) in (0i64..).zip(&cart.lines) {
        query(
            "INSERT INTO cart_lines (id, cart_id, number, variant_id, quantity, seen_price, currency)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(line.id.to_string())
        .bind(cart.id.to_string())
        .bind(number)
        .bind(line.variant.to_string())
        .bind(line.quantity)
        .bind(line.seen_price.minor_units)
        .bind(line.seen_price.currency.as_str())
        .execute(unit)
        .await?;
    }
    Ok(())
}

pub(crate) async fn delete(unit: &mut UnitOfWork, id: CartId) -> Result<(), StoreError> {
    query("DELETE FROM cart_lines WHERE cart_id = $1").bind(id.to_string()).execute(unit).await?;
    query("DELETE FROM carts WHERE id = $1").bind(id.to_string()).execute(unit).await?;
    Ok(())
}

/// Takes what was ordered out of the buyer's cart; what was added since stays. Right in any company: rows decide.
pub(crate) async fn take_out(
    unit: &mut UnitOfWork,
    buyer: UserId,
    ordered: impl Iterator<Item = (VariantId, i64)>,
) -> Result<(), StoreError> {
    let mut taken = 0;
    for (variant, quantity) in ordered {
        let less = query(
            "UPDATE cart_lines SET quantity = quantity - $3 WHERE variant_id = $2 AND quantity > $3
             AND cart_id IN (SELECT id FROM carts WHERE buyer_id = $1)",
        );
        let less = less.bind(buyer.to_string()).bind(variant.to_string()).bind(quantity).execute(unit).await?;
        taken += less;
        if less == 0 {
            let none = query(
                "DELETE FROM cart_lines WHERE variant_id = $2 AND cart_id IN (SELECT id FROM carts WHERE buyer_id = $1)",
            );
            taken += none.bind(buyer.to_string()).bind(variant.to_string()).execute(unit).await?;
        }
    }
    // Nobody waits for a cart that stays as it is.
    if taken == 0 {
        return Ok(());
    }
    query("UPDATE carts SET version = version + 1, updated_at = $2 WHERE buyer_id = $1")
        .bind(buyer.to_string())
        .bind(unit.command().now)
        .execute(unit)
        .await
        .map(drop)
}

//! The tables of the ledger. Entries and postings are only ever added; the sums of an account, which are kept in slots, move
//! with them.

use super::{bad, fees};
use crate::domain::{
    ids::{PaymentId, VendorId},
    ledger::{Account, AccountKind, Entry, EntryKind, Part},
};
use hansa_event_sourcing::DomainEvent;
use hansa_relational::{
    Direction, FromRow, Keyset, Query, Relational, Row, Source, StoreError, UnitOfWork, Value, query,
};
use hansa_subgraph_host::Page;
use hansa_values::{CurrencyCode, Money, TenantId};
use std::collections::BTreeMap;

const BY_ID: Keyset = Keyset::new(&[("id", Direction::Ascending)]);

/// An account with its sums.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AccountRow {
    pub(crate) id: String,
    pub(crate) kind: AccountKind,
    pub(crate) vendor: Option<(VendorId, TenantId)>,
    pub(crate) currency: CurrencyCode,
    pub(crate) debits: i64,
    pub(crate) credits: i64,
}

impl AccountRow {
    pub(crate) fn balance(&self) -> Money {
        Money { minor_units: self.kind.balance(self.debits, self.credits), currency: self.currency }
    }
}

impl FromRow for AccountRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let Account { kind, vendor, currency } = account_of(row)?;
        let (debits, credits) = (row.int("debits")?, row.int("credits")?);
        Ok(AccountRow { id: row.text("id")?, kind, vendor, currency, debits, credits })
    }
}

impl FromRow for Part {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let account = account_of(row)?;
        Ok(Part { account, fee_of: row.optional_parsed("fee_of")?, amount: row.int("amount")? })
    }
}

fn account_of(row: &Row) -> Result<Account, StoreError> {
    let kind = row.text("kind")?;
    Ok(Account {
        kind: AccountKind::parse(&kind).ok_or_else(|| bad("kind", format!("`{kind}` is no kind of account")))?,
        vendor: row.optional_parsed("vendor_id")?.zip(row.optional_parsed("tenant_id")?),
        currency: row.parsed("currency")?,
    })
}

/// Posts an entry, and tells it. A second entry of the same business event violates `ledger_entries_business_event`.
pub(crate) async fn post(unit: &mut UnitOfWork, entry: &Entry) -> Result<(), StoreError> {
    let sum = entry
        .checked()
        .map_err(|error| StoreError::Engine { attempted: "post an entry of the ledger", source: error.into() })?;
    query(
        "INSERT INTO ledger_entries (id, business_event, kind, payment_id, currency, amount, posted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(entry.id.to_string())
    .bind(&entry.business_event)
    .bind(entry.kind.as_str())
    .bind(entry.payment.map(|id| id.to_string()))
    .bind(entry.currency.as_str())
    .bind(sum)
    .bind(unit.command().now)
    .execute(unit)
    .await?;
    move_accounts(unit, entry).await?;
    add_postings(unit, entry).await?;
    fees::insert(unit, entry).await?;
    unit.record(DomainEvent::new("ledger", (entry.id.to_string(), 1), None, &entry.event(sum)));
    Ok(())
}

async fn add_postings(unit: &mut UnitOfWork, entry: &Entry) -> Result<(), StoreError> {
    let mut insert =
        query("INSERT INTO postings (entry_id, number, debit_account, credit_account, amount, currency) VALUES ");
    for (number, line) in (1i64..).zip(&entry.lines) {
        insert = insert.push(if number == 1 { "(" } else { ", (" }).push_bind(entry.id.to_string());
        insert = insert.push(", ").push_bind(number).push(", ").push_bind(line.debit.id());
        insert = insert.push(", ").push_bind(line.credit.id()).push(", ").push_bind(line.amount);
        insert = insert.push(", ").push_bind(entry.currency.as_str()).push(")");
    }
    insert.execute(unit).await.map(drop)
}

/// What an entry adds to the sums of an account.
struct Sums<'a> {
    account: &'a Account,
    debits: i64,
    credits: i64,
}

/// Slots are locked in the order of their accounts' ids, so that two entries never wait for each other in a circle.
async fn move_accounts(unit: &mut UnitOfWork, entry: &Entry) -> Result<(), StoreError> {
    let mut moved: BTreeMap<String, Sums<'_>> = BTreeMap::new();
    for line in &entry.lines {
        let of = |account| Sums { account, debits: 0, credits: 0 };
        moved.entry(line.debit.id()).or_insert(of(&line.debit)).debits += line.amount;
        moved.entry(line.credit.id()).or_insert(of(&line.credit)).credits += line.amount;
    }
    let slot = slot(entry);
    let known = lock_slots(unit, &moved, &slot).await?;
    if known.len() < moved.len() {
        for (id, Sums { account, .. }) in moved.iter().filter(|(id, _)| !known.contains(id)) {
            open(unit, (id, account), &slot).await?;
        }
        lock_slots(unit, &moved, &slot).await?;
    }
    let mut update = query(
        "UPDATE ledger_slots SET debits = debits + moved.column2, credits = credits + moved.column3 FROM (VALUES ",
    );
    for (number, (id, Sums { debits, credits, .. })) in moved.iter().enumerate() {
        update = update.push(if number == 0 { "(" } else { ", (" }).push_bind(id);
        update = update.push(", ").push_bind(*debits).push(", ").push_bind(*credits).push(")");
    }
    let update = update.push(") AS moved WHERE account_id = moved.column1 AND slot = ").push_bind(slot);
    let changed = update.execute(unit).await?;
    if changed == moved.len() as u64 { Ok(()) } else { Err(StoreError::NoRow) }
}

/// In which slot of its accounts an entry is: the last letter of its payment's id.
fn slot(entry: &Entry) -> String {
    let id = entry.payment.map(|payment| payment.to_string());
    id.and_then(|id| id.chars().next_back()).unwrap_or('0').to_string()
}

struct AccountId(String);

impl FromRow for AccountId {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("account_id").map(AccountId)
    }
}

/// Gives which accounts have the slot. It is locked until the unit ends, where units run beside each other.
async fn lock_slots(
    unit: &mut UnitOfWork,
    moved: &BTreeMap<String, Sums<'_>>,
    slot: &str,
) -> Result<Vec<String>, StoreError> {
    let lock = unit.dialect().either("", " FOR NO KEY UPDATE");
    let found = query("SELECT account_id FROM ledger_slots WHERE slot = $1 AND ")
        .bind(slot)
        .push_in("account_id", moved.keys())
        .push(" ORDER BY account_id")
        .push(lock);
    let found = found.fetch_all::<AccountId>(unit).await?;
    Ok(found.into_iter().map(|AccountId(id)| id).collect())
}

/// Another process may have done it.
async fn open(unit: &mut UnitOfWork, (id, account): (&str, &Account), slot: &str) -> Result<(), StoreError> {
    let open = query(
        "INSERT INTO ledger_accounts (id, kind, vendor_id, tenant_id, currency) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(id)
    .bind(account.kind.as_str())
    .bind(account.vendor.map(|(vendor, _)| vendor.to_string()))
    .bind(account.vendor.map(|(_, tenant)| tenant.to_string()))
    .bind(account.currency.as_str());
    open.execute(unit).await?;
    let open = query(
        "INSERT INTO ledger_slots (account_id, slot, kind, debits, credits) VALUES ($1, $2, $3, 0, 0)
         ON CONFLICT (account_id, slot) DO NOTHING",
    );
    open.bind(id).bind(slot).bind(account.kind.as_str()).execute(unit).await.map(drop)
}

/// The parts of a payment's capture, with what its refunds and disputes have left of each.
pub(crate) async fn left_of_capture(source: &mut UnitOfWork, payment: PaymentId) -> Result<Vec<Part>, StoreError> {
    let mut left: BTreeMap<(String, Option<TenantId>), Part> = BTreeMap::new();
    for kind in [EntryKind::Capture, EntryKind::DisputeWon] {
        for part in movements(&mut *source, payment, (kind, "credit_account")).await? {
            let known = left.entry((part.account.id(), part.fee_of));
            known.and_modify(|known| known.amount += part.amount).or_insert(part);
        }
    }
    for kind in [EntryKind::Refund, EntryKind::Dispute] {
        for part in movements(&mut *source, payment, (kind, "debit_account")).await? {
            if let Some(known) = left.get_mut(&(part.account.id(), part.fee_of)) {
                known.amount -= part.amount;
            }
        }
    }
    Ok(left.into_values().collect())
}

/// What the entry of a business event took, and from whom.
pub(crate) async fn taken_by(source: &mut UnitOfWork, business_event: &str) -> Result<Vec<Part>, StoreError> {
    let taken = sides("debit_account").push(" WHERE e.business_event = ").push_bind(business_event);
    taken.push(" ORDER BY p.entry_id, p.number").fetch_all(source).await
}

async fn movements(
    source: impl Source,
    payment: PaymentId,
    (kind, side): (EntryKind, &'static str),
) -> Result<Vec<Part>, StoreError> {
    sides(side)
        .push(" WHERE e.payment_id = ")
        .push_bind(payment.to_string())
        .push(" AND e.kind = ")
        .push_bind(kind.as_str())
        .push(" ORDER BY p.entry_id, p.number")
        .fetch_all(source)
        .await
}

/// Postings with the account of one side.
fn sides(side: &'static str) -> Query {
    query(
        "SELECT a.kind AS kind, a.vendor_id AS vendor_id, a.tenant_id AS tenant_id, a.currency AS currency,
            p.amount AS amount, f.tenant_id AS fee_of
         FROM ledger_entries e JOIN postings p ON p.entry_id = e.id
         LEFT JOIN fee_postings f ON f.entry_id = p.entry_id AND f.number = p.number
         JOIN ledger_accounts a ON a.id = p.",
    )
    .push(side)
}

pub(crate) async fn account(source: impl Source, id: &str) -> Result<Option<AccountRow>, StoreError> {
    query("SELECT * FROM ledger_balances WHERE id = $1").bind(id).fetch_optional(source).await
}

/// Locks an account until the unit ends, on engines where units run beside each other: for payouts. Other entries go on.
pub(crate) async fn lock(unit: &mut UnitOfWork, id: &str) -> Result<(), StoreError> {
    query("UPDATE ledger_accounts SET kind = kind WHERE id = $1").bind(id).execute(unit).await.map(|_| ())
}

/// A vendor's accounts, one for each currency.
pub(crate) async fn of_vendor(source: impl Source, vendor: VendorId) -> Result<Vec<AccountRow>, StoreError> {
    query("SELECT * FROM ledger_balances WHERE vendor_id = $1 ORDER BY id")
        .bind(vendor.to_string())
        .fetch_all(source)
        .await
}

/// The accounts of some vendors.
pub(crate) async fn of_vendors(db: &Relational, vendors: &[VendorId]) -> Result<Vec<AccountRow>, StoreError> {
    query("SELECT * FROM ledger_balances WHERE ")
        .push_in("vendor_id", vendors.iter().map(ToString::to_string))
        .push(" ORDER BY id LIMIT 10000")
        .fetch_all(db)
        .await
}

/// A page of accounts: a tenant's, or all.
pub(crate) async fn page(
    db: &Relational,
    tenant: Option<TenantId>,
    page: &Page,
) -> Result<Vec<AccountRow>, StoreError> {
    let order = if page.is_backward() { BY_ID.reversed() } else { BY_ID };
    let mut rows = query("SELECT * FROM ledger_balances WHERE ");
    rows = match tenant {
        Some(tenant) => rows.push("tenant_id = ").push_bind(tenant.to_string()),
        None => rows.push("TRUE"),
    };
    if let Some(start) = &page.start {
        rows = rows.push(" AND ").push_after(order, vec![Value::from(&start.id)]);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    rows.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

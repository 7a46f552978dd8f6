//! The ledger: what each business event posts, and what can never be posted.

use super::world::{World, euros, refund, vendor_id};
use crate::{
    domain::{
        ids::LedgerEntryId,
        ledger::{Account, AccountKind, Entry, EntryKind, Line},
    },
    tables::ledger,
};
use expect_test::expect;
use hansa_relational::{Dialect, Row, StoreError, query};
use hansa_subgraph_host::testing::tenant_id;
use hansa_values::Id;
use std::fmt::Write as _;
use uuid::Uuid;

/// Each account with its sums.
pub(super) async fn accounts(world: &World) -> String {
    let rows =
        query("SELECT * FROM ledger_balances ORDER BY id").fetch_all::<ledger::AccountRow>(world.payments.store());
    let mut table = String::new();
    for row in rows.await.unwrap() {
        writeln!(table, "{} {}", row.id, row.balance().amount()).unwrap();
    }
    table
}

#[tokio::test]
async fn vendors_get_their_shares_less_the_fee() {
    let world = World::new().await;
    world.paid(1).await;
    expect![[r#"
        platform_fees/EUR 4.83
        provider_clearing/EUR 53.20
        shipping/EUR 4.90
        vendor_payable/vendor_01j0000000e008000000000001/EUR 36.00
        vendor_payable/vendor_01j0000000e008000000000002/EUR 4.50
        vendor_payable/vendor_01j0000000e008000000000003/EUR 2.97
    "#]]
    .assert_eq(&accounts(&world).await);
    world.ask_for("refund_requested", refund(1, 4, 10_00)).await;
    world.ask_for("refund_requested", refund(1, 5, 43_20)).await;
    let after = accounts(&world).await;
    assert!(after.lines().all(|line| line.ends_with(" 0.00")), "everything went back: {after}");
}

#[tokio::test]
async fn money_of_an_unknown_order_waits() {
    let world = World::new().await;
    world.authorise(1, "sandbox_ok").await;
    world.capture(1).await;
    assert_eq!(accounts(&world).await, "customer_funds/EUR 53.20\nprovider_clearing/EUR 53.20\n");
    world.ask_for("refund_requested", refund(1, 4, 3_20)).await;
    assert_eq!(accounts(&world).await, "customer_funds/EUR 50.00\nprovider_clearing/EUR 50.00\n");
}

#[tokio::test]
async fn every_posting_is_told() {
    let world = World::new().await;
    world.paid(1).await;
    world.ask_for("refund_requested", refund(1, 4, 53_20)).await;
    let log = world.log().await;
    let posted: Vec<_> = log.iter().filter(|event| event.aggregate == "ledger").collect();
    assert_eq!(posted.len(), 2);
    for event in posted {
        let lines = event.content["lines"].as_array().unwrap();
        let sum: i64 = lines.iter().map(|line| line["minorUnits"].as_i64().unwrap()).sum();
        assert_eq!(sum, 53_20);
    }
}

fn entry(business_event: &str, lines: Vec<Line>) -> Entry {
    let id: LedgerEntryId = Id::from_uuid(Uuid::from_u128(business_event.len() as u128));
    Entry {
        id,
        kind: EntryKind::Capture,
        business_event: business_event.to_owned(),
        payment: None,
        currency: euros(1).currency,
        lines,
    }
}

fn own(kind: AccountKind, currency: &str) -> Account {
    Account::own(kind, currency.parse().unwrap())
}

/// Posts, and takes it back.
async fn posted(world: &World, entries: &[Entry]) -> Result<(), StoreError> {
    let mut unit = world.payments.store().begin_unit(&world.payments.job_command(None)).await.unwrap();
    for entry in entries {
        ledger::post(&mut unit, entry).await?;
    }
    unit.rollback().await
}

#[tokio::test]
async fn what_is_out_of_balance_cannot_be_posted() {
    let world = World::new().await;
    let clearing = own(AccountKind::ProviderClearing, "EUR");
    let funds = own(AccountKind::CustomerFunds, "EUR");
    let line = |debit: &Account, credit: &Account, amount: i64| Line {
        debit: debit.clone(),
        credit: credit.clone(),
        amount,
        fee_of: None,
    };
    let good = entry("a", vec![line(&clearing, &funds, 5)]);
    assert!(posted(&world, std::slice::from_ref(&good)).await.is_ok());
    let dollars = own(AccountKind::CustomerFunds, "USD");
    let mistakes = [
        entry("b", Vec::new()),
        entry("c", vec![line(&clearing, &funds, 0)]),
        entry("d", vec![line(&clearing, &funds, -5)]),
        entry("e", vec![line(&clearing, &dollars, 5)]),
        entry("f", vec![line(&funds, &funds, 5)]),
        entry("g", vec![line(&clearing, &funds, i64::MAX), line(&clearing, &funds, 1)]),
    ];
    for mistake in mistakes {
        let refused = posted(&world, std::slice::from_ref(&mistake)).await;
        assert!(matches!(refused, Err(StoreError::Engine { .. })), "{mistake:?}");
    }
    let twice = posted(&world, &[good.clone(), Entry { id: Id::from_uuid(Uuid::from_u128(99)), ..good.clone() }]).await;
    assert!(
        matches!(&twice, Err(StoreError::UniqueViolation { constraint }) if constraint == "ledger_entries_business_event"),
        "a business event has one transfer: {twice:?}"
    );
    let overdrawn = posted(&world, &[entry("hh", vec![line(&funds, &clearing, 5)])]).await;
    assert!(matches!(overdrawn, Err(StoreError::CheckViolation { .. })), "{overdrawn:?}");
    let too_much = posted(&world, &[entry("iii", vec![line(&clearing, &funds, i64::MAX)])]).await;
    assert!(matches!(too_much, Err(StoreError::CheckViolation { .. })), "{too_much:?}");
}

/// The database refuses it too.
#[tokio::test]
async fn a_posting_in_another_currency_has_no_accounts() {
    let world = World::new().await;
    world.paid(1).await;
    let mut unit = world.payments.store().begin_unit(&world.payments.job_command(None)).await.unwrap();
    let written = query(
        "INSERT INTO postings (entry_id, number, debit_account, credit_account, amount, currency)
         SELECT entry_id, 99, debit_account, credit_account, 1, 'USD' FROM postings WHERE number = 1",
    );
    let refused = written.execute(&mut unit).await;
    assert!(matches!(refused, Err(StoreError::ForeignKeyViolation)), "{refused:?}");
}

/// The step that makes the slots fills them with what there is already.
#[tokio::test]
async fn the_sums_of_before_are_in_the_slots_of_their_payments() {
    let world = World::new().await;
    for number in 1..4 {
        world.paid(number).await;
    }
    let fill = match world.payments.store().dialect() {
        Dialect::Sqlite => include_str!("../../migrations/sqlite/0007_ledger_slots.sql"),
        Dialect::Postgres => include_str!("../../migrations/postgres/0007_ledger_slots.sql"),
    };
    let begin = fill.find("INSERT INTO ledger_slots").unwrap();
    let fill = &fill[begin..begin + fill[begin..].find(';').unwrap()];
    let slots = || async {
        let slots = query("SELECT account_id, slot, debits, credits FROM ledger_slots ORDER BY account_id, slot");
        let slots: Vec<Row> = slots.fetch_all(world.payments.store()).await.unwrap();
        let slot = |row: &Row| {
            (
                row.text("account_id").unwrap() + &row.text("slot").unwrap(),
                row.int("debits").unwrap(),
                row.int("credits").unwrap(),
            )
        };
        slots.iter().map(slot).collect::<Vec<_>>()
    };
    let known = slots().await;
    assert!(known.iter().filter(|(id, ..)| id.starts_with("provider_clearing")).count() > 1, "{known:?}");
    let mut unit = world.payments.store().begin_unit(&world.payments.job_command(None)).await.unwrap();
    query("DELETE FROM ledger_slots").execute(&mut unit).await.unwrap();
    query(fill).execute(&mut unit).await.unwrap();
    unit.commit(&()).await.unwrap();
    assert_eq!(slots().await, known);
    check(&world).await;
}

/// Sums of everything, checked after random operations too.
pub(super) async fn check(world: &World) {
    let db = world.payments.store();
    let sums = query(
        "SELECT currency, CAST(SUM(debits) AS BIGINT) AS debits, CAST(SUM(credits) AS BIGINT) AS credits
         FROM ledger_balances GROUP BY currency",
    );
    for row in sums.fetch_all::<Row>(db).await.unwrap() {
        assert_eq!(row.int("debits").unwrap(), row.int("credits").unwrap(), "{}", row.text("currency").unwrap());
    }
    let differing = query(
        "SELECT a.id AS id FROM ledger_balances a WHERE
            a.debits <> (SELECT COALESCE(CAST(SUM(p.amount) AS BIGINT), 0) FROM postings p WHERE p.debit_account = a.id)
            OR a.credits <> (SELECT COALESCE(CAST(SUM(p.amount) AS BIGINT), 0) FROM postings p WHERE p.credit_account = a.id)",
    );
    assert_eq!(differing.fetch_all::<Row>(db).await.unwrap().len(), 0, "an account is not the sum of its postings");
    let differing = query(
        "SELECT e.id AS id FROM ledger_entries e WHERE e.amount <>
            (SELECT COALESCE(CAST(SUM(p.amount) AS BIGINT), 0) FROM postings p WHERE p.entry_id = e.id)",
    );
    assert_eq!(differing.fetch_all::<Row>(db).await.unwrap().len(), 0, "an entry is not the sum of its postings");
    // What the payments say, in euros.
    let sums = "SELECT CAST(COALESCE(SUM(disputed), 0) AS BIGINT) AS disputed,
            CAST(COALESCE(SUM(captured - refunded - lost), 0) AS BIGINT) AS cleared FROM payments";
    let sums = query(sums).fetch_all::<Row>(db).await.unwrap().remove(0);
    for (account, column) in [("disputes/EUR", "disputed"), ("provider_clearing/EUR", "cleared")] {
        let row = ledger::account(db, account).await.unwrap();
        let balance = row.map_or(0, |row| row.balance().minor_units);
        assert_eq!(balance, sums.int(column).unwrap(), "{account}");
    }
}

#[tokio::test]
async fn a_payout_takes_what_is_there() {
    let world = World::new().await;
    world.paid(1).await;
    check(&world).await;
    let account = Account::payable(vendor_id(1), tenant_id(1), euros(1).currency);
    let row = ledger::account(world.payments.store(), &account.id()).await.unwrap().unwrap();
    assert_eq!(row.balance(), euros(36_00));
}

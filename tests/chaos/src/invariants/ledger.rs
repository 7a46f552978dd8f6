//! I6: the ledger sums to zero in each currency, and every transfer belongs to one business event.

use super::Violations;
use crate::stores::Store;
use anyhow::Result;

const SUMS: &str = "SELECT currency, CAST(SUM(debits) - SUM(credits) AS TEXT) FROM ledger_balances GROUP BY currency";
const TWICE: &str =
    "SELECT business_event, CAST(COUNT(*) AS TEXT) FROM ledger_entries GROUP BY business_event HAVING COUNT(*) > 1";
/// What an account says, beside what its postings say.
const ACCOUNTS: &str = "SELECT accounts.id, CAST(accounts.debits AS TEXT), CAST(accounts.credits AS TEXT),
        CAST(COALESCE((SELECT SUM(amount) FROM postings WHERE debit_account = accounts.id), 0) AS TEXT),
        CAST(COALESCE((SELECT SUM(amount) FROM postings WHERE credit_account = accounts.id), 0) AS TEXT)
    FROM ledger_balances AS accounts";
const ENTRIES: &str = "SELECT entries.id, CAST(entries.amount AS TEXT),
        CAST(COALESCE((SELECT SUM(amount) FROM postings WHERE entry_id = entries.id), 0) AS TEXT)
    FROM ledger_entries AS entries";

pub(super) async fn balances(store: &Store, violations: &mut Violations) -> Result<()> {
    for row in store.rows(SUMS).await? {
        let text: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
        if text[1] != "0" {
            violations.add("I6", format!("debits and credits in {} differ by {}", text[0], text[1]));
        }
    }
    for row in store.rows(TWICE).await? {
        violations.add("I6", format!("a business event was posted twice: {row:?}"));
    }
    for row in store.rows(ACCOUNTS).await? {
        if row[1] != row[3] || row[2] != row[4] {
            violations.add("I6", format!("an account and its postings differ: {row:?}"));
        }
    }
    for row in store.rows(ENTRIES).await? {
        if row[1] != row[2] {
            violations.add("I6", format!("a transfer and its postings differ: {row:?}"));
        }
    }
    Ok(())
}

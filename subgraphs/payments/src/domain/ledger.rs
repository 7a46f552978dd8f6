//! The ledger's rules: accounts, entries whose lines have both their sides, and who gets what of a capture, a refund, a payout.

use super::{
    event::{LedgerPosted, PostedLine},
    ids::{LedgerEntryId, PaymentId, VendorId},
    shares::{basis_points, divided},
};
use hansa_values::{CurrencyCode, Money, TenantId};
use std::collections::BTreeMap;

/// What an account is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// What the provider owes us. Debits raise it; it is never below zero.
    ProviderClearing,
    /// Captured for orders whose lines were not known: to be given to somebody. Never below zero.
    CustomerFunds,
    /// What we owe a vendor. Below zero where a refund came after a payout.
    VendorPayable,
    /// Ours. Never below zero.
    PlatformFees,
    /// What buyers paid for shipping. Never below zero.
    Shipping,
    /// What was sent to vendors' banks.
    PayoutClearing,
    /// What buyers' banks want back, until it is known whose it is.
    Disputes,
}

/// An account of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) kind: AccountKind,
    /// Whose it is, where it is somebody's.
    pub(crate) vendor: Option<(VendorId, TenantId)>,
    pub(crate) currency: CurrencyCode,
}

/// One movement, with both its sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) debit: Account,
    pub(crate) credit: Account,
    pub(crate) amount: i64,
    /// Whose sale it is the fee of, where it is one.
    pub(crate) fee_of: Option<TenantId>,
}

/// What an account got of a capture, and still has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) account: Account,
    pub(crate) fee_of: Option<TenantId>,
    pub(crate) amount: i64,
}

/// What a posting of fees is for the tenant in whose sale it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeePosting {
    pub(crate) tenant: TenantId,
    pub(crate) taken: i64,
    /// Below zero where something that went back has come again.
    pub(crate) returned: i64,
}

/// A transfer, which belongs to one business event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: LedgerEntryId,
    pub(crate) kind: EntryKind,
    /// Unique: `capture/<command>`.
    pub(crate) business_event: String,
    pub(crate) payment: Option<PaymentId>,
    pub(crate) currency: CurrencyCode,
    pub(crate) lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Capture,
    Refund,
    Payout,
    Dispute,
    DisputeWon,
    DisputeLost,
}

/// A vendor's part of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) vendor: VendorId,
    pub(crate) tenant: TenantId,
    pub(crate) amount: Money,
}

/// Why an entry cannot be posted: a mistake of ours, and never money that moves wrongly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EntryError {
    #[error("an entry of the ledger without a line")]
    Empty,
    #[error("a line of the ledger of {0} minor units")]
    NotPositive(i64),
    #[error("a line of the ledger in {found}, in an entry in {expected}")]
    MixedCurrencies { expected: CurrencyCode, found: CurrencyCode },
    #[error("a line of the ledger from an account to itself")]
    SameAccount,
    #[error("an entry of the ledger of more than an i64 holds")]
    Overflow,
}

impl AccountKind {
    pub const ALL: [AccountKind; 7] = [
        AccountKind::ProviderClearing,
        AccountKind::CustomerFunds,
        AccountKind::VendorPayable,
        AccountKind::PlatformFees,
        AccountKind::Shipping,
        AccountKind::PayoutClearing,
        AccountKind::Disputes,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            AccountKind::ProviderClearing => "provider_clearing",
            AccountKind::CustomerFunds => "customer_funds",
            AccountKind::VendorPayable => "vendor_payable",
            AccountKind::PlatformFees => "platform_fees",
            AccountKind::Shipping => "shipping",
            AccountKind::PayoutClearing => "payout_clearing",
            AccountKind::Disputes => "disputes",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<AccountKind> {
        AccountKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The balance as people read it: of what we are owed, debits raise it; of the others, credits.
    pub(crate) fn balance(self, debits: i64, credits: i64) -> i64 {
        match self {
            AccountKind::ProviderClearing => debits - credits,
            _ => credits - debits,
        }
    }
}

impl Account {
    pub(crate) fn own(kind: AccountKind, currency: CurrencyCode) -> Account {
        Account { kind, vendor: None, currency }
    }

    pub(crate) fn payable(vendor: VendorId, tenant: TenantId, currency: CurrencyCode) -> Account {
        Account { kind: AccountKind::VendorPayable, vendor: Some((vendor, tenant)), currency }
    }

    /// `vendor_payable/vendor_…/EUR`.
    pub(crate) fn id(&self) -> String {
        match self.vendor {
            Some((vendor, _)) => format!("{}/{vendor}/{}", self.kind.as_str(), self.currency),
            None => format!("{}/{}", self.kind.as_str(), self.currency),
        }
    }
}

impl EntryKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            EntryKind::Capture => "capture",
            EntryKind::Refund => "refund",
            EntryKind::Payout => "payout",
            EntryKind::Dispute => "dispute",
            EntryKind::DisputeWon => "dispute_won",
            EntryKind::DisputeLost => "dispute_lost",
        }
    }
}

impl Entry {
    /// The sum of the lines, where the entry may be posted.
    pub(crate) fn checked(&self) -> Result<i64, EntryError> {
        if self.lines.is_empty() {
            return Err(EntryError::Empty);
        }
        let mut sum = 0i64;
        for line in &self.lines {
            if line.amount <= 0 {
                return Err(EntryError::NotPositive(line.amount));
            }
            let expected = self.currency;
            for found in [line.debit.currency, line.credit.currency] {
                if found != expected {
                    return Err(EntryError::MixedCurrencies { expected, found });
                }
            }
            if line.debit == line.credit {
                return Err(EntryError::SameAccount);
            }
            sum = sum.checked_add(line.amount).ok_or(EntryError::Overflow)?;
        }
        Ok(sum)
    }

    /// The postings of fees among its lines, by the lines' places.
    pub(crate) fn fees(&self) -> impl Iterator<Item = (usize, FeePosting)> + '_ {
        let of = |line: &Line, tenant| match (self.kind, line.debit.kind) {
            (EntryKind::Capture, _) => FeePosting { tenant, taken: line.amount, returned: 0 },
            (_, AccountKind::PlatformFees) => FeePosting { tenant, taken: 0, returned: line.amount },
            (_, _) => FeePosting { tenant, taken: 0, returned: -line.amount },
        };
        self.lines.iter().enumerate().filter_map(move |(place, line)| Some((place, of(line, line.fee_of?))))
    }

    pub(crate) fn event(&self, sum: i64) -> LedgerPosted {
        let line = |line: &Line| PostedLine {
            debit_account: line.debit.id(),
            credit_account: line.credit.id(),
            minor_units: line.amount,
        };
        LedgerPosted {
            entry_id: self.id,
            kind: self.kind.as_str().to_owned(),
            payment_id: self.payment,
            amount: Money { minor_units: sum, currency: self.currency },
            lines: self.lines.iter().map(line).collect(),
        }
    }
}

/// The lines of a capture: each vendor gets their share less the fee; what is above the shares is for shipping. Where shares
/// are unknown, are in another currency, or are more than the amount, everything waits in the customers' funds.
pub(crate) fn capture_lines(amount: Money, shares: &[Share], fee_basis_points: u32) -> Vec<Line> {
    let Money { minor_units, currency } = amount;
    let clearing = Account::own(AccountKind::ProviderClearing, currency);
    let line = |credit: Account, amount: i64| Line { debit: clearing.clone(), credit, amount, fee_of: None };
    let sold = shares.iter().try_fold(0i64, |sum, share| sum.checked_add(share.amount.minor_units));
    let is_clear = !shares.is_empty() && shares.iter().all(|share| share.amount.currency == currency);
    let Some(sold) = sold.filter(|sold| is_clear && *sold <= minor_units) else {
        return vec![line(Account::own(AccountKind::CustomerFunds, currency), minor_units)];
    };
    let mut lines = Vec::with_capacity(shares.len() + 2);
    let mut fees: BTreeMap<TenantId, i64> = BTreeMap::new();
    for share in shares {
        let fee = basis_points(share.amount.minor_units, fee_basis_points);
        *fees.entry(share.tenant).or_default() += fee;
        lines.push(line(Account::payable(share.vendor, share.tenant, currency), share.amount.minor_units - fee));
    }
    let platform = Account::own(AccountKind::PlatformFees, currency);
    lines.extend(fees.into_iter().map(|(tenant, fee)| Line { fee_of: Some(tenant), ..line(platform.clone(), fee) }));
    lines.push(line(Account::own(AccountKind::Shipping, currency), minor_units - sold));
    lines.retain(|line| line.amount > 0);
    lines
}

/// The lines of a refund: taken back from whoever got the capture, in the proportion of what they still have of it.
/// `left` are the capture's parts with what earlier refunds and disputes have left of each.
pub(crate) fn refund_lines(amount: Money, left: &[Part]) -> Vec<Line> {
    taken_to(AccountKind::ProviderClearing, amount, left)
}

/// The lines of a dispute: taken as a refund is, and kept until it is known whose it is.
pub(crate) fn dispute_lines(amount: Money, left: &[Part]) -> Vec<Line> {
    taken_to(AccountKind::Disputes, amount, left)
}

/// A dispute that was won: everybody gets what was taken from them.
pub(crate) fn dispute_won_lines(taken: &[Part]) -> Vec<Line> {
    let line = |Part { account, fee_of, amount }: &Part| Line {
        debit: Account::own(AccountKind::Disputes, account.currency),
        credit: account.clone(),
        amount: *amount,
        fee_of: *fee_of,
    };
    taken.iter().map(line).collect()
}

/// A dispute that was lost: the provider has given it back to the buyer.
pub(crate) fn dispute_lost_lines(amount: Money) -> Vec<Line> {
    let debit = Account::own(AccountKind::Disputes, amount.currency);
    let credit = Account::own(AccountKind::ProviderClearing, amount.currency);
    let line = Line { debit, credit, amount: amount.minor_units, fee_of: None };
    Some(line).filter(|line| line.amount > 0).into_iter().collect()
}

fn taken_to(to: AccountKind, amount: Money, left: &[Part]) -> Vec<Line> {
    let weights: Vec<i64> = left.iter().map(|part| part.amount).collect();
    let parts = divided(amount.minor_units, &weights);
    let line = |(from, amount): (&Part, i64)| Line {
        debit: from.account.clone(),
        credit: Account::own(to, from.account.currency),
        amount,
        fee_of: from.fee_of,
    };
    left.iter().zip(parts).map(line).filter(|line| line.amount > 0).collect()
}

pub(crate) fn payout_lines(amount: Money, vendor: VendorId, tenant: TenantId) -> Vec<Line> {
    let debit = Account::payable(vendor, tenant, amount.currency);
    let credit = Account::own(AccountKind::PayoutClearing, amount.currency);
    vec![Line { debit, credit, amount: amount.minor_units, fee_of: None }]
}

//! Rules, without a store.

use super::{
    ids::VendorId,
    ledger::{Account, AccountKind, Part, Share, capture_lines, payout_lines, refund_lines},
    shares::{basis_points, divided},
};
use hansa_values::{Id, Money, TenantId};
use uuid::Uuid;

fn money(minor_units: i64, currency: &str) -> Money {
    Money { minor_units, currency: currency.parse().unwrap() }
}

fn share(vendor: u128, minor_units: i64) -> Share {
    let (vendor, tenant): (VendorId, TenantId) =
        (Id::from_uuid(Uuid::from_u128(vendor)), Id::from_uuid(Uuid::from_u128(1)));
    Share { vendor, tenant, amount: money(minor_units, "EUR") }
}

#[test]
fn parts_are_whole_and_sum_up() {
    assert_eq!(divided(10, &[1, 1, 1]), [3, 3, 4]);
    assert_eq!(divided(5, &[3, 0, 2]), [3, 0, 2]);
    assert_eq!(divided(0, &[3, 2]), [0, 0]);
    assert_eq!(divided(7, &[]), [0i64; 0]);
    assert_eq!(divided(7, &[0, 0]), [0i64; 0]);
    let mut rng = fastrand::Rng::with_seed(1);
    for _ in 0..2_000 {
        let weights: Vec<i64> = (0..rng.usize(1..6)).map(|_| rng.i64(0..1_000_000_000_000)).collect();
        let total: i64 = weights.iter().sum();
        let amount = rng.i64(0..=total);
        let parts = divided(amount, &weights);
        if total > 0 {
            assert_eq!(parts.iter().sum::<i64>(), amount);
            assert!(
                parts.iter().zip(&weights).all(|(part, weight)| (0..=*weight).contains(part)),
                "{weights:?} {amount}"
            );
        }
    }
    assert_eq!(divided(i64::MAX, &[i64::MAX]), [i64::MAX]);
}

#[test]
fn a_fee_is_never_more_than_all() {
    assert_eq!((basis_points(100, 1_000), basis_points(99, 1_000), basis_points(5, 20_000)), (10, 9, 5));
    assert_eq!(basis_points(i64::MAX, 10_000), i64::MAX);
}

#[test]
fn what_is_above_the_shares_is_for_shipping() {
    let lines = capture_lines(money(1_490, "EUR"), &[share(1, 1_000)], 1_000);
    let credits: Vec<_> = lines.iter().map(|line| (line.credit.kind, line.amount)).collect();
    let expected = [(AccountKind::VendorPayable, 900), (AccountKind::PlatformFees, 100), (AccountKind::Shipping, 490)];
    assert_eq!(credits, expected);
    let free = capture_lines(money(1_000, "EUR"), &[share(1, 1_000)], 0);
    assert_eq!(free.len(), 1, "nothing is no line");
}

#[test]
fn shares_that_make_no_sense_are_nobodys_yet() {
    let cases = [
        (money(500, "EUR"), vec![share(1, 1_000)]),
        (money(500, "USD"), vec![share(1, 100)]),
        (money(500, "EUR"), vec![share(1, i64::MAX), share(2, 1)]),
        (money(500, "EUR"), Vec::new()),
    ];
    for (amount, shares) in cases {
        let lines = capture_lines(amount, &shares, 1_000);
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].credit.kind, lines[0].amount), (AccountKind::CustomerFunds, 500));
    }
}

#[test]
fn a_refund_takes_from_whoever_got_it() {
    let part = |kind, amount| Part { account: Account::own(kind, "EUR".parse().unwrap()), fee_of: None, amount };
    let left = [part(AccountKind::PlatformFees, 100), part(AccountKind::Shipping, 300)];
    let lines = refund_lines(money(200, "EUR"), &left);
    let debits: Vec<_> = lines.iter().map(|line| (line.debit.kind, line.amount)).collect();
    assert_eq!(debits, [(AccountKind::PlatformFees, 50), (AccountKind::Shipping, 150)]);
    let payout = payout_lines(money(5, "EUR"), share(1, 1).vendor, share(1, 1).tenant);
    assert_eq!(
        (payout[0].debit.kind, payout[0].credit.kind),
        (AccountKind::VendorPayable, AccountKind::PayoutClearing)
    );
}

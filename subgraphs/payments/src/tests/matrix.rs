//! Who may do what.

use super::world::{euros, order_id};
use crate::{
    Payment, PaymentStatus,
    methods::method_resource,
    payments::{ledger_resource, payment_resource},
};
use expect_test::expect;
use hansa_subgraph_host::{
    Policies,
    testing::{NOW, policy_matrix, standard_callers, tenant_id, user_id},
};
use hansa_values::Id;
use uuid::Uuid;

fn payment(buyer: u128) -> Payment {
    let at = NOW.parse().unwrap();
    Payment {
        id: Id::from_uuid(Uuid::from_u128(1)),
        order_id: order_id(1),
        buyer: user_id(buyer),
        amount: euros(1),
        payment_method: "sandbox_ok".to_owned(),
        status: PaymentStatus::Captured,
        reason: None,
        reference: None,
        authorise_command: Uuid::from_u128(1),
        pending_command: None,
        captured: 1,
        refunded: 0,
        refund_pending: 0,
        disputed: 0,
        lost: 0,
        undone: None,
        created_at: at,
        updated_at: at,
        version: 1,
        events: 1,
    }
}

#[test]
fn policies_are_as_listed() {
    let policies = Policies::parse(include_str!("../policies.cedar")).unwrap();
    let (own, other) = (tenant_id(1), tenant_id(2));
    let cases = [
        ("paymentRead", "of the signed in", payment_resource(&payment(100), None)),
        ("paymentRead", "of the acting tenant's order", payment_resource(&payment(1), Some(own))),
        ("paymentRead", "of another tenant's order", payment_resource(&payment(1), Some(other))),
        ("paymentRead", "of several tenants' order", payment_resource(&payment(1), None)),
        ("refundCreate", "of the signed in", payment_resource(&payment(100), None)),
        ("refundCreate", "of the acting tenant's order", payment_resource(&payment(1), Some(own))),
        ("refundCreate", "of another tenant's order", payment_resource(&payment(1), Some(other))),
        ("ledgerRead", "of the acting tenant", ledger_resource(Some(own))),
        ("ledgerRead", "of another tenant", ledger_resource(Some(other))),
        ("ledgerRead", "of the platform", ledger_resource(None)),
        ("payoutRead", "of the acting tenant", ledger_resource(Some(own))),
        ("payoutSchedule", "of the acting tenant", ledger_resource(Some(own))),
        ("payoutSchedule", "of another tenant", ledger_resource(Some(other))),
        ("feesRead", "of the acting tenant", ledger_resource(Some(own))),
        ("feesRead", "of another tenant", ledger_resource(Some(other))),
        ("paymentMethodRead", "of the signed in", method_resource(user_id(100))),
        ("paymentMethodRead", "of somebody else", method_resource(user_id(1))),
        ("paymentMethodAttach", "of the signed in", method_resource(user_id(100))),
        ("paymentMethodDetach", "of somebody else", method_resource(user_id(1))),
    ];
    let matrix = policy_matrix(&policies, &standard_callers(own), &cases);
    expect![[r#"
        paymentRead | of the signed in | signed in, platform admin, platform owner
        paymentRead | of the acting tenant's order | merchant admin, merchant owner, platform admin, platform owner
        paymentRead | of another tenant's order | platform admin, platform owner
        paymentRead | of several tenants' order | platform admin, platform owner
        refundCreate | of the signed in | platform admin, platform owner
        refundCreate | of the acting tenant's order | merchant admin, merchant owner, platform admin, platform owner
        refundCreate | of another tenant's order | platform admin, platform owner
        ledgerRead | of the acting tenant | merchant admin, merchant owner, platform admin, platform owner
        ledgerRead | of another tenant | platform admin, platform owner
        ledgerRead | of the platform | platform admin, platform owner
        payoutRead | of the acting tenant | merchant admin, merchant owner, platform admin, platform owner
        payoutSchedule | of the acting tenant | merchant admin, merchant owner, platform admin, platform owner
        payoutSchedule | of another tenant | platform admin, platform owner
        feesRead | of the acting tenant | merchant admin, merchant owner, platform admin, platform owner
        feesRead | of another tenant | platform admin, platform owner
        paymentMethodRead | of the signed in | signed in
        paymentMethodRead | of somebody else | nobody
        paymentMethodAttach | of the signed in | signed in
        paymentMethodDetach | of somebody else | nobody
    "#]]
    .assert_eq(&matrix);
}

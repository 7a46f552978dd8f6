//! Who may do what.

use super::world::{order_id, variant_id};
use crate::{
    AddressLines, DeliveryAddress, Shipment, ShipmentStatus,
    shipping::{address_resource, method_resource, shipment_resource},
};
use expect_test::expect;
use hansa_subgraph_host::{
    Policies,
    testing::{NOW, policy_matrix, standard_callers, tenant_id, user_id},
};
use hansa_values::Id;
use uuid::Uuid;

fn shipment(buyer: u128, tenant: u128) -> Shipment {
    let at = NOW.parse().unwrap();
    Shipment {
        id: Id::from_uuid(Uuid::from_u128(1)),
        order_id: order_id(1),
        tenant: tenant_id(tenant),
        buyer: user_id(buyer),
        address_id: Id::from_uuid(Uuid::from_u128(2)),
        method_code: "standard".to_owned(),
        lines: vec![crate::ShipmentLine {
            line_id: Id::from_uuid(Uuid::from_u128(3)),
            variant_id: variant_id(1),
            product_id: None,
            quantity: 1,
        }],
        weight_grams: 1,
        status: ShipmentStatus::Planned,
        is_confirmed: false,
        tracking_code: None,
        created_at: at,
        updated_at: at,
        version: 1,
        events: 1,
    }
}

fn address(owner: u128) -> DeliveryAddress {
    let lines = AddressLines {
        recipient: "Ada".to_owned(),
        line1: "x".to_owned(),
        line2: None,
        postal_code: None,
        city: "x".to_owned(),
        region: None,
        country: "DE".parse().unwrap(),
        phone: None,
    };
    DeliveryAddress {
        id: Id::from_uuid(Uuid::from_u128(2)),
        owner: user_id(owner),
        lines,
        is_deleted: false,
        created_at: NOW.parse().unwrap(),
        version: 1,
    }
}

#[test]
fn policies_are_as_listed() {
    let policies = Policies::parse(include_str!("../policies.cedar")).unwrap();
    let own = tenant_id(1);
    let cases = [
        ("addressRead", "of the signed in", address_resource(&address(100))),
        ("addressRead", "of somebody else", address_resource(&address(1))),
        ("addressWrite", "of the signed in", address_resource(&address(100))),
        ("addressWrite", "of somebody else", address_resource(&address(1))),
        ("shipmentRead", "to the signed in", shipment_resource(&shipment(100, 2))),
        ("shipmentRead", "of the acting tenant", shipment_resource(&shipment(1, 1))),
        ("shipmentRead", "of another tenant", shipment_resource(&shipment(1, 2))),
        ("shipmentWrite", "to the signed in", shipment_resource(&shipment(100, 2))),
        ("shipmentWrite", "of the acting tenant", shipment_resource(&shipment(1, 1))),
        ("methodWrite", "of the acting tenant", method_resource(Some(own))),
        ("methodWrite", "of another tenant", method_resource(Some(tenant_id(2)))),
        ("methodWrite", "of the platform", method_resource(None)),
    ];
    let matrix = policy_matrix(&policies, &standard_callers(own), &cases);
    expect![[r#"
        addressRead | of the signed in | signed in
        addressRead | of somebody else | nobody
        addressWrite | of the signed in | signed in
        addressWrite | of somebody else | nobody
        shipmentRead | to the signed in | signed in, platform admin, platform owner
        shipmentRead | of the acting tenant | merchant editor, merchant admin, merchant owner, platform admin, platform owner
        shipmentRead | of another tenant | platform admin, platform owner
        shipmentWrite | to the signed in | platform admin, platform owner
        shipmentWrite | of the acting tenant | merchant editor, merchant admin, merchant owner, platform admin, platform owner
        methodWrite | of the acting tenant | merchant editor, merchant admin, merchant owner, platform admin, platform owner
        methodWrite | of another tenant | platform admin, platform owner
        methodWrite | of the platform | platform admin, platform owner
    "#]].assert_eq(&matrix);
}

#[test]
fn an_address_is_not_shown_in_logs() {
    assert!(!format!("{:?}", address(1)).contains("Ada"));
}

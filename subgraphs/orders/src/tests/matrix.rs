//! Who may do what, as one table.

use super::world::{World, id};
use crate::access::{cart_resource, checkout_resource, order_resource, return_resource, tenant_resource};
use expect_test::expect;
use hansa_subgraph_host::testing::{policy_matrix, standard_callers, tenant_id, user_id};

#[tokio::test]
async fn policies_are_as_listed() {
    let world = World::new().await;
    // The caller "signed in" is number 100; the staff are of tenant 1.
    let (own, others, tenant) = (user_id(100), user_id(1), tenant_id(1));
    let cases = [
        ("cartRead", "own", cart_resource(None, own)),
        ("cartRead", "of another", cart_resource(None, others)),
        ("cartWrite", "own", cart_resource(None, own)),
        ("cartWrite", "of another", cart_resource(None, others)),
        ("checkoutRead", "own", checkout_resource(id(1), own)),
        ("checkoutRead", "of another", checkout_resource(id(1), others)),
        ("orderPlace", "own checkout", checkout_resource(id(1), own)),
        ("orderPlace", "checkout of another", checkout_resource(id(1), others)),
        ("orderRead", "own", order_resource(own, &[tenant])),
        ("orderRead", "of another", order_resource(others, &[tenant])),
        ("orderPartRead", "sold by the tenant", order_resource(others, &[tenant_id(2), tenant])),
        ("orderPartRead", "sold by another tenant", order_resource(others, &[tenant_id(2)])),
        ("orderCancel", "own", order_resource(own, &[])),
        ("orderCancel", "of another", order_resource(others, &[tenant])),
        ("returnRequest", "own", order_resource(own, &[])),
        ("returnRequest", "of another", order_resource(others, &[tenant])),
        ("returnDecide", "to the tenant", return_resource(tenant)),
        ("returnDecide", "to another tenant", return_resource(tenant_id(2))),
        ("salesRead", "of the tenant", tenant_resource(tenant)),
        ("salesRead", "of another tenant", tenant_resource(tenant_id(2))),
    ];
    let matrix = policy_matrix(&world.orders.access.0, &standard_callers(tenant), &cases);
    expect![[r#"
        cartRead | own | signed in
        cartRead | of another | nobody
        cartWrite | own | signed in
        cartWrite | of another | nobody
        checkoutRead | own | signed in
        checkoutRead | of another | nobody
        orderPlace | own checkout | signed in
        orderPlace | checkout of another | nobody
        orderRead | own | signed in
        orderRead | of another | nobody
        orderPartRead | sold by the tenant | merchant editor, merchant admin, merchant owner
        orderPartRead | sold by another tenant | nobody
        orderCancel | own | signed in
        orderCancel | of another | nobody
        returnRequest | own | signed in
        returnRequest | of another | nobody
        returnDecide | to the tenant | merchant editor, merchant admin, merchant owner
        returnDecide | to another tenant | nobody
        salesRead | of the tenant | merchant editor, merchant admin, merchant owner
        salesRead | of another tenant | nobody
    "#]]
    .assert_eq(&matrix);
}

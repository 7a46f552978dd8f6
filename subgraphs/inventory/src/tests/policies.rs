//! Who may do what, and that tables and schema need no store.

use super::world::World;
use crate::{
    inventory::{MIGRATIONS, stock_resource},
    sdl,
};
use expect_test::expect;
use hansa_subgraph_host::testing::{policy_matrix, standard_callers, tenant_id};
use std::path::Path;

#[tokio::test]
async fn policies_are_as_listed() {
    let world = World::new().await;
    let cases = [
        ("inventoryRead", "of the acting tenant", stock_resource(tenant_id(1))),
        ("inventoryRead", "of another tenant", stock_resource(tenant_id(2))),
        ("inventoryWrite", "of the acting tenant", stock_resource(tenant_id(1))),
        ("inventoryWrite", "of another tenant", stock_resource(tenant_id(2))),
    ];
    let matrix = policy_matrix(&world.context.policies, &standard_callers(tenant_id(1)), &cases);
    expect![[r#"
        inventoryRead | of the acting tenant | merchant editor, merchant admin, merchant owner
        inventoryRead | of another tenant | nobody
        inventoryWrite | of the acting tenant | merchant editor, merchant admin, merchant owner
        inventoryWrite | of another tenant | nobody
    "#]]
    .assert_eq(&matrix);
}

#[test]
fn the_sdl_needs_no_store() {
    let sdl = sdl();
    for part in ["type StockItem implements Node", "type ProductVariant", "type OrderLine", "availabilityChanged("] {
        assert!(sdl.contains(part), "{part} is not in {sdl}");
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    MIGRATIONS.assert_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"));
}

//! The context through its front doors: requests of orders, callbacks of carriers, the schema.

mod callbacks;
mod checkouts;
mod erasures;
mod matrix;
mod planning;
mod published;
mod quotes;
mod refusals;
mod settings;
mod staff;
mod warehouses;
mod world;

#[test]
fn all_of_it_on_postgres() {
    hansa_testkit::run_second_pass("all_of_it_on_postgres");
}

#[test]
fn the_sdl_needs_no_store() {
    let sdl = crate::sdl();
    assert!(sdl.starts_with("extend schema @link(") && sdl.contains("type Shipment implements Node"), "{sdl}");
}

#[test]
fn both_engines_have_the_same_migrations() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    crate::shipping::MIGRATIONS.assert_folder(&folder);
}

//! The context through its front doors: requests of orders, calls of a provider, the schema.

mod disputes;
mod fees;
mod ledger;
mod matrix;
mod methods;
mod placing;
mod published;
mod random;
mod refunds;
mod settings;
mod staff;
mod stripe;
mod undoing;
mod unknown;
mod world;

#[test]
fn all_of_it_on_postgres() {
    hansa_testkit::run_second_pass("all_of_it_on_postgres");
}

#[test]
fn the_sdl_needs_no_store() {
    let sdl = crate::sdl();
    assert!(sdl.starts_with("extend schema @link(") && sdl.contains("type Payment implements Node"), "{sdl}");
}

#[test]
fn both_engines_have_the_same_migrations() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    crate::payments::MIGRATIONS.assert_folder(&folder);
}

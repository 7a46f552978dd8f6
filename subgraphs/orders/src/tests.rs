//! The context through its schema: what it does, everything that it refuses, and placings against participants that answer
//! as they are told.

mod answers;
mod bad_input;
mod carts;
mod events;
mod filters;
mod locks;
mod matrix;
mod outages;
mod placing;
mod returns;
mod shipments;
mod subscription;
mod world;

use crate::{orders::MIGRATIONS, sdl};
use std::path::Path;

#[test]
fn all_of_it_on_postgres() {
    hansa_testkit::run_second_pass("all_of_it_on_postgres");
}

#[test]
fn the_sdl_needs_no_store() {
    let sdl = sdl();
    assert!(sdl.starts_with("extend schema @link(") && sdl.contains("type Order implements Node"), "{sdl}");
}

#[test]
fn both_engines_have_the_same_migrations() {
    MIGRATIONS.assert_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"));
}

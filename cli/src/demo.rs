//! The demo: a market and its community, made of the texts in `cli/demo` and loaded through the contexts' own commands.
//!
//! Everything is drawn from one seed, so that two machines have the same shop, down to the ids.

mod community;
mod content;
mod crowd;
mod goods;
mod phrases;
#[cfg(test)]
mod tests;
mod world;

pub(crate) use content::{Content, LoginText};
pub(crate) use world::World;

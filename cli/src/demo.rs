//! The demo: a market and its community, made of the texts in `cli/demo` and loaded through the contexts' own commands.
//!
//! Everything is drawn from one seed, so that two machines have the same shop, down to the ids.

mod community;
mod content;
mod crowd;
mod goods;
mod load;
mod phrases;
#[cfg(test)]
mod tests;
mod world;

use content::Content;
pub(crate) use load::load;
use world::World;

/// Username, password and part of those who can sign in.
pub(crate) fn logins() -> impl Iterator<Item = (String, String, String)> {
    Content::read().people.logins.into_iter().map(|login| (login.username, login.password, login.part))
}

//! The platform as processes, clients that place orders, faults, and what must hold when everything is healed.
//! `README.md` beside this says how to run it.

pub mod client;
pub mod history;
pub mod nemesis;
pub mod process;
pub mod shop;
pub mod system;

//! The platform as processes, clients that place orders, faults, and what must hold when everything is healed.
//! `README.md` beside this says how to run it.

pub mod client;
pub mod documents;
pub mod editor;
pub mod flash_sale;
pub mod founding;
pub mod history;
pub mod invariants;
pub mod nemesis;
pub mod process;
pub mod proxy;
pub mod report;
pub mod run;
pub mod shop;
pub mod stores;
pub mod system;

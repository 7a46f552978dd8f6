//! What pages ask, for many parents at once: each function costs the same few reads for one parent and for a hundred.

mod counts;
mod feeds;

mod lists;

pub(crate) use lists::ReviewOrder;

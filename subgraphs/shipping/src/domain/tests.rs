//! Rules, without a store.

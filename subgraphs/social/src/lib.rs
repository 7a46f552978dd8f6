//! Bounded context: profiles, follows, posts, comments, reactions, reviews, reports.

mod domain;
mod inputs;

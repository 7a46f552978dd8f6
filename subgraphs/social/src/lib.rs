//! Bounded context: profiles, follows, posts, comments, reactions, reviews, reports.

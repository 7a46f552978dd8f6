//! What holds of the system, however it is run: a list of facts, each a function.

mod examples;
mod idempotency;
mod ids;
mod paging;
mod passports;
mod tokens;

use crate::system::System;

pub(crate) type Check = (&'static str, fn(&System));

pub(crate) const CHECKS: &[Check] = &[
    ("the examples answer in their order", examples::answer),
    ("the examples are in the tabs of the playground", examples::are_in_the_playground),
    ("a bad token is refused, and never taken for a visitor", tokens::bad_ones_are_refused),
    ("a token ends with its session", tokens::ends_with_its_session),
    ("subgraphs answer to a good passport only", passports::subgraphs_want_one),
    ("identity headers of clients count for nothing", passports::spoofed_headers_count_for_nothing),
    ("an id that one may not know of is the id of nothing", ids::unknown_and_forbidden_look_alike),
    ("representations of what one may not see are null", ids::entities_are_checked),
    ("pages have bounds", paging::first_has_bounds),
    ("cursors are those of their own list", paging::cursors_are_checked),
    ("a repeated mutation is done once", idempotency::is_done_once),
    ("one of ten registrations of a name succeeds", idempotency::one_registration_wins),
];

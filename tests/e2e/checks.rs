//! What holds of the system, however it is run: a list of facts, each a function.

mod examples;
mod idempotency;
mod ids;
mod journey;
mod paging;
mod passports;
mod subscriptions;
mod tokens;
mod traces;

use crate::system::System;

pub(crate) type Check = (&'static str, fn(&System));

/// Of a buyer's journey.
pub(crate) const JOURNEY: &[Check] = &[
    ("an order tells of itself", subscriptions::an_order_tells_of_itself),
    ("a shelf tells of itself", subscriptions::a_shelf_tells_of_itself),
    ("those who subscribe are checked", subscriptions::callers_are_checked),
    ("subscriptions end with their token", subscriptions::end_with_their_token),
    ("an actor has so many sockets", subscriptions::an_actor_has_so_many_sockets),
    ("an order leads to its money and its parcels, and back", journey::leads_there_and_back),
    ("a checkout is quoted by shipping", journey::is_quoted_by_shipping),
    ("the trace of an order has every context", traces::of_an_order_has_every_context),
    ("the examples answer in their order", examples::answer),
];

/// All others.
pub(crate) const CHECKS: &[Check] = &[
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

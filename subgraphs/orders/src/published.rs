//! What this context publishes, and what its consumers hear.

use crate::consumers::{answers, offers, shipments, suspensions};
use hansa_event_sourcing::Published;
use hansa_messaging::{Erasures, Listener};

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[
    Published {
        aggregate: "order",
        events: &[
            ("placed", 1),
            ("confirmed", 1),
            ("rejected", 1),
            ("payment_review", 1),
            ("payment_captured", 1),
            ("cancellation_requested", 1),
            ("cancellation_refused", 1),
            ("cancelled", 1),
            ("part_dispatched", 1),
            ("part_delivered", 1),
            ("fulfilled", 1),
            ("return_requested", 1),
            ("return_accepted", 1),
            ("return_refused", 1),
            ("return_received", 1),
            ("return_refunded", 1),
        ],
    },
    Published {
        aggregate: "order_placement",
        events: &[
            ("started", 1),
            ("reservation_requested", 1),
            ("reservation_release_requested", 1),
            ("reservation_commit_requested", 1),
            ("reservation_extension_requested", 1),
            ("authorisation_requested", 1),
            ("void_requested", 1),
            ("capture_requested", 1),
            ("refund_requested", 1),
            ("planning_requested", 1),
            ("planning_cancellation_requested", 1),
            ("planning_withdrawal_requested", 1),
            ("outcome_recorded", 1),
            ("delayed", 1),
            ("hold_expired", 1),
            ("cancellation_noted", 1),
            ("cancellation_refused", 1),
            ("dispatch_noted", 1),
            ("compensation_started", 1),
            ("left_for_review", 1),
            ("completed", 1),
            ("compensated", 1),
        ],
    },
];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[
    Listener { consumer: offers::NAME, events: offers::LISTENING },
    Listener { consumer: answers::NAME, events: answers::LISTENING },
    Listener { consumer: shipments::NAME, events: shipments::LISTENING },
    Listener { consumer: Erasures::NAME, events: Erasures::LISTENS },
    Listener { consumer: suspensions::NAME, events: suspensions::LISTENING },
];

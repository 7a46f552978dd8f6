//! How the aggregates are kept: their collections, indexes and times.

use super::Kept;
use crate::domain::{
    Comment, CommentEvent, Delivery, NoEvent, Post, PostEvent, Profile, ProfileEvent, Reaction, ReactionEvent,
    Relationship, RelationshipEvent, Report, ReportEvent, Review, ReviewEvent, ShelvedProduct,
};
use hansa_documents::{CollectionSpec, Document, Index};
use hansa_event_sourcing::EventContent;

/// An event that says which aggregate it is about.
pub(crate) trait EventOf: EventContent {
    fn aggregate(&self) -> &'static str;
}

impl Review {
    pub(crate) const ONE_FOR_EACH_BUYER: &str = "one_for_each_buyer";
}

impl Report {
    pub(crate) const ONE_OPEN_FOR_EACH_REPORTER: &str = "one_open_for_each_reporter";
}

impl Document for Profile {
    const COLLECTION: CollectionSpec =
        CollectionSpec { name: "profiles", indexes: &[], times: &["created_at", "cleared_at", "erased_at"] };

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Document for Relationship {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "relationships",
        indexes: &[
            Index::plain("outgoing", &["from", "state", "-since"]),
            Index::plain("incoming", &["to", "state", "-since"]),
        ],
        times: &["since"],
    };

    fn id(&self) -> String {
        Relationship::id_of(self.from, self.to)
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Document for Post {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "posts",
        indexes: &[
            Index::plain("newest", &["standing", "-created_at"]),
            Index::plain("newest_of_author", &["author", "standing", "-created_at"]),
            Index::elements("about_product", &["products"]),
        ],
        times: &["created_at", "edited_at", "removal.at"],
    };

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Document for Comment {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "comments",
        indexes: &[
            Index::plain("of_post", &["post", "standing", "created_at"]),
            Index::plain("of_author", &["author"]),
        ],
        times: &["created_at", "removal.at"],
    };

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Document for Reaction {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "reactions",
        indexes: &[Index::plain("of_post", &["post", "kind"]), Index::plain("of_user", &["user"])],
        times: &["since"],
    };

    fn id(&self) -> String {
        Reaction::id_of(self.post, self.user)
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Document for Review {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "reviews",
        indexes: &[
            Index::unique(Review::ONE_FOR_EACH_BUYER, &["author", "product", "slot"]),
            Index::plain("newest_of_product", &["product", "standing", "-created_at"]),
            Index::plain("best_of_product", &["product", "standing", "-rating"]),
        ],
        times: &["created_at", "edited_at", "removal.at"],
    };

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Document for Report {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "reports",
        indexes: &[
            Index::unique(Report::ONE_OPEN_FOR_EACH_REPORTER, &["reporter", "content", "slot"]),
            Index::plain("oldest_of_state", &["state", "created_at"]),
            Index::plain("of_content", &["content", "state"]),
        ],
        times: &["created_at", "decided_at"],
    };

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Document for Delivery {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "deliveries",
        indexes: &[Index::elements("bought", &["bought"])],
        times: &["delivered_at"],
    };

    fn id(&self) -> String {
        self.shipment.clone()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Document for ShelvedProduct {
    const COLLECTION: CollectionSpec = CollectionSpec { name: "products", indexes: &[], times: &[] };

    fn id(&self) -> String {
        self.product.to_string()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Kept for ShelvedProduct {
    type Event = NoEvent;
}

impl Kept for Profile {
    type Event = ProfileEvent;
}

impl Kept for Relationship {
    type Event = RelationshipEvent;
}

impl Kept for Post {
    type Event = PostEvent;
}

impl Kept for Comment {
    type Event = CommentEvent;
}

impl Kept for Reaction {
    type Event = ReactionEvent;
}

impl Kept for Review {
    type Event = ReviewEvent;
}

impl Kept for Report {
    type Event = ReportEvent;
}

impl EventOf for ProfileEvent {
    fn aggregate(&self) -> &'static str {
        "profile"
    }
}

/// Others hear that a *user* was followed; the stream is that of the relationship.
impl EventOf for RelationshipEvent {
    fn aggregate(&self) -> &'static str {
        "user"
    }
}

impl EventOf for PostEvent {
    fn aggregate(&self) -> &'static str {
        "post"
    }
}

impl EventOf for CommentEvent {
    fn aggregate(&self) -> &'static str {
        "comment"
    }
}

impl EventOf for ReactionEvent {
    fn aggregate(&self) -> &'static str {
        "reaction"
    }
}

impl EventOf for ReviewEvent {
    fn aggregate(&self) -> &'static str {
        "review"
    }
}

impl EventOf for ReportEvent {
    fn aggregate(&self) -> &'static str {
        match self {
            ReportEvent::Filed { .. } => "report",
            ReportEvent::Decided { .. } => "moderation",
        }
    }
}

impl Kept for Delivery {
    type Event = NoEvent;
}

impl EventOf for NoEvent {
    fn aggregate(&self) -> &'static str {
        match *self {}
    }
}

//! Ids of what this context owns, and of the products that it only speaks about.

use hansa_values::{EntityKind, Id};

macro_rules! kind {
    ($kind:ident, $id:ident, $prefix:literal, $type_name:literal) => {
        #[doc = concat!("Marks ids of type `", $type_name, "`.")]
        #[derive(Debug)]
        pub enum $kind {}

        impl EntityKind for $kind {
            const PREFIX: &'static str = $prefix;
            const TYPE_NAME: &'static str = $type_name;
        }

        pub type $id = Id<$kind>;
    };
}

kind!(ProfileKind, ProfileId, "profile", "Profile");
kind!(PostKind, PostId, "post", "Post");
kind!(CommentKind, CommentId, "comment", "Comment");
kind!(ReviewKind, ReviewId, "review", "Review");
kind!(ReportKind, ReportId, "report", "Report");
kind!(ProductKind, ProductId, "product", "Product");

//! Ids of what this context owns, and of the products that it only speaks about.

use hansa_values::{EntityKind, Id};

/// Marks ids of profiles.
#[derive(Debug)]
pub enum ProfileKind {}

/// Marks ids of posts.
#[derive(Debug)]
pub enum PostKind {}

/// Marks ids of comments.
#[derive(Debug)]
pub enum CommentKind {}

/// Marks ids of reviews.
#[derive(Debug)]
pub enum ReviewKind {}

/// Marks ids of reports.
#[derive(Debug)]
pub enum ReportKind {}

/// Marks ids of products, which are the catalog's.
#[derive(Debug)]
pub enum ProductKind {}

pub type ProfileId = Id<ProfileKind>;
pub type PostId = Id<PostKind>;
pub type CommentId = Id<CommentKind>;
pub type ReviewId = Id<ReviewKind>;
pub type ReportId = Id<ReportKind>;
pub type ProductId = Id<ProductKind>;

impl EntityKind for ProfileKind {
    const PREFIX: &'static str = "profile";
    const TYPE_NAME: &'static str = "Profile";
}

impl EntityKind for PostKind {
    const PREFIX: &'static str = "post";
    const TYPE_NAME: &'static str = "Post";
}

impl EntityKind for CommentKind {
    const PREFIX: &'static str = "comment";
    const TYPE_NAME: &'static str = "Comment";
}

impl EntityKind for ReviewKind {
    const PREFIX: &'static str = "review";
    const TYPE_NAME: &'static str = "Review";
}

impl EntityKind for ReportKind {
    const PREFIX: &'static str = "report";
    const TYPE_NAME: &'static str = "Report";
}

impl EntityKind for ProductKind {
    const PREFIX: &'static str = "product";
    const TYPE_NAME: &'static str = "Product";
}

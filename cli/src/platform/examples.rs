//! The operations of `docs/examples`, which the playground of `hansa up` has in its tabs.

use hansa_server::PreparedOperation;

/// Short enough for one line of a terminal.
pub(crate) const TO_PASTE: &str = "{ products(first: 3) { nodes { title vendor { name } rating { average count } } } }";

/// A file's operation, and its variables if it has any.
macro_rules! examples {
    ($($name:literal $(with $variables:literal)?,)+) => {
        const EXAMPLES: &[(&str, Option<&str>)] = &[$((
            include_str!(concat!("../../../docs/examples/", $name, ".graphql")),
            examples!(@variables $($variables)?),
        )),+];
    };
    (@variables) => { None };
    (@variables $variables:literal) => { Some(include_str!(concat!("../../../docs/examples/", $variables))) };
}

examples! {
    "01-register" with "01-register.variables.json",
    "02-sign-in" with "02-sign-in.variables.json",
    "03-viewer",
    "04-product-page" with "04-product-page.variables.json",
    "05-may-i-review" with "05-may-i-review.variables.json",
    "06-vendor-page" with "06-vendor-page.variables.json",
    "07-search-by-attributes",
    "08-browse-categories" with "08-browse-categories.variables.json",
    "09-home-feed",
    "10-review-a-product" with "10-review-a-product.variables.json",
    "11-publish-a-post" with "11-publish-a-post.variables.json",
    "12-follow" with "12-follow.variables.json",
    "13-comment" with "13-comment.variables.json",
    "14-edit-a-price" with "14-edit-a-price.variables.json",
    "15-moderation-queue",
    "16-moderate" with "16-moderate.variables.json",
    "17-node" with "17-node.variables.json",
    "18-in-stock" with "18-in-stock.variables.json",
    "19-fill-the-cart" with "19-fill-the-cart.variables.json",
    "20-deliver-to" with "20-deliver-to.variables.json",
    "21-check-out" with "21-check-out.variables.json",
    "22-place-the-order" with "22-place-the-order.variables.json",
    "23-order-page" with "23-order-page.variables.json",
    "24-sales",
    "25-follow-an-order" with "25-follow-an-order.variables.json",
    "26-watch-the-shelf" with "26-watch-the-shelf.variables.json",
    "27-cancel-the-order" with "27-cancel-the-order.variables.json",
    "28-count-the-shelf" with "28-count-the-shelf.variables.json",
}

/// Each is named by what its first comment says before the colon.
pub(crate) fn prepared() -> Vec<PreparedOperation> {
    let name = |text: &str| {
        let comment = text.lines().next().unwrap_or_default().trim_start_matches('#');
        comment.split(':').next().unwrap_or_default().trim().to_owned()
    };
    let prepared = |(text, variables): &(&str, Option<&str>)| PreparedOperation {
        name: name(text),
        query: (*text).to_owned(),
        variables: variables.and_then(|variables| serde_json::from_str(variables).ok()),
    };
    EXAMPLES.iter().map(prepared).collect()
}

//! The operations of `docs/examples`, which the playground of `hansa up` has in its tabs.

use hansa_server::PreparedOperation;

/// Short enough for one line of a terminal.
pub(crate) const TO_PASTE: &str =
    "{ products(first: 3) { nodes { title vendor { name } rating { average count } } } }";

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

//! How long lists become. Pages are recognised by the names of arguments, as Relay connections and most other
//! interfaces have them.

use crate::random::Random;
use apollo_compiler::{ast::Type, schema::FieldDefinition};

/// Arguments that say how many items are wanted.
const SIZES: [&str; 13] = [
    "first",
    "last",
    "limit",
    "take",
    "count",
    "size",
    "pagesize",
    "perpage",
    "pagelimit",
    "top",
    "max",
    "n",
    "amount",
];
/// Arguments that leave items out from the beginning.
const OFFSETS: [&str; 4] = ["offset", "skip", "page", "from"];
const CURSORS: [&str; 4] = ["after", "before", "cursor", "endcursor"];

/// Items expected of a list that nobody limits.
const USUAL_LENGTH: usize = 8;
pub(super) const PAGE_MAX: usize = 3;

pub(super) fn is_size(argument: &str) -> bool {
    SIZES.contains(&plain(argument).as_str())
}

pub(super) fn is_offset(argument: &str) -> bool {
    OFFSETS.contains(&plain(argument).as_str())
}

pub(super) fn is_cursor(argument: &str) -> bool {
    CURSORS.contains(&plain(argument).as_str())
}

fn plain(argument: &str) -> String {
    argument.replace('_', "").to_ascii_lowercase()
}

/// How many items the field is asked for, where it has an argument for it.
pub(super) fn page(definition: &FieldDefinition, random: &mut Random) -> Option<usize> {
    let has_size = definition.arguments.iter().any(|argument| is_size(&argument.name));
    has_size.then(|| random.between(1, PAGE_MAX))
}

/// The factor by which a field multiplies the number of objects. `page`: what the parent was asked for.
pub(super) fn usual_length(definition: &FieldDefinition, page: Option<usize>) -> usize {
    let is_paged = definition.arguments.iter().any(|argument| is_size(&argument.name));
    let depth = list_depth(&definition.ty);
    match (depth, page) {
        (0, _) => 1,
        _ if is_paged => PAGE_MAX,
        (1, Some(page)) => page,
        _ => USUAL_LENGTH.saturating_pow(depth),
    }
}

fn list_depth(ty: &Type) -> u32 {
    match ty {
        Type::List(item) | Type::NonNullList(item) => 1 + list_depth(item),
        _ => 0,
    }
}

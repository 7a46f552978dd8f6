//! Which content coding a client gets. HTTP Semantics, "Accept-Encoding".

use crate::{
    content_coding::ContentCoding,
    http::media_type::{essence_and_quality, header_parts},
};
use http::{HeaderMap, header};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Negotiated {
    AsItIs,
    Coded {
        coding: ContentCoding,
        /// The client also takes the response as it is.
        may_stay: bool,
    },
    /// The client takes none of ours, and refuses what is not coded.
    Nothing,
}

/// Of the codings that the client likes equally, the first of `offered`. `identity` is accepted unless it is refused, and
/// preferred where it is named with more weight than all others.
pub(crate) fn negotiate(headers: &HeaderMap, offered: &[ContentCoding]) -> Negotiated {
    let weight = |name: &str| {
        let of_name = |part| {
            let (named, quality) = essence_and_quality(part);
            let is_it = named.eq_ignore_ascii_case(name) || (name == "gzip" && named.eq_ignore_ascii_case("x-gzip"));
            is_it.then_some(quality)
        };
        header_parts(headers, &header::ACCEPT_ENCODING).find_map(of_name)
    };
    let of_others = weight("*");
    let of_identity = weight("identity").or(of_others.filter(|weight| *weight <= 0.0));
    let mut best: Option<(ContentCoding, f32)> = None;
    for coding in offered {
        let Some(weight) = weight(coding.name()).or(of_others).filter(|weight| *weight > 0.0) else { continue };
        if best.is_none_or(|(_, best)| weight > best) {
            best = Some((*coding, weight));
        }
    }
    let may_stay = of_identity.is_none_or(|weight| weight > 0.0);
    match best {
        Some((_, weight)) if of_identity.is_some_and(|identity| identity > weight) => Negotiated::AsItIs,
        Some((coding, _)) => Negotiated::Coded { coding, may_stay },
        None if may_stay => Negotiated::AsItIs,
        None => Negotiated::Nothing,
    }
}

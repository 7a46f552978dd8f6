//! Finds equal representations by their bytes.

use hansa_federation::TypeId;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Memory that one lookup leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct Deduplication {
    hash_builder: DefaultHashBuilder,
    /// Indexes of representations, by hash of their bytes.
    known: HashTable<u32>,
    spans: Vec<RepresentationSpan>,
}

/// Where in the body a representation is, after what its type says alone, and its row's type: rows of different types share no answer, because
/// different fields may be read for them.
#[derive(Debug, Clone, Copy)]
pub(super) struct RepresentationSpan {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) type_id: TypeId,
}

impl Deduplication {
    pub(super) fn start(&mut self, candidates: usize) {
        self.known.clear();
        self.spans.clear();
        self.spans.reserve(candidates);
        let Deduplication { hash_builder, known, .. } = self;
        // The table is empty: nothing is ever hashed again here.
        known.reserve(candidates, |index| hash_builder.hash_one(index));
    }

    /// The index of an equal representation, if there is one; otherwise this becomes the next.
    pub(super) fn find_or_add(&mut self, body: &[u8], span: RepresentationSpan) -> Option<u32> {
        let bytes = |span: RepresentationSpan| &body[span.start as usize..span.end as usize];
        let Deduplication { hash_builder, known, spans, .. } = self;
        let hash = hash_builder.hash_one(bytes(span));
        let found = known.find(hash, |&index| {
            let other = spans[index as usize];
            other.type_id == span.type_id && bytes(other) == bytes(span)
        });
        if let Some(&index) = found {
            return Some(index);
        }
        let index = spans.len() as u32;
        spans.push(span);
        known.insert_unique(hash, index, |&index| hash_builder.hash_one(bytes(spans[index as usize])));
        None
    }
}

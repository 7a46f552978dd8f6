//! Documents that ask once for each group of rows with equal values from their contexts, as escaped JSON text.

use crate::json_text::{write_number, write_string};
use hansa_query_planner::plan::{DocumentTemplate, LookupTemplate};

#[derive(Debug)]
pub(crate) struct PreparedTemplate {
    lookups: Vec<PreparedLookupTemplate>,
    /// Definitions of the client's variables.
    variables: Vec<u8>,
}

#[derive(Debug)]
struct PreparedLookupTemplate {
    definitions: Vec<Vec<u8>>,
    field: Vec<Vec<u8>>,
}

impl PreparedTemplate {
    pub(crate) fn new(template: &DocumentTemplate) -> PreparedTemplate {
        let lookup = |lookup: &LookupTemplate| PreparedLookupTemplate {
            definitions: lookup.definitions.iter().map(|piece| escaped(piece)).collect(),
            field: lookup.field.iter().map(|piece| escaped(piece)).collect(),
        };
        PreparedTemplate {
            lookups: template.lookups.iter().map(lookup).collect(),
            variables: escaped(&template.variables),
        }
    }

    /// About how long the document is with so many groups of each lookup.
    pub(crate) fn text_bytes(&self, groups: impl Iterator<Item = usize>) -> usize {
        let bytes = |pieces: &[Vec<u8>]| pieces.iter().map(|piece| piece.len() + 8).sum::<usize>();
        let of_lookups = self.lookups.iter().zip(groups);
        of_lookups.map(|(lookup, count)| count * (bytes(&lookup.definitions) + bytes(&lookup.field))).sum()
    }

    /// Appends `{"query":"…"`.
    pub(crate) fn write(&self, body: &mut Vec<u8>, groups: impl Iterator<Item = usize> + Clone) {
        body.extend_from_slice(b"{\"query\":\"query(");
        let mut is_first = true;
        for (lookup, count) in self.lookups.iter().zip(groups.clone()) {
            for group in 0..count {
                if !std::mem::take(&mut is_first) {
                    body.push(b',');
                }
                write_pieces(body, &lookup.definitions, group);
            }
        }
        if !self.variables.is_empty() {
            body.push(b',');
            body.extend_from_slice(&self.variables);
        }
        body.extend_from_slice(b"){");
        let mut is_first = true;
        for (lookup, count) in self.lookups.iter().zip(groups) {
            for group in 0..count {
                if !std::mem::take(&mut is_first) {
                    body.push(b' ');
                }
                write_pieces(body, &lookup.field, group);
            }
        }
        body.extend_from_slice(b"}\"");
    }

    pub(crate) fn weight_bytes(&self) -> usize {
        self.text_bytes(self.lookups.iter().map(|_| 1)) + self.variables.len()
    }
}

fn write_pieces(body: &mut Vec<u8>, pieces: &[Vec<u8>], group: usize) {
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            write_group(body, group);
        }
        body.extend_from_slice(piece);
    }
}

/// Appends what tells a group's names from those of the first.
pub(crate) fn write_group(body: &mut Vec<u8>, group: usize) {
    if group > 0 {
        body.push(b'_');
        write_number(body, group as u32);
    }
}

/// Without quotes.
fn escaped(text: &str) -> Vec<u8> {
    let mut json = Vec::with_capacity(text.len() + 2);
    write_string(&mut json, text);
    json[1..json.len() - 1].to_vec()
}

//! Documents that ask once for each group of rows with equal values from their contexts, as escaped JSON text.

use crate::json_text::{write_number, write_string};
use hansa_query_planner::plan::{DocumentTemplate, LookupTemplate};

#[derive(Debug)]
pub(crate) struct PreparedTemplate {
    lookups: Vec<PreparedLookupTemplate>,
    /// Definitions of the client's variables.
    variables: Vec<ClientVariable>,
}

#[derive(Debug)]
struct PreparedLookupTemplate {
    definitions: Vec<Vec<u8>>,
    field: Vec<Vec<u8>>,
}

#[derive(Debug)]
struct ClientVariable {
    definition: Vec<u8>,
    /// Lookups that use it.
    lookups: Vec<usize>,
}

impl PreparedTemplate {
    pub(crate) fn new(template: &DocumentTemplate) -> PreparedTemplate {
        let lookup = |lookup: &LookupTemplate| PreparedLookupTemplate {
            definitions: lookup.definitions.iter().map(|piece| escaped(piece)).collect(),
            field: lookup.field.iter().map(|piece| escaped(piece)).collect(),
        };
        let variables = template.variables.iter().map(|(name, definition)| {
            let lookups = template.lookups.iter().enumerate();
            let lookups = lookups.filter(|(_, lookup)| lookup.variables.contains(name)).map(|(index, _)| index);
            ClientVariable { definition: escaped(definition), lookups: lookups.collect() }
        });
        PreparedTemplate { lookups: template.lookups.iter().map(lookup).collect(), variables: variables.collect() }
    }

    /// About how long the document is with so many groups of each lookup.
    pub(crate) fn text_bytes(&self, groups: impl Iterator<Item = usize>) -> usize {
        let bytes = |pieces: &[Vec<u8>]| pieces.iter().map(|piece| piece.len() + 8).sum::<usize>();
        let of_lookups = self.lookups.iter().zip(groups);
        of_lookups.map(|(lookup, count)| count * (bytes(&lookup.definitions) + bytes(&lookup.field))).sum()
    }

    /// Appends `{"query":"…"`. Lookups without groups are left out, with the variables that they alone use.
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
        let is_asked: Vec<bool> = groups.clone().map(|count| count > 0).collect();
        for variable in &self.variables {
            if variable.lookups.iter().any(|&lookup| is_asked[lookup]) {
                body.push(b',');
                body.extend_from_slice(&variable.definition);
            }
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
        let variables = self.variables.iter();
        self.text_bytes(self.lookups.iter().map(|_| 1))
            + variables.map(|variable| variable.definition.len() + size_of_val(&variable.lookups[..])).sum::<usize>()
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

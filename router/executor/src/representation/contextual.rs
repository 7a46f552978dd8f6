//! Requests of fetches that read from contexts: one `_entities` field, with variables of its own, for each group of rows
//! that read the same.

use super::{Asked, AskedLookup, LeftOut, RequestWriter};
use crate::{
    contexts::{ContextGroups, RowContext, VALUES_BYTES_MAX},
    output::Output,
    prepare::{
        fetch_program::{PreparedContexts, PreparedFetch, PreparedLookup},
        template::write_group,
    },
};
use bytes::Bytes;
use hansa_query_planner::plan::LookupContexts;
use hashbrown::HashMap;

/// A document that says one field for each of many values grows; subgraphs do not take any size.
const QUERY_BYTES_MAX: usize = 1 << 20;

/// A lookup's rows, group by group.
#[derive(Debug, Default)]
struct GroupedRows {
    rows: Vec<(u32, u32)>,
    /// In the order in which they were met: their numbers in `contexts`.
    groups: Vec<u32>,
    places: HashMap<u32, u32>,
    contexts: ContextGroups,
}

impl RequestWriter<'_, '_> {
    pub(super) fn contextual(
        &mut self,
        fetch: &PreparedFetch,
        contexts: &PreparedContexts,
        lookups: &[PreparedLookup],
    ) -> Option<(Bytes, Asked)> {
        let mut grouped: Vec<GroupedRows> = Vec::with_capacity(lookups.len());
        for (lookup, contexts) in lookups.iter().zip(&contexts.lookups) {
            grouped.push(self.grouped(lookup, contexts.as_ref()));
        }
        if grouped.iter().all(|grouped| grouped.rows.is_empty()) {
            return None;
        }
        let numbers = || grouped.iter().zip(&contexts.lookups);
        let counts = numbers().map(|(grouped, contexts)| grouped.group_count(contexts.as_ref()));
        let is_one = counts.clone().all(|count| count == 1);
        let is_several = counts.clone().any(|count| count > 1);
        let is_too_large = grouped.iter().any(|grouped| grouped.contexts.is_too_large);
        if is_too_large || (is_several && contexts.template.text_bytes(counts.clone()) > QUERY_BYTES_MAX) {
            self.too_many = Some(all_of(lookups, &grouped));
            return None;
        }
        let mut body = Output::default();
        match is_one {
            true => body.extend_from_slice(&fetch.query),
            false => {
                let mut query = Vec::new();
                contexts.template.write(&mut query, counts);
                body.extend_from_slice(&query);
            }
        }
        body.extend_from_slice(b",\"variables\":{");
        let mut asked = Asked::default();
        let groups = grouped.as_slice();
        for ((lookup, contexts), grouped) in lookups.iter().zip(&contexts.lookups).zip(groups) {
            let mut rows = grouped.rows.as_slice();
            for group in 0..grouped.group_count(contexts.as_ref()) {
                let of_group = rows.iter().take_while(|(known, _)| *known as usize == group).count();
                let (first, rest) = rows.split_at(of_group);
                rows = rest;
                asked.lookups.push(self.group(&mut body, lookup, (first, group)));
                if group > 0 && body.len() > VALUES_BYTES_MAX {
                    self.too_many = Some(all_of(lookups, groups));
                    return None;
                }
                let number = grouped.groups.get(group);
                if let (Some(contexts), Some(number)) = (contexts, number) {
                    self.context_values(&mut body, contexts, (grouped, *number, group));
                }
            }
        }
        if asked.lookups.iter().all(|lookup| lookup.rows.is_empty()) {
            return None;
        }
        self.client_variables(&mut body, fetch);
        body.extend_from_slice(b"}}");
        Some((Bytes::from(body.into_bytes()), asked))
    }

    /// The rows that a lookup can be asked about, sorted by what they read.
    fn grouped(&mut self, lookup: &PreparedLookup, contexts: Option<&LookupContexts>) -> GroupedRows {
        let plan = self.plan;
        let shape = plan.decode.objects[lookup.selection as usize].shape;
        let mut grouped = GroupedRows::default();
        if let Some(contexts) = contexts {
            grouped.contexts = ContextGroups::of_rows(self.rows, contexts, shape);
        }
        let mut without_value = AskedLookup::new(lookup, 0);
        let mut scratch = Output::default();
        let pass = self.rows.begin_pass();
        for &target in &plan.fetch.targets[lookup.targets.range()] {
            for index in 0..self.rows.targets[target as usize].len() {
                let row = self.rows.targets[target as usize][index];
                if !self.rows.is_first_visit(row, pass) {
                    continue;
                }
                // Rows that cannot be asked about make no group.
                scratch.truncate(0);
                match self.representation(&mut scratch, lookup, row) {
                    None | Some(Err(LeftOut::NotThere)) => continue,
                    Some(Err(LeftOut::Failed)) => {
                        self.failed.push((lookup.selection, row));
                        continue;
                    }
                    Some(Ok(_)) => {}
                }
                match grouped.contexts.of_row(row, contexts) {
                    RowContext::Failed => self.failed.push((lookup.selection, row)),
                    RowContext::Null => without_value.rows.push(row),
                    RowContext::Group(number) => {
                        let group = grouped.place_of(number);
                        grouped.rows.push((group, row));
                    }
                }
            }
        }
        if !without_value.rows.is_empty() {
            self.without_value.lookups.push(without_value);
        }
        grouped.rows.sort_by_key(|(group, _)| *group);
        grouped
    }

    /// Writes the representations of one group of rows.
    fn group(
        &mut self,
        body: &mut Output,
        lookup: &PreparedLookup,
        (rows, group): (&[(u32, u32)], usize),
    ) -> AskedLookup {
        let texts = &self.plan.texts;
        let mut asked = AskedLookup::new(lookup, rows.len());
        let [name @ .., b'"', b':', b'['] = texts.get(lookup.variable) else { return asked };
        if body.last() != Some(b'{') {
            body.push(b',');
        }
        body.extend_from_slice(name);
        body.extend_from_slice(&group_text(group));
        body.extend_from_slice(b"\":[");
        if group > 0 {
            let key = texts.get(lookup.key);
            let mut name = key[1..key.len() - 2].to_vec();
            write_group(&mut name, group);
            asked.group_key = Some(name.into());
        }
        self.deduplication.start(rows.len());
        for &(_, row) in rows {
            self.ask_about(body, lookup, (row, rows.len()), &mut asked);
        }
        body.push(b']');
        asked
    }

    fn context_values(
        &self,
        body: &mut Output,
        contexts: &LookupContexts,
        (grouped, number, group): (&GroupedRows, u32, usize),
    ) {
        for (variable, text) in contexts.variables.iter().zip(grouped.contexts.texts(number)) {
            body.extend_from_slice(b",\"");
            body.extend_from_slice(variable.name.as_bytes());
            body.extend_from_slice(&group_text(group));
            body.extend_from_slice(b"\":");
            body.extend_from_slice(text);
        }
    }
}

impl GroupedRows {
    /// How often the document has the lookup. One that has nothing to ask is part of it nevertheless, unless there would have
    /// to be a value from a context for it.
    fn group_count(&self, contexts: Option<&LookupContexts>) -> usize {
        let mut variables = contexts.iter().flat_map(|contexts| &contexts.variables);
        let needs_value = variables.any(|variable| variable.wrapping.is_non_null(0));
        self.groups.len().max(usize::from(!needs_value))
    }

    fn place_of(&mut self, number: u32) -> u32 {
        let groups = &mut self.groups;
        *self.places.entry(number).or_insert_with(|| {
            groups.push(number);
            groups.len() as u32 - 1
        })
    }
}

/// What tells a group's names from those of the first.
fn group_text(group: usize) -> Vec<u8> {
    let mut text = Vec::new();
    write_group(&mut text, group);
    text
}

fn all_of(lookups: &[PreparedLookup], grouped: &[GroupedRows]) -> Asked {
    let lookups = lookups.iter().zip(grouped).map(|(lookup, grouped)| {
        let mut asked = AskedLookup::new(lookup, grouped.rows.len());
        asked.rows.extend(grouped.rows.iter().map(|(_, row)| *row));
        asked
    });
    Asked { lookups: lookups.collect() }
}

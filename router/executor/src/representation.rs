//! Writes entity fetches' requests: each distinct entity once, as bytes, straight into the request's body.

mod contextual;
mod deduplication;

pub(crate) use deduplication::Deduplication;

use crate::{
    output::Output,
    prepare::{
        PreparedPlan, Span, Text, Texts,
        fetch_program::{PreparedFetch, PreparedLookup},
        representation_program::{PreparedRepresentationField, PreparedRepresentationValue},
    },
    rows::{Rows, Slot},
    scan::is_key,
};
use apollo_compiler::Name;
use bytes::Bytes;
use deduplication::RepresentationSpan;
use hansa_federation::{Supergraph, TypeId};
use std::cell::OnceCell;

/// For whom a fetch asks, lookup by lookup. Empty for a fetch at the root.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) lookups: Vec<AskedLookup>,
}

#[derive(Debug)]
pub(crate) struct AskedLookup {
    pub(crate) key: Text,
    /// Where the lookup asks several times: the name in the answer.
    group_key: Option<Box<[u8]>>,
    pub(crate) selection: u32,
    pub(crate) keeps_rows_apart: bool,
    /// See [`PreparedLookup`].
    pub(crate) equal_slots: u64,
    /// By index of the representation: the row that the answer's item is decoded into.
    pub(crate) rows: Vec<u32>,
    /// Other rows that stand for the same entity, with the index of its representation.
    pub(crate) copies: Vec<(u32, u32)>,
    /// `copies` by index of the representation, made when single entities are looked up.
    copies_by_entity: OnceCell<Vec<(u32, u32)>>,
    /// Indexes of representations that were answered with null.
    pub(crate) null_items: Vec<u32>,
    /// Indexes of representations that were answered with something that is no entity; an error tells of each.
    pub(crate) odd_items: Vec<u32>,
    /// The answer holds the items.
    pub(crate) is_answered: bool,
}

impl Asked {
    pub(crate) fn entity_count(&self) -> usize {
        self.lookups.iter().map(|lookup| lookup.rows.len()).sum()
    }

    pub(crate) fn item_count(&self) -> usize {
        self.lookups.iter().map(|lookup| lookup.rows.len() + lookup.copies.len()).sum()
    }
}

impl AskedLookup {
    fn new(lookup: &PreparedLookup, candidates: usize) -> AskedLookup {
        AskedLookup {
            key: lookup.key,
            group_key: None,
            selection: lookup.selection,
            keeps_rows_apart: lookup.keeps_rows_apart,
            equal_slots: lookup.equal_slots,
            rows: Vec::with_capacity(candidates),
            copies: Vec::new(),
            copies_by_entity: OnceCell::new(),
            null_items: Vec::new(),
            odd_items: Vec::new(),
            is_answered: false,
        }
    }

    fn add_copy(&mut self, copy: (u32, u32), candidates: usize) {
        if self.copies.is_empty() {
            self.copies.reserve_exact(candidates - self.rows.len());
        }
        self.copies.push(copy);
    }

    /// Whether that is its name in an answer.
    pub(crate) fn has_key(&self, key: &[u8], texts: &Texts) -> bool {
        match &self.group_key {
            Some(name) => is_key(key, name),
            None => {
                let name = texts.get(self.key);
                is_key(key, &name[1..name.len() - 2])
            }
        }
    }

    /// The rows of all entities.
    pub(crate) fn all_rows(&self) -> impl Iterator<Item = u32> {
        self.rows.iter().copied().chain(self.copies.iter().map(|&(row, _)| row))
    }

    /// The rows of one entity. There may be as many entities to look up as there are rows.
    pub(crate) fn rows_of(&self, entity: u32) -> impl Iterator<Item = u32> {
        let copies = self.copies_by_entity.get_or_init(|| {
            let mut copies = self.copies.clone();
            copies.sort_by_key(|(_, same)| *same);
            copies
        });
        let first = copies.partition_point(|(_, same)| *same < entity);
        let copies = copies[first..].iter().take_while(move |(_, same)| *same == entity);
        self.rows.get(entity as usize).copied().into_iter().chain(copies.map(|&(row, _)| row))
    }
}

/// The number of a row that is not asked about.
const LEFT_OUT: u32 = u32::MAX;

/// A row that cannot be asked about.
enum LeftOut {
    /// A key is null, or nobody knows the entity: there is nothing to say.
    NotThere,
    /// What the representation needs could not be had, and an error says why.
    Failed,
}

pub(crate) struct RequestWriter<'a, 'r> {
    pub(crate) fetch_index: u32,
    pub(crate) plan: &'a PreparedPlan,
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) variables: &'a [(Name, Bytes)],
    pub(crate) rows: &'r mut Rows,
    pub(crate) deduplication: &'r mut Deduplication,
    /// Rows left out because of earlier errors, with the selection they miss.
    pub(crate) failed: Vec<(u32, u32)>,
    /// The rows whose contexts have no value for an argument that takes no null.
    pub(crate) without_value: Asked,
    /// The rows whose contexts have more different values than one request may ask with.
    pub(crate) too_many: Option<Asked>,
}

impl RequestWriter<'_, '_> {
    pub(crate) fn root(&self, fetch: &PreparedFetch) -> Bytes {
        if fetch.variables.is_empty() {
            return fetch.query.clone();
        }
        let values: usize = self.variables.iter().map(|(name, value)| name.len() + value.len() + 8).sum();
        let mut body = Output::with_capacity(fetch.query.len() + 32 + values);
        body.extend_from_slice(&fetch.query);
        body.extend_from_slice(b",\"variables\":{");
        self.client_variables(&mut body, fetch);
        body.extend_from_slice(b"}}");
        Bytes::from(body.into_bytes())
    }

    /// `None` when there are no rows to ask for. All of them get what the first gets.
    pub(crate) fn root_below(&mut self, fetch: &PreparedFetch, lookup: u32) -> Option<(Bytes, Asked)> {
        let plan = self.plan;
        let lookup = &plan.fetch.lookups[lookup as usize];
        let mut asked = AskedLookup::new(lookup, 1);
        let pass = self.rows.begin_pass();
        for &target in &plan.fetch.targets[lookup.targets.range()] {
            for index in 0..self.rows.targets[target as usize].len() {
                let row = self.rows.targets[target as usize][index];
                match self.rows.is_first_visit(row, pass) {
                    false => {}
                    true if asked.rows.is_empty() => asked.rows.push(row),
                    true => asked.copies.push((row, 0)),
                }
            }
        }
        (!asked.rows.is_empty()).then(|| (self.root(fetch), Asked { lookups: vec![asked] }))
    }

    /// `None` when there is nothing to ask.
    pub(crate) fn entities(&mut self, fetch: &PreparedFetch, lookups: Span) -> Option<(Bytes, Asked)> {
        let plan = self.plan;
        let lookups = &plan.fetch.lookups[lookups.range()];
        if let Some(contexts) = &fetch.contexts {
            return self.contextual(fetch, contexts, lookups);
        }
        let candidates: usize = lookups.iter().map(|lookup| self.candidates(lookup)).sum();
        if candidates == 0 {
            return None;
        }
        let usual_bytes = &plan.usual_size.request_bytes[self.fetch_index as usize];
        let mut body = Output::with_capacity((fetch.query.len() + 64).max(usual_bytes.get()));
        body.extend_from_slice(&fetch.query);
        body.extend_from_slice(b",\"variables\":{");
        let mut asked = Asked { lookups: Vec::with_capacity(lookups.len()) };
        for lookup in lookups {
            if body.last() != Some(b'{') {
                body.push(b',');
            }
            body.extend_from_slice(plan.texts.get(lookup.variable));
            asked.lookups.push(self.lookup(&mut body, lookup));
            body.push(b']');
        }
        if asked.lookups.iter().all(|lookup| lookup.rows.is_empty()) {
            return None;
        }
        self.client_variables(&mut body, fetch);
        body.extend_from_slice(b"}}");
        usual_bytes.keep::<u8>(body.len() + 64);
        Some((Bytes::from(body.into_bytes()), asked))
    }

    fn candidates(&self, lookup: &PreparedLookup) -> usize {
        let targets = &self.plan.fetch.targets[lookup.targets.range()];
        targets.iter().map(|&target| self.rows.targets[target as usize].len()).sum()
    }

    fn client_variables(&self, body: &mut Output, fetch: &PreparedFetch) {
        for (name, key) in &fetch.variables {
            if let Some((_, value)) = self.variables.iter().find(|(given, _)| given == name) {
                if body.last() != Some(b'{') {
                    body.push(b',');
                }
                body.extend_from_slice(self.plan.texts.get(*key));
                body.extend_from_slice(value);
            }
        }
    }

    fn lookup(&mut self, body: &mut Output, lookup: &PreparedLookup) -> AskedLookup {
        let plan = self.plan;
        let candidates = self.candidates(lookup);
        let mut asked = AskedLookup::new(lookup, candidates);
        self.deduplication.start(candidates);
        let pass = self.rows.begin_pass();
        for &target in &plan.fetch.targets[lookup.targets.range()] {
            for index in 0..self.rows.targets[target as usize].len() {
                let row = self.rows.targets[target as usize][index];
                if !self.rows.is_first_visit(row, pass) {
                    continue;
                }
                match self.rows.number_of_equal(row, pass) {
                    Some(LEFT_OUT) => {}
                    Some(same) => asked.add_copy((row, same), candidates),
                    None => self.ask_about(body, lookup, (row, candidates), &mut asked),
                }
            }
        }
        asked
    }

    #[inline]
    fn ask_about(
        &mut self,
        body: &mut Output,
        lookup: &PreparedLookup,
        (row, candidates): (u32, usize),
        asked: &mut AskedLookup,
    ) {
        let start = body.len();
        if !asked.rows.is_empty() {
            body.push(b',');
        }
        let mut number = LEFT_OUT;
        match self.representation(body, lookup, row) {
            None => body.truncate(start),
            Some(Err(left_out)) => {
                body.truncate(start);
                if let LeftOut::Failed = left_out {
                    self.failed.push((lookup.selection, row));
                }
            }
            Some(Ok(head_bytes)) => {
                let separator_bytes = usize::from(!asked.rows.is_empty());
                let span = RepresentationSpan {
                    start: (start + separator_bytes + head_bytes) as u32,
                    end: body.len() as u32,
                    type_id: self.rows.row(row).type_id,
                };
                match self.deduplication.find_or_add(body.written(), span) {
                    Some(same) => {
                        body.truncate(start);
                        asked.add_copy((row, same), candidates);
                        number = same;
                    }
                    None => {
                        number = asked.rows.len() as u32;
                        asked.rows.push(row);
                    }
                }
            }
        }
        self.rows.rows[row as usize].number = number;
    }

    /// How many bytes say no more than the type. `None`: the lookup is not about rows of that type.
    fn representation(&self, body: &mut Output, lookup: &PreparedLookup, row: u32) -> Option<Result<usize, LeftOut>> {
        let program = &self.plan.representation;
        let type_id = self.rows.row(row).type_id;
        let mut representations = program.representations[lookup.representations.range()].iter();
        let representation = representations.find(|known| program.types[known.types.range()].contains(&type_id))?;
        match representation.head {
            Some(head) => self.plan.texts.copy(head, body),
            None => {
                body.extend_from_slice(b"{");
                self.typename(body, type_id);
            }
        }
        let written = self.fields(body, &program.fields[representation.fields.range()], row);
        body.push(b'}');
        Some(written.map(|()| representation.head.map_or(0, Text::len)))
    }

    fn typename(&self, body: &mut Output, type_id: TypeId) {
        body.extend_from_slice(b"\"__typename\":\"");
        body.extend_from_slice(self.supergraph.ty(type_id).name.as_str().as_bytes());
        body.push(b'"');
    }

    fn fields(&self, body: &mut Output, fields: &[PreparedRepresentationField], row: u32) -> Result<(), LeftOut> {
        for field in fields {
            if body.last() != Some(b'{') {
                body.push(b',');
            }
            self.plan.texts.copy(field.name, body);
            let slot = self.rows.slot(row, field.slot);
            if field.is_key && slot == Slot::Null {
                return Err(LeftOut::NotThere);
            }
            self.value(body, field, slot)?;
        }
        Ok(())
    }

    fn value(&self, body: &mut Output, field: &PreparedRepresentationField, slot: Slot) -> Result<(), LeftOut> {
        match (slot, field.value) {
            (Slot::Absent | Slot::NotFound | Slot::Apart, _) => return Err(LeftOut::NotThere),
            (Slot::Failed | Slot::Contradicted, _) => return Err(LeftOut::Failed),
            (Slot::Null, _) => body.extend_from_slice(b"null"),
            (Slot::Leaf(slice), _) => self.rows.copy(slice, body),
            (Slot::NumberId(slice), _) => {
                body.push(b'"');
                self.rows.copy(slice, body);
                body.push(b'"');
            }
            (Slot::List { start, len }, _) => {
                body.push(b'[');
                for index in start..start + len {
                    if index > start {
                        body.push(b',');
                    }
                    self.value(body, field, self.rows.slots[index as usize])?;
                }
                body.push(b']');
            }
            // The plan and the decoded data disagree.
            (Slot::Row(_), PreparedRepresentationValue::Leaf) => return Err(LeftOut::NotThere),
            (Slot::Row(row), PreparedRepresentationValue::Object(object)) => self.object(body, object, row)?,
        }
        Ok(())
    }

    fn object(&self, body: &mut Output, object: u32, row: u32) -> Result<(), LeftOut> {
        let program = &self.plan.representation;
        let object = program.objects[object as usize];
        let type_id = self.rows.row(row).type_id;
        body.push(b'{');
        if object.has_typename {
            self.typename(body, type_id);
        }
        for variant in &program.variants[object.variants.range()] {
            if program.types[variant.types.range()].contains(&type_id) {
                self.fields(body, &program.fields[variant.fields.range()], row)?;
            }
        }
        body.push(b'}');
        Ok(())
    }
}

//! The fetches: what each sends, what it waits for, and where its answer goes.

use super::{
    Enums, Span, Text, Texts, decode_program::DecodeProgram, representation_program::RepresentationProgram,
    template::PreparedTemplate,
};
use crate::json_text::write_string;
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_federation::{SubgraphId, Supergraph};
use hansa_query_planner::plan::{Fetch, FetchKind, Lookup, LookupContexts, OperationKind, QueryPlan, RootBelow};

#[derive(Debug, Default)]
pub(crate) struct FetchProgram {
    pub(crate) tells_of_changes: bool,
    pub(crate) fetches: Vec<PreparedFetch>,
    pub(crate) lookups: Vec<PreparedLookup>,
    /// Targets of lookups.
    pub(crate) targets: Vec<u32>,
    /// Fetches that wait for another one.
    pub(crate) releases: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct PreparedFetch {
    pub(crate) subgraph: SubgraphId,
    pub(crate) is_mutation: bool,
    /// The whole request when it has no variables, otherwise `{"query":"…"`.
    pub(crate) query: Bytes,
    /// Client variables with `"name":`.
    pub(crate) variables: Vec<(Name, Text)>,
    pub(crate) kind: PreparedFetchKind,
    /// Where its lookups read from contexts.
    pub(crate) contexts: Option<Box<PreparedContexts>>,
    pub(crate) waits_for: u32,
    /// The part of the response that waits for it.
    pub(crate) part: u32,
    /// Into `releases`.
    pub(crate) releases: Span,
}

#[derive(Debug)]
pub(crate) struct PreparedContexts {
    pub(crate) template: PreparedTemplate,
    /// By lookup.
    pub(crate) lookups: Vec<Option<LookupContexts>>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum PreparedFetchKind {
    /// Into the decode program's objects.
    Root(u32),
    /// Into `lookups`: one without representations.
    RootBelow(u32),
    /// Into `lookups`.
    Entities(Span),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PreparedLookup {
    /// In quotes, with the colon.
    pub(crate) key: Text,
    /// `"variable":[`.
    pub(crate) variable: Text,
    /// Into `targets`.
    pub(crate) targets: Span,
    /// Into the representation program.
    pub(crate) representations: Span,
    /// Into the decode program's objects.
    pub(crate) selection: u32,
    /// Rows that stand for one entity get child rows of their own.
    pub(crate) keeps_rows_apart: bool,
    /// Rows that stand for one entity and of which nothing is known but these slots (one bit for each) are equal, and can share
    /// their slots from then on. 0: never.
    pub(crate) equal_slots: u64,
}

/// The arrays that fetches refer to.
pub(crate) struct Compiler<'a> {
    pub(crate) supergraph: &'a Supergraph,
    pub(crate) texts: &'a mut Texts,
    pub(crate) enums: &'a mut Enums,
    pub(crate) decode: &'a mut DecodeProgram,
    pub(crate) representation: &'a mut RepresentationProgram,
}

impl FetchProgram {
    pub(crate) fn compile(plan: &QueryPlan, compiler: &mut Compiler<'_>) -> FetchProgram {
        let is_of_mutation = plan.kind == OperationKind::Mutation;
        let mut program =
            FetchProgram { tells_of_changes: plan.kind != OperationKind::Query, ..FetchProgram::default() };
        for (index, fetch) in plan.fetches.iter().enumerate() {
            let kind = program.kind(fetch, compiler);
            let released = plan.fetches.iter().enumerate();
            let released =
                released.filter(|(_, other)| other.depends_on.contains(&fetch.id)).map(|(index, _)| index as u32);
            let releases = Span::append(&mut program.releases, released);
            debug_assert_eq!(fetch.id.0 as usize, index, "fetches are numbered by their place in the plan");
            let mut depends_on = fetch.depends_on.clone();
            depends_on.sort();
            depends_on.dedup();
            program.fetches.push(PreparedFetch {
                subgraph: fetch.subgraph,
                is_mutation: is_of_mutation && matches!(fetch.kind, FetchKind::Root(_)),
                query: query_text(fetch),
                variables: fetch
                    .variables
                    .iter()
                    .map(|name| (name.clone(), compiler.texts.add(&["\"", name.as_str(), "\":"])))
                    .collect(),
                kind,
                contexts: contexts(fetch).map(Box::new),
                waits_for: depends_on.len() as u32,
                part: fetch.part.0,
                releases,
            });
        }
        program
    }

    fn kind(&mut self, fetch: &Fetch, compiler: &mut Compiler<'_>) -> PreparedFetchKind {
        match &fetch.kind {
            FetchKind::Root(selection) => PreparedFetchKind::Root(compiler.decode.add(
                selection,
                compiler.supergraph,
                compiler.texts,
                compiler.enums,
            )),
            FetchKind::RootBelow(below) => {
                let lookup = self.root_below(below, compiler);
                self.lookups.push(lookup);
                PreparedFetchKind::RootBelow(self.lookups.len() as u32 - 1)
            }
            FetchKind::Entities(lookups) => {
                let lookups: Vec<PreparedLookup> = lookups.iter().map(|lookup| self.lookup(lookup, compiler)).collect();
                PreparedFetchKind::Entities(Span::append(&mut self.lookups, lookups))
            }
        }
    }

    fn root_below(&mut self, below: &RootBelow, compiler: &mut Compiler<'_>) -> PreparedLookup {
        let Compiler { supergraph, texts, enums, decode, representation } = compiler;
        PreparedLookup {
            key: texts.add(&["\"\":"]),
            variable: texts.add(&[]),
            targets: Span::append(&mut self.targets, below.targets.iter().map(|target| target.0)),
            representations: representation.add(&[], supergraph, texts),
            selection: decode.add(&below.selection, supergraph, texts, enums),
            keeps_rows_apart: below.keeps_rows_apart,
            equal_slots: 0,
        }
    }

    fn lookup(&mut self, lookup: &Lookup, compiler: &mut Compiler<'_>) -> PreparedLookup {
        let Compiler { supergraph, texts, enums, decode, representation } = compiler;
        PreparedLookup {
            key: texts.add(&["\"", lookup.response_key.as_str(), "\":"]),
            variable: texts.add(&["\"", lookup.variable.as_str(), "\":["]),
            targets: Span::append(&mut self.targets, lookup.targets.iter().map(|target| target.0)),
            representations: representation.add(&lookup.representations, supergraph, texts),
            selection: decode.add(&lookup.selection, supergraph, texts, enums),
            keeps_rows_apart: lookup.keeps_rows_apart,
            equal_slots: 0,
        }
    }

    pub(crate) fn weight_bytes(&self) -> usize {
        size_of_val(&self.fetches[..])
            + self.fetches.iter().map(|fetch| fetch.query.len() + size_of_val(&fetch.variables[..])).sum::<usize>()
            + self
                .fetches
                .iter()
                .filter_map(|fetch| fetch.contexts.as_ref())
                .map(|known| known.template.weight_bytes())
                .sum::<usize>()
            + size_of_val(&self.lookups[..])
            + size_of_val(&self.targets[..])
            + size_of_val(&self.releases[..])
    }
}

fn contexts(fetch: &Fetch) -> Option<PreparedContexts> {
    let (Some(template), FetchKind::Entities(lookups)) = (&fetch.template, &fetch.kind) else { return None };
    let template = PreparedTemplate::new(template);
    Some(PreparedContexts { template, lookups: lookups.iter().map(|lookup| lookup.contexts.clone()).collect() })
}

fn query_text(fetch: &Fetch) -> Bytes {
    let mut text = Vec::with_capacity(fetch.operation.len() + 64);
    text.extend_from_slice(b"{\"query\":");
    write_string(&mut text, &fetch.operation);
    if !matches!(fetch.kind, FetchKind::Entities(_)) && fetch.variables.is_empty() {
        text.push(b'}');
    }
    Bytes::from(text)
}

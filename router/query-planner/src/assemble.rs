//! From solved sites to fetches. Walks the chosen plans from the root, opens a fetch for each hop, and notes for each
//! fetch exactly those fetches whose slots it reads. Hops of several types at one place that wait for the same fetches
//! are one fetch; fetches of one subgraph that wait for the same fetches become one request with several lookups.

mod contexts;
mod draft;
mod finish;
mod parts;
mod representations;
mod root_below;
mod shapes;

pub(crate) use draft::{Draft, FetchDraft, Node, NodeField, NodeId};
pub(crate) use shapes::ShapeDraft;

use crate::{
    plan::{OperationKind, PartId, QueryPlan, ShapeId, TargetId},
    planner::PlanError,
    selections::{Item, Selections, UsageSetId},
    solve::{Hop, Input, LocalField, SitePlan, Source, TypePlan},
};
use contexts::ContextSources;
use draft::{FetchSet, LookupDraft, LookupKey, OpenedLookup};
use hansa_federation::{SubgraphId, TypeId, TypeKind};
use hansa_query_graph::QueryGraph;
use hashbrown::HashMap;
use parts::Parts;
use shapes::SlotPlace;
use std::rc::Rc;

/// A plan being assembled.
pub(crate) struct Assembly<'a> {
    pub(crate) graph: &'a QueryGraph,
    pub(crate) selections: &'a Selections,
    pub(crate) shapes: Vec<ShapeDraft>,
    pub(crate) draft: Draft,
    pub(crate) parts: Parts,
    pub(crate) contexts: ContextSources,
    fetches_max: u32,
    /// Sites that have been walked already, with the fetches found below them.
    filled: HashMap<(NodeId, PartId, *const SitePlan), FetchSet>,
}

/// The rows that a site's plan is carried out for: in which fetch's answer, and as what.
#[derive(Debug, Clone, Copy)]
struct Place {
    node: NodeId,
    /// The rows' type.
    ty: TypeId,
    /// The type on which the subgraph declares their fields.
    declared_on: TypeId,
    /// What waits for it: the part that its rows are in, or for requirements one that reads these rows.
    part: PartId,
}

/// For each hop its fetch, and for each of its fields the fetches below.
type Hops = Vec<(usize, Vec<FetchSet>)>;

/// The fetches after which an input is complete.
fn ready(input: Input, (fetch, here): (usize, &[FetchSet]), hops: &Hops) -> FetchSet {
    let (fetch, below) = match input.source {
        Source::Here => (fetch, here),
        Source::Hop(hop) => (hops[hop].0, hops[hop].1.as_slice()),
    };
    below[input.local].iter().copied().chain([fetch]).collect()
}

impl<'a> Assembly<'a> {
    pub(crate) fn new(graph: &'a QueryGraph, selections: &'a Selections, fetches_max: u32) -> Self {
        Assembly {
            graph,
            selections,
            shapes: Vec::new(),
            draft: Draft::default(),
            parts: Parts::new(),
            contexts: ContextSources::default(),
            fetches_max,
            filled: HashMap::new(),
        }
    }

    /// A plan of the root type. Returns all of its fetches.
    pub(crate) fn root(
        &mut self,
        plan: &TypePlan,
        (kind, root): (OperationKind, TypeId),
        after: &FetchSet,
    ) -> Result<FetchSet, PlanError> {
        let mut hops = Hops::with_capacity(plan.hops.len());
        for hop in &plan.hops {
            let part = self.part_of(ShapeId(0), hop.deferred);
            let fetch = self.open_fetch((hop.subgraph, part), after.clone())?;
            let node = self.draft.add_node(hop.subgraph, root, ShapeId(0));
            self.draft.fetches[fetch].root = Some((kind, node));
            let place = Place { node, ty: root, declared_on: root, part };
            let filled: Result<_, PlanError> =
                hop.locals.iter().map(|local| self.fill_field(place, local, fetch)).collect();
            hops.push((fetch, filled?));
        }
        self.note_contexts(plan, (ShapeId(0), root), |input| ready(input, (0, &[]), &hops));
        Ok(hops.iter().flat_map(|(fetch, filled)| filled.iter().flatten().chain([fetch])).copied().collect())
    }

    fn part_at(&mut self, place: Place, deferred: Option<UsageSetId>) -> PartId {
        match deferred {
            None => place.part,
            Some(_) => self.part_of(self.draft.node(place.node).shape, deferred),
        }
    }

    /// Whether a fetch is for the part that is answered at once.
    pub(crate) fn is_at_once(&self, fetch: usize) -> bool {
        self.draft.fetches[fetch].part == QueryPlan::INITIAL
    }

    fn open_fetch(&mut self, asked: (SubgraphId, PartId), depends_on: FetchSet) -> Result<usize, PlanError> {
        if self.draft.fetches.len() as u32 >= self.fetches_max {
            return Err(PlanError::TooManyFetches { fetches_max: self.fetches_max });
        }
        self.draft.fetches.push(FetchDraft::new(asked, depends_on));
        Ok(self.draft.fetches.len() - 1)
    }

    fn fill_site(
        &mut self,
        plan: &Rc<SitePlan>,
        (node, part): (NodeId, PartId),
        fetch: usize,
    ) -> Result<FetchSet, PlanError> {
        let key = (node, part, Rc::as_ptr(plan));
        if let Some(all) = self.filled.get(&key) {
            return Ok(all.clone());
        }
        let mut all = FetchSet::new();
        for (ty, type_plan) in &plan.types {
            self.draft.node_type(node, *ty);
            let place = Place { node, ty: *ty, declared_on: *ty, part };
            all.extend(self.fill_type(type_plan, place, fetch)?);
        }
        self.filled.insert(key, all.clone());
        Ok(all)
    }

    fn fill_type(&mut self, plan: &TypePlan, place: Place, fetch: usize) -> Result<FetchSet, PlanError> {
        let mut here = Vec::with_capacity(plan.locals.len());
        let is_deferring = plan.hops.iter().any(|hop| hop.deferred.is_some());
        for (index, local) in plan.locals.iter().enumerate() {
            let part = self.part_at(place, if is_deferring { plan.deferred_use(index) } else { None });
            here.push(self.fill_field(Place { part, ..place }, local, fetch)?);
        }
        let mut all: FetchSet = here.iter().flatten().copied().collect();
        let mut hops = Hops::with_capacity(plan.hops.len());
        for hop in &plan.hops {
            let mut depends_on = FetchSet::from([fetch]);
            depends_on.extend(hop.inputs.iter().flat_map(|input| ready(*input, (fetch, &here), &hops)));
            let (hop_fetch, node) = match hop.entry {
                Some(_) => self.lookup(place, hop, depends_on)?,
                None => self.root_below(place, hop, depends_on)?,
            };
            all.insert(hop_fetch);
            let part = self.part_at(place, hop.deferred);
            let inner = Place { node, ty: place.ty, declared_on: hop.entered_as, part };
            let mut filled = Vec::with_capacity(hop.locals.len());
            for local in &hop.locals {
                filled.push(self.fill_field(inner, local, hop_fetch)?);
            }
            if let Some(site) = &hop.site {
                filled.push(self.fill_site(site, (node, part), hop_fetch)?);
            }
            all.extend(filled.iter().flatten());
            hops.push((hop_fetch, filled));
        }
        let shape = self.draft.node(place.node).shape;
        self.note_contexts(plan, (shape, place.ty), |input| ready(input, (fetch, &here), &hops));
        Ok(all)
    }

    fn fill_field(&mut self, place: Place, local: &LocalField, fetch: usize) -> Result<FetchSet, PlanError> {
        let item: &Item = &local.item;
        let shape = self.draft.node(place.node).shape;
        let SlotPlace { slot, child, stream, later_child } = self.slot(shape, place.ty, item);
        let subgraph = self.draft.node(place.node).subgraph;
        let declared = self.graph.field(place.declared_on, &item.name).and_then(|field| field.in_subgraph(subgraph));
        let declared = declared.expect("the solver asks a subgraph for fields it declares");
        let ty = declared.ty;
        let plan = local.child.as_ref();
        // Of one type there is one node, whatever the plans that fill it rely on.
        let known = self.draft.known_children(place.node, place.ty, slot);
        let mut node = |shape: Option<ShapeId>| {
            let (shape, plan) = (shape?, plan?);
            Some(self.draft.child_node(place.node, (slot, shape, ty.named, (plan.provision, plan.given_contexts))))
        };
        let (child, later_child) = known.unwrap_or_else(|| (node(child), node(later_child)));
        let (name, arguments, declared_on) = (item.name.clone(), item.arguments, place.declared_on);
        let contexts = self.context_arguments(place.node, declared);
        let field = NodeField { slot, name, arguments, ty, child, stream, later_child, declared_on, contexts };
        self.draft.add_field(place.node, place.ty, field);
        let mut all = FetchSet::new();
        for node in child.into_iter().chain(later_child) {
            let is_asked_by_client = item.response_name.is_some();
            let child_shape = self.draft.node(node).shape;
            let part = if is_asked_by_client { self.shapes[child_shape.0 as usize].part } else { place.part };
            if let Some(plan) = plan {
                all.extend(self.fill_site(plan, (node, part), fetch)?);
            }
        }
        Ok(all)
    }

    /// The fetch and the node for a hop from the rows of a place.
    fn lookup(&mut self, place: Place, hop: &Hop, depends_on: FetchSet) -> Result<(usize, NodeId), PlanError> {
        let shape = self.draft.node(place.node).shape;
        let fields = self.represent((shape, place.ty), hop);
        let asked_as = (hop.site.is_some() || hop.entered_as != place.ty)
            .then(|| (hop.entered_as, hop.locals.iter().map(|local| local.item.clone()).collect()));
        let part = self.part_at(place, hop.deferred);
        let contexts = hop.contexts.clone();
        let key = LookupKey { rows: place.node, subgraph: hop.subgraph, depends_on, part, contexts, asked_as };
        let open = self.draft.lookups.get(&key).map(Vec::as_slice).unwrap_or_default();
        let fits = |opened: &&OpenedLookup| self.draft.fetches[opened.fetch].lookups[0].has_room(place.ty, &fields);
        let opened = match open.iter().find(fits).copied() {
            Some(opened) => opened,
            None => self.open_lookup(key, hop, shape)?,
        };
        self.draft.fetches[opened.fetch].is_for_contexts &= hop.is_for_contexts;
        self.draft.node_mut(opened.node).finds_types |= hop.site.is_some();
        if hop.site.is_none() {
            self.draft.node_type(opened.node, place.ty);
        }
        let targets = &mut self.draft.node_type(place.node, place.ty).targets;
        if !targets.contains(&opened.target) {
            targets.push(opened.target);
        }
        let types = self.row_types(place.ty);
        self.draft.fetches[opened.fetch].lookups[0].represent(&types, hop.entered_as, fields);
        Ok((opened.fetch, opened.node))
    }

    /// The types that rows of a type may have when their turn comes: those of interface objects are found out meanwhile.
    pub(crate) fn row_types(&self, ty: TypeId) -> Vec<TypeId> {
        let definition = self.graph.supergraph().ty(ty);
        let is_interface = definition.kind == TypeKind::Interface;
        std::iter::once(ty).chain(definition.possible_types.iter().copied().filter(|_| is_interface)).collect()
    }

    fn open_lookup(&mut self, key: LookupKey, hop: &Hop, shape: ShapeId) -> Result<OpenedLookup, PlanError> {
        let fetch = self.open_fetch((hop.subgraph, key.part), key.depends_on.clone())?;
        let node = self.draft.add_node(hop.subgraph, hop.entered_as, shape);
        let target = TargetId(self.draft.target_count);
        self.draft.target_count += 1;
        self.draft.fetches[fetch].is_for_contexts = hop.is_for_contexts;
        self.draft.node_mut(node).is_lookup = true;
        let lookup = LookupDraft { node, targets: vec![target], representations: Vec::new() };
        self.draft.fetches[fetch].lookups.push(lookup);
        let opened = OpenedLookup { fetch, node, target };
        self.draft.lookups.entry(key).or_default().push(opened);
        Ok(opened)
    }
}

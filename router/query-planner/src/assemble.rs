//! From solved sites to fetches. Walks the chosen plans from the root, opens a fetch for each hop, and notes for each
//! fetch exactly those fetches whose slots it reads. Hops of several types at one place that wait for the same fetches
//! are one fetch; fetches of one subgraph that wait for the same fetches become one request with several lookups.

mod draft;
mod finish;
mod parts;
mod representations;
mod shapes;

pub(crate) use draft::{Draft, FetchDraft, Node, NodeField, NodeId};
pub(crate) use shapes::ShapeDraft;

use crate::{
    plan::{OperationKind, PartId, ShapeId, TargetId},
    planner::PlanError,
    selections::{Item, Selections},
    solve::{Hop, LocalField, SitePlan, Source, TypePlan},
};
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
    fetches_max: u32,
    /// Sites that have been walked already, with the fetches found below them.
    filled: HashMap<(NodeId, *const SitePlan), FetchSet>,
}

/// The rows that a site's plan is carried out for: in which fetch's answer, and as what.
#[derive(Debug, Clone, Copy)]
struct Place {
    node: NodeId,
    /// The rows' type.
    ty: TypeId,
    /// The type on which the subgraph declares their fields.
    declared_on: TypeId,
}

impl<'a> Assembly<'a> {
    pub(crate) fn new(graph: &'a QueryGraph, selections: &'a Selections, fetches_max: u32) -> Self {
        Assembly {
            graph,
            selections,
            shapes: Vec::new(),
            draft: Draft::default(),
            parts: Parts::new(),
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
        let mut all = FetchSet::new();
        for hop in &plan.hops {
            let part = self.part_of(ShapeId(0), hop.deferred);
            let fetch = self.open_fetch((hop.subgraph, part), after.clone())?;
            let node = self.draft.add_node(hop.subgraph, root, ShapeId(0));
            self.draft.fetches[fetch].root = Some((kind, node));
            all.insert(fetch);
            let place = Place { node, ty: root, declared_on: root };
            for local in &hop.locals {
                all.extend(self.fill_field(place, local, fetch)?);
            }
        }
        Ok(all)
    }

    fn open_fetch(&mut self, asked: (SubgraphId, PartId), depends_on: FetchSet) -> Result<usize, PlanError> {
        if self.draft.fetches.len() as u32 >= self.fetches_max {
            return Err(PlanError::TooManyFetches { fetches_max: self.fetches_max });
        }
        self.draft.fetches.push(FetchDraft::new(asked, depends_on));
        Ok(self.draft.fetches.len() - 1)
    }

    fn fill_site(&mut self, plan: &Rc<SitePlan>, node: NodeId, fetch: usize) -> Result<FetchSet, PlanError> {
        let key = (node, Rc::as_ptr(plan));
        if let Some(all) = self.filled.get(&key) {
            return Ok(all.clone());
        }
        let mut all = FetchSet::new();
        for (ty, type_plan) in &plan.types {
            self.draft.node_type(node, *ty);
            let place = Place { node, ty: *ty, declared_on: *ty };
            all.extend(self.fill_type(type_plan, place, fetch)?);
        }
        self.filled.insert(key, all.clone());
        Ok(all)
    }

    fn fill_type(&mut self, plan: &TypePlan, place: Place, fetch: usize) -> Result<FetchSet, PlanError> {
        let mut here = Vec::with_capacity(plan.locals.len());
        for local in &plan.locals {
            here.push(self.fill_field(place, local, fetch)?);
        }
        let mut all: FetchSet = here.iter().flatten().copied().collect();
        let mut hops: Vec<(usize, Vec<FetchSet>)> = Vec::with_capacity(plan.hops.len());
        for hop in &plan.hops {
            let mut depends_on = FetchSet::from([fetch]);
            for input in &hop.inputs {
                match input.source {
                    Source::Here => depends_on.extend(&here[input.local]),
                    Source::Hop(source) => {
                        depends_on.insert(hops[source].0);
                        depends_on.extend(&hops[source].1[input.local]);
                    }
                }
            }
            let (hop_fetch, node) = self.lookup(place, hop, depends_on)?;
            all.insert(hop_fetch);
            let inner = Place { node, ty: place.ty, declared_on: hop.entered_as };
            let mut filled = Vec::with_capacity(hop.locals.len());
            for local in &hop.locals {
                filled.push(self.fill_field(inner, local, hop_fetch)?);
            }
            if let Some(site) = &hop.site {
                filled.push(self.fill_site(site, node, hop_fetch)?);
            }
            all.extend(filled.iter().flatten());
            hops.push((hop_fetch, filled));
        }
        Ok(all)
    }

    fn fill_field(&mut self, place: Place, local: &LocalField, fetch: usize) -> Result<FetchSet, PlanError> {
        let item: &Item = &local.item;
        let shape = self.draft.node(place.node).shape;
        let SlotPlace { slot, child, stream, later_child } = self.slot(shape, place.ty, item);
        let subgraph = self.draft.node(place.node).subgraph;
        let declared = self.graph.field(place.declared_on, &item.name).and_then(|field| field.in_subgraph(subgraph));
        let ty = declared.expect("the solver asks a subgraph for fields it declares").ty;
        let plan = local.child.as_ref();
        let mut node = |shape: Option<ShapeId>| {
            let (shape, plan) = (shape?, plan?);
            Some(self.draft.child_node(place.node, (slot, shape, ty.named, plan.provision)))
        };
        let (child, later_child) = (node(child), node(later_child));
        let (name, arguments, declared_on) = (item.name.clone(), item.arguments, place.declared_on);
        let field = NodeField { slot, name, arguments, ty, child, stream, later_child, declared_on };
        self.draft.add_field(place.node, place.ty, field);
        let mut all = FetchSet::new();
        for node in child.into_iter().chain(later_child) {
            if let Some(plan) = plan {
                all.extend(self.fill_site(plan, node, fetch)?);
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
        let part = self.part_of(shape, hop.deferred);
        let key = LookupKey { rows: place.node, subgraph: hop.subgraph, depends_on, part, asked_as };
        let open = self.draft.lookups.get(&key).map(Vec::as_slice).unwrap_or_default();
        let fits = |opened: &&OpenedLookup| self.draft.fetches[opened.fetch].lookups[0].has_room(place.ty, &fields);
        let opened = match open.iter().find(fits).copied() {
            Some(opened) => opened,
            None => self.open_lookup(key, hop, shape)?,
        };
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
        self.draft.node_mut(node).is_lookup = true;
        let lookup = LookupDraft { node, targets: vec![target], representations: Vec::new() };
        self.draft.fetches[fetch].lookups.push(lookup);
        let opened = OpenedLookup { fetch, node, target };
        self.draft.lookups.entry(key).or_default().push(opened);
        Ok(opened)
    }
}

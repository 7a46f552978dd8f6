//! Chooses the subgraphs that give a selection. Top down, one *site* at a time: the objects of one type that a fetch
//! from one subgraph brings. What a site needs depends only on the selection, the type, the subgraph and what is
//! provided there, so each such combination is solved once (`SitePlan` is shared) and the work stays polynomial.
//!
//! A part that cannot be had from a site (a value type that several subgraphs know in part) is handed back to the
//! parent, which asks for the same field elsewhere and lets the answers meet in the same rows.

mod agreement;
mod builder;
mod chain;
mod contexts;
mod interface_object;
mod labels;
mod later;
mod offer;
mod preference;
mod shared_root;
mod site;

pub(crate) use builder::{Hop, Input, LocalField, Source, TypePlan};
pub(crate) use interface_object::{common_items, type_independent_group};
pub use preference::Preference;
pub(crate) use site::Site;

use crate::{
    planner::{PlanError, PlanningLimits},
    selections::{Group, Item, Selection, SelectionId, Selections},
};
use hansa_federation::{FieldSet, FieldSetSelection, LabelId, SubgraphId, Supergraph, TypeId};
use hansa_query_graph::{ContextSetId, ContextSets, ContextValueId, QueryGraph, RuntimeTypes};
use hashbrown::{HashMap, HashSet};
use std::{collections::BTreeSet, rc::Rc};

/// What an answer costs. Ordered: first the length of the chain of fetches, then their number, then selected fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Cost {
    pub(crate) depth: u32,
    pub(crate) fetches: u32,
    pub(crate) fields: u32,
}

/// How the objects of one site are completed.
#[derive(Debug)]
pub(crate) struct SitePlan {
    /// By runtime type; an interface object has the interface's id.
    pub(crate) types: Vec<(TypeId, TypePlan)>,
    /// What is provided there, on which the plan relies.
    pub(crate) provision: ProvisionId,
    /// What is read from contexts further up.
    pub(crate) needed_contexts: Vec<ContextValueId>,
    /// What was given there, if anything is read.
    pub(crate) given_contexts: ContextSetId,
    /// The part that cannot be had from here.
    pub(crate) unsolved: Option<SelectionId>,
    pub(crate) cost: Cost,
}

/// Fields that an enclosing `@provides` makes available, interned; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ProvisionId(u32);

impl ProvisionId {
    pub(crate) const NONE: ProvisionId = ProvisionId(0);
}

/// Where a selection is solved: the subgraph, what is provided there, and what is given by contexts above.
pub(crate) type Standpoint = (SubgraphId, ProvisionId, ContextSetId);

type SiteKey = (SelectionId, TypeId, Standpoint);

pub(crate) struct Solver<'a> {
    pub(crate) graph: &'a QueryGraph,
    pub(crate) selections: &'a mut Selections,
    limits: PlanningLimits,
    preference: Preference,
    /// Of progressive overrides, ascending.
    active_labels: &'a [LabelId],
    known: HashMap<SiteKey, Rc<SitePlan>>,
    /// Sites being solved right now: meeting one again is a circle, and yields nothing.
    in_progress: Vec<SiteKey>,
    /// The outermost site in progress that was met again while the one at hand is being solved: what is found until that
    /// site is solved is not remembered, since it may be had without the cut.
    cut_at: usize,
    /// The subgraphs that keys may lead to.
    within_reach: HashMap<(TypeId, SubgraphId), Rc<Vec<SubgraphId>>>,
    moves: u32,
    /// After so many there is no plan.
    moves_end: u32,
    sizes: HashMap<SelectionId, u64>,
    provisions: Vec<Vec<FieldSetSelection>>,
    provision_ids: HashMap<Vec<FieldSetSelection>, ProvisionId>,
    context_sets: ContextSets,
    /// Requirements by their addresses, which is what plans keep.
    shared_sets: HashMap<*const FieldSet, Rc<FieldSet>>,
    /// What keys and requirements select on objects of a type.
    needed: HashMap<(TypeId, *const FieldSet), Rc<[Item]>>,
}

impl<'a> Solver<'a> {
    pub(crate) fn new(
        graph: &'a QueryGraph,
        selections: &'a mut Selections,
        (limits, preference, active_labels, moves_end): (PlanningLimits, Preference, &'a [LabelId], u32),
    ) -> Self {
        Solver {
            graph,
            selections,
            limits,
            preference,
            active_labels,
            known: HashMap::new(),
            in_progress: Vec::new(),
            cut_at: usize::MAX,
            within_reach: HashMap::new(),
            moves: 0,
            moves_end,
            sizes: HashMap::new(),
            provisions: vec![Vec::new()],
            provision_ids: HashMap::new(),
            context_sets: ContextSets::default(),
            shared_sets: HashMap::new(),
            needed: HashMap::new(),
        }
    }

    pub(crate) fn supergraph(&self) -> &'a Supergraph {
        self.graph.supergraph()
    }

    /// Counts one move tried.
    pub(crate) fn spend(&mut self) -> Result<(), PlanError> {
        self.moves += 1;
        match self.moves > self.moves_end {
            true => Err(PlanError::TooMuchWork),
            false => Ok(()),
        }
    }

    /// Whether alternatives may still be compared.
    pub(crate) fn may_compare(&self) -> bool {
        self.moves < self.limits.moves_max
    }

    pub(crate) fn provision(&self, id: ProvisionId) -> &[FieldSetSelection] {
        &self.provisions[id.0 as usize]
    }

    pub(crate) fn intern_provision(&mut self, fields: Vec<FieldSetSelection>) -> ProvisionId {
        if fields.is_empty() {
            return ProvisionId::NONE;
        }
        if let Some(id) = self.provision_ids.get(&fields) {
            return *id;
        }
        let id = ProvisionId(self.provisions.len() as u32);
        self.provisions.push(fields.clone());
        self.provision_ids.insert(fields, id);
        id
    }

    /// Solves the site of objects declared as `declared` in an answer of `subgraph`.
    pub(crate) fn site(
        &mut self,
        selection: SelectionId,
        declared: TypeId,
        standpoint: Standpoint,
    ) -> Result<Rc<SitePlan>, PlanError> {
        let key = (selection, declared, standpoint);
        if let Some(plan) = self.known.get(&key) {
            return Ok(plan.clone());
        }
        self.spend()?;
        if let Some(index) = self.in_progress.iter().position(|known| *known == key) {
            self.cut_at = self.cut_at.min(index);
            return Ok(Rc::new(SitePlan::new(standpoint, Vec::new(), Some(selection))));
        }
        let cut_before = std::mem::replace(&mut self.cut_at, usize::MAX);
        self.in_progress.push(key);
        let plan = self.solve_site(key);
        self.in_progress.pop();
        let plan = Rc::new(plan?);
        if self.cut_at >= self.in_progress.len() {
            self.known.insert(key, plan.clone());
            self.cut_at = usize::MAX;
        }
        self.cut_at = self.cut_at.min(cut_before);
        Ok(plan)
    }

    fn solve_site(&mut self, (selection, declared, standpoint): SiteKey) -> Result<SitePlan, PlanError> {
        let graph = self.graph;
        let (subgraph, provision, above) = standpoint;
        let runtime_types: &[TypeId] = match graph.runtime_types(declared, subgraph) {
            RuntimeTypes::InterfaceObject(interface) => {
                return self.interface_object(selection, interface, standpoint);
            }
            RuntimeTypes::Object(_) => &graph.supergraph().ty(declared).possible_types,
            // An interface without implementations, which only interface objects give life.
            RuntimeTypes::Abstract([]) if self.selections.get(selection).items_for(declared).is_some() => &[declared],
            RuntimeTypes::Abstract(types) => types,
        };
        let mut types = Vec::with_capacity(runtime_types.len());
        let mut unsolved: Vec<Group> = Vec::new();
        for ty in runtime_types {
            let items: Vec<Item> = self.selections.get(selection).items_for(*ty).unwrap_or_default().to_vec();
            let site = site::Site { ty: *ty, held: Some(subgraph), provision, deferred: None, above, below: above };
            let (plan, missing) = self.solve_type(site, items)?;
            types.push((*ty, plan));
            if !missing.is_empty() {
                crate::selections::push_grouped(&mut unsolved, *ty, (missing, Vec::new()));
            }
        }
        let unsolved = self.part(selection, unsolved);
        Ok(SitePlan::new(standpoint, types, unsolved))
    }

    /// A part of a selection, or nothing.
    pub(crate) fn part(&mut self, whole: SelectionId, groups: Vec<Group>) -> Option<SelectionId> {
        let origin = self.selections.origin(whole);
        (!groups.is_empty()).then(|| self.selections.intern(Selection { groups }, Some(origin)))
    }
}

impl SitePlan {
    fn new(
        (_, provision, above): Standpoint,
        types: Vec<(TypeId, TypePlan)>,
        unsolved: Option<SelectionId>,
    ) -> SitePlan {
        let of_types = types.iter().flat_map(|(_, plan)| &plan.contexts.needed);
        let needed_contexts: BTreeSet<ContextValueId> = of_types.copied().collect();
        SitePlan {
            provision,
            given_contexts: if needed_contexts.is_empty() { ContextSetId::EMPTY } else { above },
            needed_contexts: needed_contexts.into_iter().collect(),
            unsolved,
            cost: cost_of_types(&types),
            types,
        }
    }
}

/// Types at one place share the fetches that go to one subgraph after the same ones.
pub(crate) fn cost_of_types(types: &[(TypeId, TypePlan)]) -> Cost {
    let mut cost = Cost::default();
    let mut hops: Vec<(SubgraphId, u32)> = Vec::new();
    let mut children: HashSet<*const SitePlan> = HashSet::new();
    for (_, plan) in types {
        cost.depth = cost.depth.max(plan.cost.depth);
        cost.fields = cost.fields.saturating_add(plan.own_fields());
        for hop in &plan.hops {
            if !hops.contains(&(hop.subgraph, hop.depth)) {
                hops.push((hop.subgraph, hop.depth));
            }
        }
        for (child, weight) in plan.children() {
            if children.insert(Rc::as_ptr(child)) {
                cost.add_parallel(child.cost, weight);
            }
        }
    }
    cost.fetches = cost.fetches.saturating_add(hops.len() as u32);
    cost
}

impl Cost {
    /// Adds what is paid besides; the length of the chain is not touched.
    fn add_parallel(&mut self, other: Cost, field_weight: u32) {
        self.fetches = self.fetches.saturating_add(other.fetches);
        self.fields = self.fields.saturating_add(other.fields.saturating_mul(field_weight));
    }
}

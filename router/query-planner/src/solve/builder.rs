//! The plan of one concrete type at one site while it is put together: fields read in the fetch at hand, and hops to
//! other subgraphs, each with the inputs it waits for.

use super::{Cost, SitePlan, contexts::TypeContexts};
use crate::selections::{Item, UsageSetId};
use hansa_federation::{FieldSet, SubgraphId, TypeId};
use hansa_query_graph::{ContextValueId, Entry};
use std::rc::Rc;

/// A field had after a hop weighs more than one in the fetch at hand: of two plans with as many fetches, the one that
/// asks early is better.
const HOP_FIELD_WEIGHT: u32 = 2;

/// A field asked for in some fetch, with the plan of its objects.
#[derive(Debug, Clone)]
pub(crate) struct LocalField {
    pub(crate) item: Item,
    pub(crate) child: Option<Rc<SitePlan>>,
}

/// How objects of one type are completed at a site.
#[derive(Debug, Clone, Default)]
pub(crate) struct TypePlan {
    /// Read in the fetch that brings the objects.
    pub(crate) locals: Vec<LocalField>,
    /// In an order in which each comes after those it takes inputs from.
    pub(crate) hops: Vec<Hop>,
    pub(crate) contexts: TypeContexts,
    pub(crate) cost: Cost,
}

/// An entity fetch (or at the root: a root fetch) for the objects of a site.
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    pub(crate) subgraph: SubgraphId,
    /// The type as which the subgraph is entered: the object type, or an interface (object).
    pub(crate) entered_as: TypeId,
    /// `None` at the root.
    pub(crate) entry: Option<Entry>,
    /// Requirements of the fields read here.
    pub(crate) requires: Vec<FieldSet>,
    /// What the fields read here take from contexts; ascending.
    pub(crate) contexts: Vec<ContextValueId>,
    /// Key fields and requirements, and where they are had.
    pub(crate) inputs: Vec<Input>,
    pub(crate) locals: Vec<LocalField>,
    /// Instead of `locals`, when an interface object's concrete types are found out here.
    pub(crate) site: Option<Rc<SitePlan>>,
    /// What is read here is answered later than the objects of the site.
    pub(crate) deferred: Option<UsageSetId>,
    /// Nothing is read here but what fields below take from contexts.
    pub(crate) is_for_contexts: bool,
}

impl Hop {
    /// Whether what is read here waits for more than a key.
    pub(crate) fn waits(&self) -> bool {
        !self.requires.is_empty() || !self.contexts.is_empty()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The fetch that brings the objects.
    Here,
    Hop(usize),
}

/// A field that a hop needs, as the `local`-th of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) source: Source,
    pub(crate) local: usize,
}

impl TypePlan {
    pub(crate) fn locals_of(&self, source: Source) -> &[LocalField] {
        match source {
            Source::Here => &self.locals,
            Source::Hop(hop) => &self.hops[hop].locals,
        }
    }

    fn locals_of_mut(&mut self, source: Source) -> &mut Vec<LocalField> {
        match source {
            Source::Here => &mut self.locals,
            Source::Hop(hop) => &mut self.hops[hop].locals,
        }
    }

    /// Where a field is read, if it is.
    pub(crate) fn input_of(&self, item: &Item) -> Option<Input> {
        let sources = std::iter::once(Source::Here).chain((0..self.hops.len()).map(Source::Hop));
        sources.into_iter().find_map(|source| {
            let local = self.locals_of(source).iter().position(|local| local.item == *item)?;
            Some(Input { source, local })
        })
    }

    /// Adds a field that is known to be new.
    pub(crate) fn push(&mut self, source: Source, field: LocalField) {
        self.locals_of_mut(source).push(field);
    }

    /// Adds a field, once, and says where it is.
    pub(crate) fn add(&mut self, source: Source, field: LocalField) -> Input {
        let locals = self.locals_of_mut(source);
        let known = locals.iter().position(|local| local.item == field.item);
        let local = known.unwrap_or_else(|| {
            locals.push(field);
            locals.len() - 1
        });
        Input { source, local }
    }

    /// The group of deferred fields that alone needs a field of the fetch at hand, if it is for their hops only.
    pub(crate) fn deferred_use(&self, local: usize) -> Option<UsageSetId> {
        if self.locals[local].item.response_name.is_some() {
            return None;
        }
        let here = Input { source: Source::Here, local };
        let mut uses = self.hops.iter().filter(|hop| hop.inputs.contains(&here)).map(|hop| hop.deferred);
        let first = uses.next()?;
        first.filter(|_| uses.all(|other| other == first))
    }

    /// For each hop the length of the chain that ends with it.
    pub(crate) fn depths(&self) -> Vec<u32> {
        let mut depths: Vec<u32> = Vec::with_capacity(self.hops.len());
        for hop in &self.hops {
            let ready = hop.inputs.iter().map(|input| self.ready(*input, &depths)).max().unwrap_or(0);
            depths.push(ready + 1);
        }
        depths
    }

    /// After how many fetches an input is complete.
    fn ready(&self, input: Input, depths: &[u32]) -> u32 {
        let start = match input.source {
            Source::Here => 0,
            Source::Hop(hop) => depths[hop],
        };
        let child = &self.locals_of(input.source)[input.local].child;
        start + child.as_ref().map_or(0, |child| child.cost.depth)
    }

    /// The plans of all fields' objects, with what their fields weigh.
    pub(crate) fn children(&self) -> impl Iterator<Item = (&Rc<SitePlan>, u32)> {
        let of_hops = self
            .hops
            .iter()
            .flat_map(|hop| hop.locals.iter().filter_map(|local| local.child.as_ref()).chain(&hop.site));
        let here = self.locals.iter().filter_map(|local| local.child.as_ref());
        here.map(|child| (child, 1)).chain(of_hops.map(|child| (child, HOP_FIELD_WEIGHT)))
    }

    pub(crate) fn own_fields(&self) -> u32 {
        let of_hops: usize = self.hops.iter().map(|hop| hop.locals.len() + hop.inputs.len()).sum();
        self.locals.len() as u32 + of_hops as u32 * HOP_FIELD_WEIGHT
    }

    pub(crate) fn current_cost(&self) -> Cost {
        let depths = self.depths();
        let mut cost = Cost { depth: 0, fetches: self.hops.len() as u32, fields: self.own_fields() };
        for (child, weight) in self.children() {
            cost.add_parallel(child.cost, weight);
        }
        for local in &self.locals {
            cost.depth = cost.depth.max(local.child.as_ref().map_or(0, |child| child.cost.depth));
        }
        // Nothing waits for what is deferred.
        for (hop, depth) in self.hops.iter().zip(&depths).filter(|(hop, _)| hop.deferred.is_none()) {
            let children = hop.locals.iter().filter_map(|local| local.child.as_ref()).chain(&hop.site);
            let below = children.map(|child| child.cost.depth).max().unwrap_or(0);
            cost.depth = cost.depth.max(depth + below);
        }
        cost
    }

    /// Puts hops to one subgraph together where that makes the whole cheaper and no circle.
    pub(crate) fn merge_hops(&mut self) {
        let mut cost = self.current_cost();
        let mut first = 0;
        while first < self.hops.len() {
            let mut second = first + 1;
            while second < self.hops.len() {
                match self.merged(first, second).map(|merged| (merged.current_cost(), merged)) {
                    Some((merged_cost, merged)) if merged_cost < cost => {
                        *self = merged;
                        cost = merged_cost;
                        (first, second) = (0, 1);
                    }
                    _ => second += 1,
                }
            }
            first += 1;
        }
        self.cost = cost;
    }

    fn merged(&self, first: usize, second: usize) -> Option<TypePlan> {
        let (a, b) = (&self.hops[first], &self.hops[second]);
        let is_same_place = a.subgraph == b.subgraph && a.entered_as == b.entered_as;
        let is_same_time = a.deferred == b.deferred && a.contexts == b.contexts;
        if !is_same_place
            || !is_same_time
            || a.site.is_some()
            || b.site.is_some()
            || self.depends(second, first)
            || self.depends(first, second)
        {
            return None;
        }
        let is_clash = |input: &Input| {
            let item = &self.locals_of(input.source)[input.local].item;
            a.inputs
                .iter()
                .map(|other| &self.locals_of(other.source)[other.local].item)
                .any(|other| other.name == item.name && other.arguments != item.arguments)
        };
        // A representation has room for a field with one set of arguments only.
        if b.inputs.iter().any(is_clash)
            || a.requires.iter().any(|set| b.requires.iter().any(|other| set.has_contradiction(other)))
        {
            return None;
        }
        let mut plan = self.clone();
        let moved = std::mem::take(&mut plan.hops[second].locals);
        let places: Vec<Input> = moved.into_iter().map(|local| plan.add(Source::Hop(first), local)).collect();
        for hop in &mut plan.hops {
            for input in &mut hop.inputs {
                if input.source == Source::Hop(second) {
                    *input = places[input.local];
                }
            }
        }
        let (inputs, requires) = (plan.hops[second].inputs.clone(), plan.hops[second].requires.clone());
        plan.hops[first].is_for_contexts &= b.is_for_contexts;
        let kept = &mut plan.hops[first];
        for input in inputs {
            if !kept.inputs.contains(&input) {
                kept.inputs.push(input);
            }
        }
        for set in requires {
            if !kept.requires.contains(&set) {
                kept.requires.push(set);
            }
        }
        plan.remove_hop(second);
        plan.sort_hops().then_some(plan)
    }

    /// Whether hop `later` takes anything from hop `earlier`, at whatever distance.
    fn depends(&self, later: usize, earlier: usize) -> bool {
        self.hops[later].inputs.iter().any(|input| match input.source {
            Source::Here => false,
            Source::Hop(hop) => hop == earlier || self.depends(hop, earlier),
        })
    }

    fn remove_hop(&mut self, removed: usize) {
        self.hops.remove(removed);
        for input in self.hops.iter_mut().flat_map(|hop| &mut hop.inputs) {
            if let Source::Hop(hop) = &mut input.source {
                *hop -= usize::from(*hop > removed);
            }
        }
    }

    /// Restores the order of hops; false when they wait for each other.
    fn sort_hops(&mut self) -> bool {
        let mut order: Vec<usize> = Vec::with_capacity(self.hops.len());
        while order.len() < self.hops.len() {
            let is_ready = |hop: &Hop| {
                hop.inputs.iter().all(|input| match input.source {
                    Source::Here => true,
                    Source::Hop(source) => order.contains(&source),
                })
            };
            let next = (0..self.hops.len()).find(|index| !order.contains(index) && is_ready(&self.hops[*index]));
            let Some(next) = next else { return false };
            order.push(next);
        }
        let mut hops: Vec<Hop> = order.iter().map(|index| self.hops[*index].clone()).collect();
        for input in hops.iter_mut().flat_map(|hop| &mut hop.inputs) {
            if let Source::Hop(hop) = &mut input.source {
                *hop = order.iter().position(|old| old == hop).unwrap_or(*hop);
            }
        }
        self.hops = hops;
        true
    }
}

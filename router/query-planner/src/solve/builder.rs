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

/// How objects of one type are completed at a site. Copies share what they do not change.
#[derive(Debug, Clone, Default)]
pub(crate) struct TypePlan {
    /// Read in the fetch that brings the objects.
    pub(crate) locals: Rc<Vec<LocalField>>,
    /// In an order in which each comes after those it takes inputs from.
    pub(crate) hops: Vec<Rc<Hop>>,
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
    pub(crate) requires: Vec<Rc<FieldSet>>,
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
    /// The length of the chain that ends here.
    pub(crate) depth: u32,
}

impl Hop {
    /// The length of the chain that ends here, if the objects' answer waits for it.
    fn waited_for(&self) -> Option<u32> {
        self.deferred.is_none().then_some(self.depth)
    }

    /// The plans of the fields' objects.
    fn children(&self) -> impl Iterator<Item = &Rc<SitePlan>> {
        self.locals.iter().filter_map(|local| local.child.as_ref()).chain(&self.site)
    }

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
            Source::Here => Rc::make_mut(&mut self.locals),
            Source::Hop(hop) => &mut Rc::make_mut(&mut self.hops[hop]).locals,
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
    pub(crate) fn push(&mut self, source: Source, field: LocalField) -> Input {
        self.cost = self.cost_with(source, field.child.as_deref());
        let locals = self.locals_of_mut(source);
        locals.push(field);
        Input { source, local: locals.len() - 1 }
    }

    /// Adds a field, once, and says where it is.
    pub(crate) fn add(&mut self, source: Source, field: LocalField) -> Input {
        match self.locals_of(source).iter().position(|local| local.item == field.item) {
            Some(local) => Input { source, local },
            None => self.push(source, field),
        }
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

    /// Adds a hop, whose inputs are there already.
    pub(crate) fn push_hop(&mut self, mut hop: Hop) {
        hop.depth = self.depth_after(&hop.inputs);
        self.cost.fetches = self.cost.fetches.saturating_add(1);
        let fields = (hop.inputs.len() + hop.locals.len()) as u32 * HOP_FIELD_WEIGHT;
        self.cost.fields = self.cost.fields.saturating_add(fields);
        let mut below = 0;
        for child in hop.children() {
            self.cost.add_parallel(child.cost, HOP_FIELD_WEIGHT);
            below = below.max(child.cost.depth);
        }
        self.cost.depth = self.cost.depth.max(hop.waited_for().map_or(0, |depth| depth + below));
        self.hops.push(Rc::new(hop));
    }

    /// What the plan costs with one more field.
    pub(crate) fn cost_with(&self, source: Source, child: Option<&SitePlan>) -> Cost {
        // Nothing waits for what is deferred.
        let (weight, start) = match source {
            Source::Here => (1, Some(0)),
            Source::Hop(hop) => (HOP_FIELD_WEIGHT, self.hops[hop].waited_for()),
        };
        let mut cost = self.cost;
        cost.fields = cost.fields.saturating_add(weight);
        if let Some(child) = child {
            cost.add_parallel(child.cost, weight);
            cost.depth = cost.depth.max(start.map_or(0, |start| start + child.cost.depth));
        }
        cost
    }

    /// What the plan costs with one more hop, at the least, that reads one field.
    pub(crate) fn cost_with_hop(&self, hop: &Hop, child: Option<&SitePlan>) -> Cost {
        let mut cost = self.cost;
        cost.fetches = cost.fetches.saturating_add(1);
        cost.fields = cost.fields.saturating_add(HOP_FIELD_WEIGHT);
        let below = child.map_or(0, |child| child.cost.depth);
        if let Some(child) = child {
            cost.add_parallel(child.cost, HOP_FIELD_WEIGHT);
        }
        cost.depth = cost.depth.max(hop.waited_for().map_or(0, |depth| depth + below));
        cost
    }

    /// The length of the chain that ends with a hop that takes these inputs.
    fn depth_after(&self, inputs: &[Input]) -> u32 {
        let ready = |input: &Input| {
            let start = match input.source {
                Source::Here => 0,
                Source::Hop(hop) => self.hops[hop].depth,
            };
            let child = &self.locals_of(input.source)[input.local].child;
            start + child.as_ref().map_or(0, |child| child.cost.depth)
        };
        inputs.iter().map(ready).max().unwrap_or(0) + 1
    }

    /// The plans of all fields' objects, with what their fields weigh.
    pub(crate) fn children(&self) -> impl Iterator<Item = (&Rc<SitePlan>, u32)> {
        let of_hops = self.hops.iter().flat_map(|hop| hop.children());
        let here = self.locals.iter().filter_map(|local| local.child.as_ref());
        here.map(|child| (child, 1)).chain(of_hops.map(|child| (child, HOP_FIELD_WEIGHT)))
    }

    pub(crate) fn own_fields(&self) -> u32 {
        let of_hops: usize = self.hops.iter().map(|hop| hop.locals.len() + hop.inputs.len()).sum();
        self.locals.len() as u32 + of_hops as u32 * HOP_FIELD_WEIGHT
    }

    /// Works out the cost, after more than one field has changed.
    pub(crate) fn recount(&mut self) {
        let mut cost = Cost { depth: 0, fetches: self.hops.len() as u32, fields: self.own_fields() };
        for (child, weight) in self.children() {
            cost.add_parallel(child.cost, weight);
        }
        for local in self.locals.iter() {
            cost.depth = cost.depth.max(local.child.as_ref().map_or(0, |child| child.cost.depth));
        }
        for (hop, depth) in self.hops.iter().filter_map(|hop| Some((hop, hop.waited_for()?))) {
            let below = hop.children().map(|child| child.cost.depth).max().unwrap_or(0);
            cost.depth = cost.depth.max(depth + below);
        }
        self.cost = cost;
    }

    /// Puts hops to one subgraph together where that makes the whole cheaper and no circle.
    pub(crate) fn merge_hops(&mut self) {
        let mut first = 0;
        while first < self.hops.len() {
            let mut second = first + 1;
            while second < self.hops.len() {
                match self.merged(first, second) {
                    Some(merged) if merged.cost < self.cost => {
                        *self = merged;
                        (first, second) = (0, 1);
                    }
                    _ => second += 1,
                }
            }
            first += 1;
        }
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
        let moved = plan.hops.remove(second);
        let places: Vec<Input> = moved.locals.iter().map(|local| plan.add(Source::Hop(first), local.clone())).collect();
        plan.redirect(|input| match input.source {
            Source::Hop(hop) if hop == second => places[input.local],
            Source::Hop(hop) if hop > second => Input { source: Source::Hop(hop - 1), ..input },
            _ => input,
        });
        let kept = Rc::make_mut(&mut plan.hops[first]);
        kept.is_for_contexts &= moved.is_for_contexts;
        for input in &moved.inputs {
            if !kept.inputs.contains(input) {
                kept.inputs.push(*input);
            }
        }
        for set in &moved.requires {
            if !kept.requires.contains(set) {
                kept.requires.push(set.clone());
            }
        }
        plan.sort_hops().then_some(plan)
    }

    /// Gives inputs another place.
    fn redirect(&mut self, place_of: impl Fn(Input) -> Input) {
        for hop in &mut self.hops {
            if hop.inputs.iter().any(|input| place_of(*input) != *input) {
                Rc::make_mut(hop).inputs.iter_mut().for_each(|input| *input = place_of(*input));
            }
        }
    }

    /// Whether hop `later` takes anything from hop `earlier`, at whatever distance. Hops come after those they take inputs
    /// from.
    fn depends(&self, later: usize, earlier: usize) -> bool {
        if later <= earlier {
            return false;
        }
        let mut is_source = vec![false; later + 1];
        is_source[later] = true;
        for hop in (0..=later).rev() {
            if !is_source[hop] {
                continue;
            }
            for input in &self.hops[hop].inputs {
                if let Source::Hop(source) = input.source {
                    is_source[source] = true;
                }
            }
        }
        is_source[earlier]
    }

    /// Restores the order of hops, their depths and the cost; false when they wait for each other.
    fn sort_hops(&mut self) -> bool {
        let mut order: Vec<usize> = Vec::with_capacity(self.hops.len());
        let mut places: Vec<Option<usize>> = vec![None; self.hops.len()];
        while order.len() < self.hops.len() {
            let is_ready = |hop: &Hop| {
                hop.inputs.iter().all(|input| match input.source {
                    Source::Here => true,
                    Source::Hop(source) => places[source].is_some(),
                })
            };
            let next = (0..self.hops.len()).find(|index| places[*index].is_none() && is_ready(&self.hops[*index]));
            let Some(next) = next else { return false };
            places[next] = Some(order.len());
            order.push(next);
        }
        self.hops = order.iter().map(|index| self.hops[*index].clone()).collect();
        self.redirect(|input| match input.source {
            Source::Hop(hop) => Input { source: Source::Hop(places[hop].unwrap_or(hop)), ..input },
            Source::Here => input,
        });
        for index in 0..self.hops.len() {
            let depth = self.depth_after(&self.hops[index].inputs);
            if self.hops[index].depth != depth {
                Rc::make_mut(&mut self.hops[index]).depth = depth;
            }
        }
        self.recount();
        true
    }
}

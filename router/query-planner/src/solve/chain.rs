//! From the objects at hand to another subgraph: the key by which it is entered and the requirements of what is asked
//! there are fields like any other, and may have to be had from further subgraphs first.

use super::{
    Hop, Input, Solver, Source, TypePlan,
    preference::Rank,
    site::{Placement, Site},
};
use crate::{planner::PlanError, selections::Item};
use hansa_federation::{FieldInSubgraph, SubgraphId, TypeId};
use hansa_query_graph::{Entry, Resolver};
use std::rc::Rc;

/// A requirement in the making: it is never met through itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Visit {
    subgraph: SubgraphId,
    requiring: Option<apollo_compiler::Name>,
}

/// The way to a subgraph while it is searched for.
#[derive(Debug)]
pub(crate) struct Chain {
    visits: Vec<Visit>,
    /// Key fields and requirements in the making: to have one in order to have it is a detour.
    acquiring: Vec<Item>,
    length_max: usize,
    /// A longer chain might have found something.
    is_cut: bool,
}

impl Chain {
    /// Tries chains of `length_min` hops, then longer ones, as far as the length has something to do with the failure. All
    /// ways of equal length are compared; how many there are grows with the length only.
    pub(crate) fn shortest<T>(
        length_min: usize,
        mut attempt: impl FnMut(&mut Chain) -> Result<Option<T>, PlanError>,
    ) -> Result<Option<T>, PlanError> {
        for length_max in length_min.. {
            let mut chain = Chain { visits: Vec::new(), acquiring: Vec::new(), length_max, is_cut: false };
            let found = attempt(&mut chain)?;
            if found.is_some() || !chain.is_cut {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

impl Solver<'_> {
    /// The item from another subgraph (or the same, entered again with the field's requirements).
    pub(super) fn remote(
        &mut self,
        site: Site,
        plan: &TypePlan,
        (item, resolver): (&Item, Resolver),
        chain: &mut Chain,
    ) -> Result<Option<Placement>, PlanError> {
        self.spend()?;
        let graph = self.graph;
        let Some(declared) = self.resolved_by(site.ty, resolver, &item.name) else { return Ok(None) };
        if !self.is_context_given(site, declared) {
            return Ok(None);
        }
        let provided = declared.provides.iter().flat_map(|set| set.selections.iter().cloned()).collect();
        let (field, open) = self.field_at(site, item, declared, provided)?;
        let requires: Vec<_> = declared.requires.iter().cloned().collect();
        let mut contexts: Vec<_> = graph.contexts().values_of(declared).collect();
        contexts.sort();
        contexts.dedup();
        let known = plan.hops.iter().position(|hop| {
            hop.subgraph == resolver.subgraph
                && hop.entered_as == resolver.declared_on
                && hop.requires == requires
                && hop.contexts == contexts
                && hop.site.is_none()
                && (hop.deferred == site.deferred || (item.response_name.is_none() && hop.deferred.is_none()))
        });
        if let Some(hop) = known {
            let mut plan = plan.clone();
            let input = plan.add(Source::Hop(hop), field);
            return Ok(Some(Placement { plan, input, open }));
        }
        let is_asked_apart = !requires.is_empty() || !contexts.is_empty();
        let visit = Visit { subgraph: resolver.subgraph, requiring: is_asked_apart.then(|| item.name.clone()) };
        if chain.visits.contains(&visit) {
            return Ok(None);
        }
        if site.held.is_some() && chain.visits.len() == chain.length_max {
            chain.is_cut = true;
            return Ok(None);
        }
        if site.held.is_some_and(|held| !self.within_reach(site.ty, held).contains(&resolver.subgraph)) {
            return Ok(None);
        }
        chain.visits.push(visit);
        let hop = Hop {
            subgraph: resolver.subgraph,
            entered_as: resolver.declared_on,
            entry: None,
            requires,
            contexts,
            inputs: Vec::new(),
            locals: Vec::new(),
            site: None,
            deferred: site.deferred,
            is_for_contexts: false,
        };
        let entered = self.enter(site, plan, hop, chain);
        chain.visits.pop();
        Ok(entered?.map(|mut plan| {
            let hop = plan.hops.len() - 1;
            let input = plan.add(Source::Hop(hop), field);
            Placement { plan, input, open }
        }))
    }

    /// The subgraphs that have a key whose fields may be had from here. Whether their objects and requirements may be had
    /// as well is not looked at: it is about not walking all ways to what no way leads to.
    pub(super) fn within_reach(&mut self, ty: TypeId, held: SubgraphId) -> Rc<Vec<SubgraphId>> {
        let key = (ty, held);
        if let Some(known) = self.within_reach.get(&key) {
            return known.clone();
        }
        let graph = self.graph;
        let supergraph = graph.supergraph();
        let mut reached = vec![held];
        let mut entries: Vec<(SubgraphId, Vec<Item>)> = Vec::new();
        for entry in graph.all_entries(ty) {
            let fields = self.selections.items_of_field_set(supergraph, ty, &graph.key(*entry).fields.selections);
            entries.push((entry.subgraph, fields));
        }
        loop {
            let is_had = |item: &Item| {
                let is_known_there = |known: &FieldInSubgraph| known.subgraph == held;
                let declared = graph.field(ty, &item.name);
                declared.is_some_and(|declared| declared.in_subgraphs.iter().any(is_known_there))
                    || graph.resolvers(ty, &item.name).iter().any(|known| reached.contains(&known.subgraph))
            };
            let further = entries.iter().find(|(subgraph, key)| !reached.contains(subgraph) && key.iter().all(is_had));
            let Some((subgraph, _)) = further else { break };
            reached.push(*subgraph);
        }
        // The subgraph at hand too is entered by a key only.
        let is_entered = |subgraph: &SubgraphId| entries.iter().any(|(known, _)| known == subgraph);
        reached.retain(is_entered);
        let reached = Rc::new(reached);
        self.within_reach.insert(key, reached.clone());
        reached
    }

    /// Adds a hop with the cheapest of its keys and all of its requirements.
    pub(crate) fn enter(
        &mut self,
        site: Site,
        plan: &TypePlan,
        hop: Hop,
        chain: &mut Chain,
    ) -> Result<Option<TypePlan>, PlanError> {
        if site.held.is_none() {
            let mut plan = plan.clone();
            plan.hops.push(hop);
            return Ok(Some(plan));
        }
        let graph = self.graph;
        let entries: Vec<Entry> =
            graph.entries(site.ty, hop.subgraph).filter(|entry| entry.entered_as == hop.entered_as).collect();
        let mut best: Option<(Rank, TypePlan)> = None;
        for (number, entry) in entries.into_iter().enumerate() {
            let mut needed =
                self.selections.items_of_field_set(graph.supergraph(), site.ty, &graph.key(entry).fields.selections);
            for set in &hop.requires {
                needed.extend(self.selections.items_of_field_set(graph.supergraph(), site.ty, &set.selections));
            }
            let Some((mut entered, inputs)) = self.acquire_all(site, plan, needed, chain)? else { continue };
            entered.hops.push(Hop { entry: Some(entry), inputs, ..hop.clone() });
            let rank = self.preference.rank_of_entry(site, (number, entered.current_cost()));
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, entered));
            }
        }
        Ok(best.map(|(_, plan)| plan))
    }

    pub(super) fn acquire_all(
        &mut self,
        site: Site,
        plan: &TypePlan,
        needed: Vec<Item>,
        chain: &mut Chain,
    ) -> Result<Option<(TypePlan, Vec<Input>)>, PlanError> {
        let mut plan = plan.clone();
        let mut inputs = Vec::with_capacity(needed.len());
        for item in needed {
            let Some((placed, input)) = self.acquire(site, &plan, &item, chain)? else { return Ok(None) };
            plan = placed;
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
        Ok(Some((plan, inputs)))
    }

    /// The whole of a key field or requirement, from wherever it costs least.
    fn acquire(
        &mut self,
        site: Site,
        plan: &TypePlan,
        item: &Item,
        chain: &mut Chain,
    ) -> Result<Option<(TypePlan, Input)>, PlanError> {
        let mut best: Option<(Rank, (TypePlan, Input))> = None;
        let mut all_here: Option<SubgraphId> = None;
        if let Some((field, None)) = self.local(site, item)? {
            all_here = site.held;
            let mut placed = plan.clone();
            let input = placed.add(Source::Here, field);
            let cost = placed.current_cost();
            if cost.fetches == plan.current_cost().fetches && !self.preference.compares_with_here() {
                return Ok(Some((placed, input)));
            }
            best = Some((self.preference.rank(site, item, (site.held, cost)), (placed, input)));
        }
        if chain.acquiring.contains(item) {
            return Ok(best.map(|(_, placed)| placed));
        }
        chain.acquiring.push(item.clone());
        let graph = self.graph;
        let resolvers = graph.resolvers(site.ty, &item.name).iter();
        for resolver in resolvers.filter(|resolver| all_here != Some(resolver.subgraph)) {
            let placed = self.remote(site, plan, (item, *resolver), chain)?;
            if let Some(Placement { plan, input, open: None }) = placed {
                let rank = self.preference.rank(site, item, (Some(resolver.subgraph), plan.current_cost()));
                if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                    best = Some((rank, (plan, input)));
                }
            }
        }
        chain.acquiring.pop();
        Ok(best.map(|(_, placed)| placed))
    }
}

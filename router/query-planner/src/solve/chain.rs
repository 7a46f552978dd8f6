//! From the objects at hand to another subgraph: the key by which it is entered and the requirements of what is asked
//! there are fields like any other, and may have to be had from further subgraphs first.

use super::{Cost, Hop, Input, LocalField, Solver, Source, TypePlan, offer::Offer, preference::Rank, site::Site};
use crate::{
    planner::PlanError,
    selections::{Item, SelectionId},
};
use hansa_federation::{FieldInSubgraph, SubgraphId, TypeId};
use hansa_query_graph::Resolver;
use std::rc::Rc;

/// A requirement in the making: it is never met through itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Visit {
    subgraph: SubgraphId,
    requiring: Option<apollo_compiler::Name>,
}

/// What a subgraph has of a field.
pub(super) enum Answer {
    Offer(Offer),
    /// It has to be entered first.
    Entry(HopInView),
}

/// A hop that a plan does not have, and what would be asked there.
pub(super) struct HopInView {
    hop: Hop,
    visit: Visit,
    asked: (LocalField, Option<SelectionId>),
}

impl HopInView {
    pub(super) fn open(&self) -> Option<SelectionId> {
        self.asked.1
    }

    /// What the plan costs with it, at the least.
    pub(super) fn cost_min(&self, plan: &TypePlan) -> Cost {
        plan.cost_with_hop(&self.hop, self.asked.0.child.as_deref())
    }
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
        asked: (&Item, Resolver),
        chain: &mut Chain,
    ) -> Result<Option<Offer>, PlanError> {
        match self.ask(site, plan, asked)? {
            None => Ok(None),
            Some(Answer::Offer(offer)) => Ok(Some(offer)),
            Some(Answer::Entry(entry)) => self.enter_for(site, plan, &entry, chain),
        }
    }

    /// What a subgraph has of an item: an offer where the plan goes there already.
    pub(super) fn ask(
        &mut self,
        site: Site,
        plan: &TypePlan,
        (item, resolver): (&Item, Resolver),
    ) -> Result<Option<Answer>, PlanError> {
        self.spend()?;
        let Some(declared) = self.resolved_by(site.ty, resolver, &item.name) else { return Ok(None) };
        if !self.is_context_given(site, declared) {
            return Ok(None);
        }
        let provided = declared.provides.iter().flat_map(|set| set.selections.iter().cloned()).collect();
        let asked = self.field_at(site, item, declared, provided)?;
        let requires = declared.requires.as_ref().map(|set| self.shared(set));
        let mut contexts: Vec<_> = self.graph.contexts().values_of(declared).collect();
        contexts.sort();
        contexts.dedup();
        let known = plan.hops.iter().position(|hop| {
            hop.subgraph == resolver.subgraph
                && hop.entered_as == resolver.declared_on
                && hop.requires == requires.as_slice()
                && hop.contexts == contexts
                && hop.site.is_none()
                && (hop.deferred == site.deferred || (item.response_name.is_none() && hop.deferred.is_none()))
        });
        if let Some(hop) = known {
            return Ok(Some(Answer::Offer(Offer::with(plan, Source::Hop(hop), asked))));
        }
        let is_asked_apart = requires.is_some() || !contexts.is_empty();
        let visit = Visit { subgraph: resolver.subgraph, requiring: is_asked_apart.then(|| item.name.clone()) };
        let hop = Hop {
            subgraph: resolver.subgraph,
            entered_as: resolver.declared_on,
            entry: None,
            requires: requires.into_iter().collect(),
            contexts,
            inputs: Vec::new(),
            locals: Vec::new(),
            site: None,
            deferred: site.deferred,
            is_for_contexts: false,
            depth: 1,
        };
        Ok(Some(Answer::Entry(HopInView { hop, visit, asked })))
    }

    /// Goes where the plan does not go yet.
    pub(super) fn enter_for(
        &mut self,
        site: Site,
        plan: &TypePlan,
        HopInView { hop, visit, asked }: &HopInView,
        chain: &mut Chain,
    ) -> Result<Option<Offer>, PlanError> {
        self.spend()?;
        if chain.visits.contains(visit) {
            return Ok(None);
        }
        if site.held.is_some() && chain.visits.len() == chain.length_max {
            chain.is_cut = true;
            return Ok(None);
        }
        let needs_key = !self.is_root_again(site, hop.entered_as);
        let is_within_reach = |solver: &mut Self, held| solver.within_reach(site.ty, held).contains(&hop.subgraph);
        if needs_key && site.held.is_some_and(|held| !is_within_reach(self, held)) {
            return Ok(None);
        }
        if !needs_key && visit.requiring.is_some() {
            return Ok(None);
        }
        chain.visits.push(visit.clone());
        let entered = self.enter(site, plan, hop.clone(), chain);
        chain.visits.pop();
        Ok(entered?.map(|entered| Offer::by_last_hop(entered, asked.clone())))
    }

    /// The subgraphs that have a key whose fields may be had from here. Whether their objects and requirements may be had
    /// as well is not looked at: it is about not walking all ways to what no way leads to.
    pub(super) fn within_reach(&mut self, ty: TypeId, held: SubgraphId) -> Rc<Vec<SubgraphId>> {
        let key = (ty, held);
        if let Some(known) = self.within_reach.get(&key) {
            return known.clone();
        }
        let graph = self.graph;
        let mut reached = vec![held];
        let mut entries: Vec<(SubgraphId, Rc<[Item]>)> = Vec::new();
        for entry in graph.all_entries(ty) {
            entries.push((entry.subgraph, self.needed(ty, &graph.key(*entry).fields)));
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

    /// Whether the objects are the query's root, below the root: every subgraph has it, without a key.
    fn is_root_again(&self, site: Site, entered_as: TypeId) -> bool {
        site.held.is_some() && site.ty == self.supergraph().query && entered_as == site.ty
    }

    /// Adds a hop with the cheapest of its keys and all of its requirements.
    pub(crate) fn enter(
        &mut self,
        site: Site,
        plan: &TypePlan,
        hop: Hop,
        chain: &mut Chain,
    ) -> Result<Option<TypePlan>, PlanError> {
        if site.held.is_none() || self.is_root_again(site, hop.entered_as) {
            let mut plan = plan.clone();
            plan.push_hop(hop);
            return Ok(Some(plan));
        }
        let graph = self.graph;
        let mut best: Option<(Rank, TypePlan)> = None;
        let entries = graph.entries(site.ty, hop.subgraph).filter(|entry| entry.entered_as == hop.entered_as);
        for (number, entry) in entries.enumerate() {
            if best.is_some() && !self.may_compare() {
                break;
            }
            let mut needed = vec![self.needed(site.ty, &graph.key(entry).fields)];
            needed.extend(hop.requires.iter().map(|set| self.needed(site.ty, set)));
            let needed = needed.iter().flat_map(|items| items.iter());
            let Some((mut entered, inputs)) = self.acquire_all(site, plan, needed, chain)? else { continue };
            entered.push_hop(Hop { entry: Some(entry), inputs, ..hop.clone() });
            let rank = self.preference.rank_of_entry(site, (number, entered.cost));
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, entered));
            }
        }
        Ok(best.map(|(_, plan)| plan))
    }

    pub(super) fn acquire_all<'i>(
        &mut self,
        site: Site,
        plan: &TypePlan,
        needed: impl IntoIterator<Item = &'i Item>,
        chain: &mut Chain,
    ) -> Result<Option<(TypePlan, Vec<Input>)>, PlanError> {
        let mut plan = plan.clone();
        let mut inputs = Vec::new();
        for item in needed {
            let Some(offer) = self.acquire(site, &plan, item, chain)? else { return Ok(None) };
            let input = offer.take(&mut plan);
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
    ) -> Result<Option<Offer>, PlanError> {
        let mut best: Option<(Rank, Offer)> = None;
        let mut all_here: Option<SubgraphId> = None;
        if let Some(asked @ (_, None)) = self.local(site, item)? {
            all_here = site.held;
            let offer = Offer::with(plan, Source::Here, asked);
            if offer.cost.fetches == plan.cost.fetches && !self.preference.compares_with_here() {
                return Ok(Some(offer));
            }
            best = Some((self.preference.rank(site, item, (site.held, offer.cost)), offer));
        }
        if chain.acquiring.contains(item) {
            return Ok(best.map(|(_, offer)| offer));
        }
        chain.acquiring.push(item.clone());
        let graph = self.graph;
        let resolvers = graph.resolvers(site.ty, &item.name).iter();
        for resolver in resolvers {
            if !self.is_worth_asking(site, (item, *resolver), all_here) {
                continue;
            }
            if best.is_some() && !self.may_compare() {
                break;
            }
            let offer = self.remote(site, plan, (item, *resolver), chain)?;
            if let Some(offer) = offer.filter(|offer| offer.open.is_none()) {
                let rank = self.preference.rank(site, item, (Some(resolver.subgraph), offer.cost));
                if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                    best = Some((rank, offer));
                }
            }
        }
        chain.acquiring.pop();
        Ok(best.map(|(_, offer)| offer))
    }
}

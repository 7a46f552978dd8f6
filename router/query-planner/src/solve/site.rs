//! One concrete type at one site: which of its fields come from where.

use super::{
    Cost, LocalField, ProvisionId, Solver, Source, TypePlan,
    chain::{Answer, Chain, HopInView},
    offer::{Best, Offer},
    preference::Rank,
};
use crate::{
    planner::PlanError,
    selections::{Item, SelectionId, UsageSetId},
};
use hansa_federation::{FieldInSubgraph, FieldSetSelection, SubgraphId, TypeId};
use hansa_query_graph::ContextSetId;
use hashbrown::HashMap;

/// Subsets of this many subgraphs are compared; beyond, the greedy choice stands.
const COMPARED_SUBGRAPHS_MAX: usize = 6;

/// Where we are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site {
    /// A concrete type, or an interface as interface object.
    pub(crate) ty: TypeId,
    /// The subgraph whose fetch brings the objects; `None` at the root of the operation.
    pub(crate) held: Option<SubgraphId>,
    pub(crate) provision: ProvisionId,
    /// The fields that are being placed are answered later than the objects, and so apart from these.
    pub(crate) deferred: Option<UsageSetId>,
    /// What objects further up give to fields here, and what these with them give to fields below.
    pub(crate) above: ContextSetId,
    pub(crate) below: ContextSetId,
}

impl Solver<'_> {
    /// Chooses for each item where it comes from. Those that cannot be had are handed back.
    pub(super) fn choose(&mut self, site: Site, mut items: Vec<Item>) -> Result<(TypePlan, Vec<Item>), PlanError> {
        items.retain(Item::is_fetched);
        let later: Vec<Item> = items.extract_if(.., |item| item.deferred.is_some()).collect();
        let (plan, missing) = self.solve_together(site, TypePlan::default(), items)?;
        match later.is_empty() {
            true => Ok((plan, missing)),
            false => self.solve_later(site, (plan, missing), later),
        }
    }

    /// Adds items that are answered together to what there is.
    pub(super) fn solve_together(
        &mut self,
        site: Site,
        mut base: TypePlan,
        items: Vec<Item>,
    ) -> Result<(TypePlan, Vec<Item>), PlanError> {
        let mut rest: Vec<(Item, Vec<SubgraphId>)> = Vec::new();
        for item in items {
            match self.at_hand(site, &item)? {
                Some((field, None))
                    if field.child.as_ref().is_none_or(|child| child.cost.fetches == 0)
                        && !self.has_choice(site, &item) =>
                {
                    base.add(Source::Here, field);
                }
                local => {
                    let resolvers = self.graph.resolvers(site.ty, &item.name).iter();
                    let resolvers = resolvers.filter(|known| self.may_resolve(site.ty, **known, &item.name));
                    let mut options: Vec<SubgraphId> = resolvers.map(|resolver| resolver.subgraph).collect();
                    if matches!(local, Some((_, None))) {
                        options.extend(site.held);
                    }
                    options.sort();
                    options.dedup();
                    rest.push((item, options));
                }
            }
        }
        if rest.is_empty() {
            return Ok((base, Vec::new()));
        }
        // Items with the least choice first: others may join them.
        rest.sort_by_key(|(_, options)| options.len());
        let (mut best, mut best_missing) = self.place_all(site, &base, &rest, None)?;
        for allowed in compared_subsets(&rest) {
            if !self.may_compare() || !self.preference.compares_subsets(best_missing.is_empty()) {
                break;
            }
            let (plan, missing) = self.place_all(site, &base, &rest, Some(&allowed))?;
            if (missing.len(), plan.cost) < (best_missing.len(), best.cost) {
                (best, best_missing) = (plan, missing);
            }
        }
        Ok((best, best_missing))
    }

    fn place_all(
        &mut self,
        site: Site,
        base: &TypePlan,
        items: &[(Item, Vec<SubgraphId>)],
        allowed: Option<&[SubgraphId]>,
    ) -> Result<(TypePlan, Vec<Item>), PlanError> {
        let mut plan = base.clone();
        let mut missing = Vec::new();
        // Leaves with the same choice go where the first of them went: there they cost no fetch.
        let mut leaves: HashMap<&[SubgraphId], Source> = HashMap::new();
        for (item, options) in items {
            let is_leaf = item.child.is_none();
            let source = leaves.get(options.as_slice()).copied().filter(|_| is_leaf && self.preference.joins_leaves());
            if let Some(source) = source
                && self.is_plain_leaf(site, &plan, (item, source))?
            {
                plan.push(source, LocalField { item: item.clone(), child: None });
                continue;
            }
            let before = site.held.is_none().then(|| (plan.clone(), missing.len()));
            let mut open = Some(item.clone());
            let mut asked: Vec<SubgraphId> = Vec::new();
            while let Some(item) = open.take() {
                match self.place(site, &plan, &item, (allowed, &asked))? {
                    Some(offer) => {
                        open = offer.open.map(|child| item.with_child(child));
                        let source = offer.take(&mut plan).source;
                        asked.extend(match source {
                            Source::Here => site.held,
                            Source::Hop(hop) => Some(plan.hops[hop].subgraph),
                        });
                        let waits = matches!(source, Source::Hop(hop) if plan.hops[hop].waits());
                        if is_leaf && !waits {
                            leaves.insert(options, source);
                        }
                    }
                    None => missing.push(item),
                }
            }
            if let Some((before, missing_before)) = before
                && missing.len() == missing_before
                && let Some(cheaper) = self.ask_several(site, &before, (item, allowed), &plan)?
            {
                plan = cheaper;
            }
        }
        plan.merge_hops();
        Ok((plan, missing))
    }

    /// Whether a source that the plan has gives a leaf without further ado.
    fn is_plain_leaf(
        &mut self,
        site: Site,
        plan: &TypePlan,
        (item, source): (&Item, Source),
    ) -> Result<bool, PlanError> {
        let Source::Hop(hop) = source else { return Ok(self.local(site, item)?.is_some()) };
        let hop = &plan.hops[hop];
        let mut resolvers = self.graph.resolvers(site.ty, &item.name).iter();
        let resolver = resolvers.find(|known| known.subgraph == hop.subgraph && known.declared_on == hop.entered_as);
        let declared = resolver.and_then(|resolver| self.resolved_by(site.ty, *resolver, &item.name));
        Ok(declared.is_some_and(|declared| declared.requires.is_none() && declared.context_arguments.is_empty()))
    }

    /// The best way to get an item; ways that get all of it come before ways that get a part.
    pub(super) fn place(
        &mut self,
        site: Site,
        plan: &TypePlan,
        item: &Item,
        (allowed, asked): (Option<&[SubgraphId]>, &[SubgraphId]),
    ) -> Result<Option<Offer>, PlanError> {
        let mut best = Best::default();
        let mut all_here: Option<SubgraphId> = None;
        if site.held.is_none_or(|held| !asked.contains(&held))
            && let Some(asked) = self.at_hand(site, item)?
        {
            all_here = site.held.filter(|_| asked.1.is_none());
            let offer = Offer::with(plan, Source::Here, asked);
            if let Some(rank) = self.rank(site, item, (site.held, offer.open, offer.cost)) {
                best.consider((rank, 0), offer);
            }
        }
        let graph = self.graph;
        let mut entries: Vec<((u64, Rank), usize, HopInView)> = Vec::new();
        for (index, resolver) in graph.resolvers(site.ty, &item.name).iter().enumerate() {
            // What is left of an item is asked wherever it can be had.
            let is_allowed = allowed.is_none_or(|allowed| !asked.is_empty() || allowed.contains(&resolver.subgraph));
            let is_askable =
                !asked.contains(&resolver.subgraph) && self.is_worth_asking(site, (item, *resolver), all_here);
            if !is_allowed || !is_askable {
                continue;
            }
            if best.is_whole() && !self.may_compare() {
                break;
            }
            let subgraph = Some(resolver.subgraph);
            match self.ask(site, plan, (item, *resolver))? {
                Some(Answer::Offer(offer)) => {
                    if let Some(rank) = self.rank(site, item, (subgraph, offer.open, offer.cost)) {
                        best.consider((rank, index + 1), offer);
                    }
                }
                Some(Answer::Entry(entry)) => {
                    let rank_min = self.rank(site, item, (subgraph, entry.open(), entry.cost_min(plan)));
                    entries.extend(rank_min.map(|rank_min| (rank_min, index + 1, entry)));
                }
                None => {}
            }
        }
        for (rank_min, index, entry) in entries {
            // To find out how a subgraph is entered is most of the work.
            let is_worse = self.preference.is_bounded_by_cost() && best.is_before((rank_min, index));
            if is_worse || best.is_whole() && !self.may_compare() {
                continue;
            }
            let length_min = self.preference.chain_length_min();
            let offer = Chain::shortest(length_min, |chain| self.enter_for(site, plan, &entry, chain))?;
            let Some(offer) = offer else { continue };
            let subgraph = Some(graph.resolvers(site.ty, &item.name)[index - 1].subgraph);
            if let Some(rank) = self.rank(site, item, (subgraph, offer.open, offer.cost)) {
                best.consider((rank, index), offer);
            }
        }
        Ok(best.offer)
    }

    /// The rank of a way to get an item, by what it leaves open and by its cost; `None` where it leaves all of it open.
    fn rank(
        &mut self,
        site: Site,
        item: &Item,
        (subgraph, open, cost): (Option<SubgraphId>, Option<SelectionId>, Cost),
    ) -> Option<(u64, Rank)> {
        let rank = self.preference.rank(site, item, (subgraph, cost));
        let Some(part) = open else { return Some((0, rank)) };
        let size = self.size(part);
        match item.child.is_some_and(|whole| size == self.size(whole)) {
            true => None,
            false => Some((size, rank)),
        }
    }

    /// Leaves in a selection: enough to compare parts of one whole. Remembered, since selections share their parts.
    pub(super) fn size(&mut self, selection: SelectionId) -> u64 {
        if let Some(size) = self.sizes.get(&selection) {
            return *size;
        }
        let groups = &self.selections.get(selection).groups;
        let children: Vec<Option<SelectionId>> =
            groups.iter().flat_map(|group| &group.items).map(|item| item.child).collect();
        let sizes = children.into_iter().map(|child| child.map_or(1, |child| self.size(child)));
        let size = sizes.fold(0, u64::saturating_add);
        self.sizes.insert(selection, size);
        size
    }

    /// The item from the fetch at hand, unless it is answered later than that.
    fn at_hand(&mut self, site: Site, item: &Item) -> Result<Option<(LocalField, Option<SelectionId>)>, PlanError> {
        match site.deferred {
            None => self.local(site, item),
            Some(_) => Ok(None),
        }
    }

    /// The item from the fetch at hand, if it can be had there (a part is left open otherwise).
    pub(crate) fn local(
        &mut self,
        site: Site,
        item: &Item,
    ) -> Result<Option<(LocalField, Option<SelectionId>)>, PlanError> {
        let graph = self.graph;
        let Some(subgraph) = site.held else { return Ok(None) };
        let declared = graph.field(site.ty, &item.name).and_then(|field| field.in_subgraph(subgraph));
        let Some(declared) = declared else { return Ok(None) };
        let (is_provided, mut provided) = self.provided(site, item);
        let is_asked_apart = declared.requires.is_some() || !declared.context_arguments.is_empty();
        if (declared.is_external && !is_provided) || is_asked_apart || !self.is_active(declared) {
            return Ok(None);
        }
        provided.extend(declared.provides.iter().flat_map(|set| set.selections.iter().cloned()));
        self.spend()?;
        self.field_at(site, item, declared, provided).map(Some)
    }

    /// The item as a field of a subgraph that resolves it, its objects solved from there.
    pub(super) fn field_at(
        &mut self,
        site: Site,
        item: &Item,
        declared: &FieldInSubgraph,
        provided: Vec<FieldSetSelection>,
    ) -> Result<(LocalField, Option<SelectionId>), PlanError> {
        let child = match item.child {
            Some(child) => {
                let provision = self.intern_provision(provided);
                Some(self.site(child, declared.ty.named, (declared.subgraph, provision, site.below))?)
            }
            None => None,
        };
        let open = child.as_ref().and_then(|child| child.unsolved);
        Ok((LocalField { item: item.clone(), child }, open))
    }

    /// Whether an enclosing `@provides` gives the field, and what it says of the field's own selection.
    fn provided(&self, site: Site, item: &Item) -> (bool, Vec<FieldSetSelection>) {
        let mut found = (false, Vec::new());
        let mut pending: Vec<&FieldSetSelection> = self.provision(site.provision).iter().collect();
        while let Some(selection) = pending.pop() {
            match selection {
                FieldSetSelection::Field(field) if field.name == item.name => {
                    found.0 = true;
                    found.1.extend(field.selections.iter().cloned());
                }
                FieldSetSelection::Field(_) => {}
                FieldSetSelection::InlineFragment { type_condition, selections } => {
                    let applies = *type_condition == site.ty
                        || self.supergraph().ty(*type_condition).possible_types.contains(&site.ty);
                    pending.extend(selections.iter().filter(|_| applies));
                }
            }
        }
        found
    }
}

/// Sets of subgraphs to be tried: those that are the only choice for some item, with each subset of the others,
/// small ones first.
fn compared_subsets(items: &[(Item, Vec<SubgraphId>)]) -> Vec<Vec<SubgraphId>> {
    let forced: Vec<SubgraphId> =
        items.iter().filter(|(_, options)| options.len() == 1).map(|(_, options)| options[0]).collect();
    let mut optional: Vec<SubgraphId> = items
        .iter()
        .flat_map(|(_, options)| options.iter().copied())
        .filter(|option| !forced.contains(option))
        .collect();
    optional.sort();
    optional.dedup();
    if optional.is_empty() || optional.len() > COMPARED_SUBGRAPHS_MAX {
        return Vec::new();
    }
    let mut subsets: Vec<u32> = (0..1u32 << optional.len()).collect();
    subsets.sort_by_key(|subset| subset.count_ones());
    let chosen = |subset: u32| {
        let of_optional = optional.iter().enumerate().filter(move |(index, _)| subset & (1 << index) != 0);
        forced.iter().copied().chain(of_optional.map(|(_, subgraph)| *subgraph)).collect()
    };
    subsets.into_iter().map(chosen).collect()
}

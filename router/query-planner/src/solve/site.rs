//! One concrete type at one site: which of its fields come from where.

use super::{Cost, Hop, Input, LocalField, ProvisionId, Solver, Source, TypePlan};
use crate::{
    planner::PlanError,
    selections::{Item, SelectionId},
};
use hansa_federation::{FieldInSubgraph, FieldSetSelection, OverrideLabel, SubgraphId, TypeId};
use hansa_query_graph::{Entry, Resolver};

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
}

/// A requirement in the making: it is never met through itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    subgraph: SubgraphId,
    requiring: Option<apollo_compiler::Name>,
}

/// A way to get an item.
struct Placement {
    plan: TypePlan,
    /// Where in the plan the item is.
    input: Input,
    /// The part of the item that stays open.
    open: Option<SelectionId>,
}

impl Solver<'_> {
    /// Solves one type; the items that cannot be had are handed back.
    pub(crate) fn solve_type(&mut self, site: Site, items: Vec<Item>) -> Result<(TypePlan, Vec<Item>), PlanError> {
        let mut base = TypePlan::default();
        let mut rest: Vec<(Item, Vec<SubgraphId>)> = Vec::new();
        for item in items.into_iter().filter(|item| !item.is_typename()) {
            if item.name.starts_with("__") {
                continue;
            }
            match self.local(site, &item)? {
                Some((field, None)) if field.child.as_ref().is_none_or(|child| child.cost.fetches == 0) => {
                    base.add(Source::Here, field);
                }
                local => {
                    let mut options: Vec<SubgraphId> =
                        self.graph.resolvers(site.ty, &item.name).iter().map(|resolver| resolver.subgraph).collect();
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
            base.cost = base.current_cost();
            return Ok((base, Vec::new()));
        }
        // Items with the least choice first: others may join them.
        rest.sort_by_key(|(_, options)| options.len());
        let (mut best, mut best_missing) = self.place_all(site, &base, &rest, None)?;
        for allowed in compared_subsets(&rest) {
            if !self.may_compare() {
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
        for (item, _) in items {
            let mut open = Some(item.clone());
            let mut asked: Vec<SubgraphId> = Vec::new();
            while let Some(item) = open.take() {
                match self.place(site, &plan, &item, (allowed, &asked))? {
                    Some(placed) => {
                        plan = placed.plan;
                        asked.extend(match placed.input.source {
                            Source::Here => site.held,
                            Source::Hop(hop) => Some(plan.hops[hop].subgraph),
                        });
                        open = placed.open.map(|child| Item { child: Some(child), ..item });
                    }
                    None => missing.push(item),
                }
            }
        }
        plan.merge_hops();
        Ok((plan, missing))
    }

    /// The best way to get an item; ways that get all of it come before ways that get a part.
    fn place(
        &mut self,
        site: Site,
        plan: &TypePlan,
        item: &Item,
        (allowed, asked): (Option<&[SubgraphId]>, &[SubgraphId]),
    ) -> Result<Option<Placement>, PlanError> {
        let mut best: Option<((u64, Cost), Placement)> = None;
        let mut consider = |solver: &mut Self, placed: Placement| {
            let open = placed.open.map_or(0, |part| solver.size(part));
            if item.child.is_some_and(|whole| open == solver.size(whole) && placed.open.is_some()) {
                return;
            }
            let rank = (open, placed.plan.current_cost());
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, placed));
            }
        };
        if site.held.is_none_or(|held| !asked.contains(&held))
            && let Some((field, open)) = self.local(site, item)?
        {
            let mut plan = plan.clone();
            let input = plan.add(Source::Here, field);
            consider(self, Placement { plan, input, open });
        }
        let graph = self.graph;
        for resolver in graph.resolvers(site.ty, &item.name) {
            // What is left of an item is asked wherever it can be had.
            let is_allowed = allowed.is_none_or(|allowed| !asked.is_empty() || allowed.contains(&resolver.subgraph));
            if is_allowed && !asked.contains(&resolver.subgraph) {
                let mut visits = Vec::new();
                if let Some(placed) = self.remote(site, plan, (item, *resolver), &mut visits)? {
                    consider(self, placed);
                }
            }
        }
        Ok(best.map(|(_, placed)| placed))
    }

    /// Leaves in a selection: enough to compare parts of one whole. Remembered, since selections share their parts.
    fn size(&mut self, selection: SelectionId) -> u64 {
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
        if (declared.is_external && !is_provided) || declared.requires.is_some() || !is_active(declared) {
            return Ok(None);
        }
        provided.extend(declared.provides.iter().flat_map(|set| set.selections.iter().cloned()));
        self.spend()?;
        self.field_at(item, declared, provided).map(Some)
    }

    /// The item as a field of a subgraph that resolves it, its objects solved from there.
    fn field_at(
        &mut self,
        item: &Item,
        declared: &FieldInSubgraph,
        provided: Vec<FieldSetSelection>,
    ) -> Result<(LocalField, Option<SelectionId>), PlanError> {
        let child = match item.child {
            Some(child) => {
                let provision = self.intern_provision(provided);
                Some(self.site(child, declared.ty.named, (declared.subgraph, provision))?)
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

    /// The item from another subgraph (or the same, entered again with the field's requirements).
    fn remote(
        &mut self,
        site: Site,
        plan: &TypePlan,
        (item, resolver): (&Item, Resolver),
        visits: &mut Vec<Visit>,
    ) -> Result<Option<Placement>, PlanError> {
        self.spend()?;
        let graph = self.graph;
        let Some(declared) = graph.declaration(resolver, &item.name).filter(|declared| is_active(declared)) else {
            return Ok(None);
        };
        let provided = declared.provides.iter().flat_map(|set| set.selections.iter().cloned()).collect();
        let (field, open) = self.field_at(item, declared, provided)?;
        let requires: Vec<_> = declared.requires.iter().cloned().collect();
        let known = plan.hops.iter().position(|hop| {
            hop.subgraph == resolver.subgraph
                && hop.entered_as == resolver.declared_on
                && hop.requires == requires
                && hop.site.is_none()
        });
        if let Some(hop) = known {
            let mut plan = plan.clone();
            let input = plan.add(Source::Hop(hop), field);
            return Ok(Some(Placement { plan, input, open }));
        }
        let visit =
            Visit { subgraph: resolver.subgraph, requiring: declared.requires.as_ref().map(|_| item.name.clone()) };
        if visits.contains(&visit) {
            return Ok(None);
        }
        visits.push(visit);
        let hop = Hop {
            subgraph: resolver.subgraph,
            entered_as: resolver.declared_on,
            entry: None,
            requires,
            inputs: Vec::new(),
            locals: Vec::new(),
            site: None,
        };
        let entered = self.enter(site, plan, hop, visits);
        visits.pop();
        Ok(entered?.map(|mut plan| {
            let hop = plan.hops.len() - 1;
            let input = plan.add(Source::Hop(hop), field);
            Placement { plan, input, open }
        }))
    }

    /// Adds a hop with the cheapest of its keys and all of its requirements.
    pub(crate) fn enter(
        &mut self,
        site: Site,
        plan: &TypePlan,
        hop: Hop,
        visits: &mut Vec<Visit>,
    ) -> Result<Option<TypePlan>, PlanError> {
        if site.held.is_none() {
            let mut plan = plan.clone();
            plan.hops.push(hop);
            return Ok(Some(plan));
        }
        let graph = self.graph;
        let entries: Vec<Entry> =
            graph.entries(site.ty, hop.subgraph).filter(|entry| entry.entered_as == hop.entered_as).collect();
        let mut best: Option<(Cost, TypePlan)> = None;
        for entry in entries {
            let mut needed =
                self.selections.items_of_field_set(graph.supergraph(), site.ty, &graph.key(entry).fields.selections);
            for set in &hop.requires {
                needed.extend(self.selections.items_of_field_set(graph.supergraph(), site.ty, &set.selections));
            }
            let Some((mut entered, inputs)) = self.acquire_all(site, plan, needed, visits)? else { continue };
            entered.hops.push(Hop { entry: Some(entry), inputs, ..hop.clone() });
            let cost = entered.current_cost();
            if best.as_ref().is_none_or(|(known, _)| cost < *known) {
                best = Some((cost, entered));
            }
        }
        Ok(best.map(|(_, plan)| plan))
    }

    fn acquire_all(
        &mut self,
        site: Site,
        plan: &TypePlan,
        needed: Vec<Item>,
        visits: &mut Vec<Visit>,
    ) -> Result<Option<(TypePlan, Vec<Input>)>, PlanError> {
        let mut plan = plan.clone();
        let mut inputs = Vec::with_capacity(needed.len());
        for item in needed {
            let Some((placed, input)) = self.acquire(site, &plan, &item, visits)? else { return Ok(None) };
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
        visits: &mut Vec<Visit>,
    ) -> Result<Option<(TypePlan, Input)>, PlanError> {
        let mut best: Option<(Cost, (TypePlan, Input))> = None;
        if let Some((field, None)) = self.local(site, item)? {
            let mut placed = plan.clone();
            let input = placed.add(Source::Here, field);
            let cost = placed.current_cost();
            if cost.fetches == plan.current_cost().fetches {
                return Ok(Some((placed, input)));
            }
            best = Some((cost, (placed, input)));
        }
        let graph = self.graph;
        for resolver in graph.resolvers(site.ty, &item.name) {
            let placed = self.remote(site, plan, (item, *resolver), visits)?;
            if let Some(Placement { plan, input, open: None }) = placed {
                let cost = plan.current_cost();
                if best.as_ref().is_none_or(|(known, _)| cost < *known) {
                    best = Some((cost, (plan, input)));
                }
            }
        }
        Ok(best.map(|(_, placed)| placed))
    }
}

/// Progressive override: no label is active, so fields stay where they are overridden from.
fn is_active(declared: &FieldInSubgraph) -> bool {
    !matches!(declared.override_label, Some(OverrideLabel::Overrides(_)))
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

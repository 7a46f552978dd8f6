//! Sites of interface objects: the subgraph knows the interface as an object type, so the concrete types of its objects
//! are not known. What the client asks of all of them alike is read as of any object; whatever depends on the concrete
//! type (and `__typename` itself) is asked of a subgraph that has the real interface.

use super::{
    Hop, LocalField, ProvisionId, SitePlan, Solver, Source, Standpoint, TypePlan, chain::Chain, preference::Rank,
    site::Site,
};
use crate::{
    planner::PlanError,
    selections::{Group, Item, Selection, SelectionId},
};
use hansa_federation::{SubgraphId, TypeDefinition, TypeId};

impl Solver<'_> {
    pub(super) fn interface_object(
        &mut self,
        selection: SelectionId,
        interface: TypeId,
        standpoint: Standpoint,
    ) -> Result<SitePlan, PlanError> {
        let (subgraph, provision, above) = standpoint;
        let site = Site { ty: interface, held: Some(subgraph), provision, deferred: None, above, below: above };
        let (site, obtainable) = self.with_contexts(site)?;
        let definition = self.supergraph().ty(interface);
        let whole = self.selections.get(selection);
        let groups = groups_of(whole, interface, &definition.possible_types);
        let common = common_items(whole, interface, definition).into_iter().cloned().collect::<Vec<Item>>();
        // Types that are asked for the same in another order are told apart too: the response has each type's order.
        let needs_type = groups.len() > 1 || groups.iter().any(|group| group.items.iter().any(Item::is_typename));
        let (apart, missing) = self.solve_type(site, common.clone())?;
        if !needs_type && missing.is_empty() {
            return Ok(site_plan(standpoint, (interface, apart), None));
        }
        // Either what is common is had as from any object and only the rest waits for the types, or all of it does.
        let mut local = TypePlan::default();
        let mut left: Vec<Item> = Vec::new();
        for item in &common {
            match self.local(site, item)? {
                Some((field, None)) if item.deferred.is_none() => {
                    local.add(Source::Here, field);
                }
                _ => left.push(item.clone()),
            }
        }
        let mut best: Option<(Rank, TypePlan)> = None;
        for (number, (plan, open)) in [(&apart, &missing), (&local, &left)].into_iter().enumerate() {
            let rest = self.part(selection, rest_of(&groups, &common, open));
            let Some(rest) = rest else { continue };
            let found = self.find_types(site, plan, rest)?;
            let Some(found) = found else { continue };
            let rank = self.preference.rank_of_entry(site, (number, found.cost));
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, found));
            }
        }
        if let Some((_, mut plan)) = best {
            self.add_contexts(site, &obtainable, &mut plan)?;
            return Ok(site_plan(standpoint, (interface, plan), None));
        }
        self.add_contexts(site, &obtainable, &mut local)?;
        let unsolved = self.part(selection, rest_of(&groups, &common, &left));
        Ok(site_plan(standpoint, (interface, local), unsolved))
    }

    /// Enters the cheapest subgraph that has the real interface and can give all of `rest`.
    fn find_types(&mut self, site: Site, plan: &TypePlan, rest: SelectionId) -> Result<Option<TypePlan>, PlanError> {
        let graph = self.graph;
        let mut best: Option<(Rank, TypePlan)> = None;
        let mut tried: Vec<SubgraphId> = Vec::new();
        for entry in graph.all_entries(site.ty) {
            let known = graph.supergraph().ty(site.ty).in_subgraph(entry.subgraph);
            if known.is_none_or(|known| known.is_interface_object) || tried.contains(&entry.subgraph) {
                continue;
            }
            tried.push(entry.subgraph);
            let inner = self.site(rest, site.ty, (entry.subgraph, ProvisionId::NONE, site.above))?;
            if inner.unsolved.is_some() {
                continue;
            }
            let hop = Hop {
                subgraph: entry.subgraph,
                entered_as: site.ty,
                entry: None,
                requires: Vec::new(),
                contexts: Vec::new(),
                inputs: Vec::new(),
                locals: Vec::<LocalField>::new(),
                site: Some(inner),
                deferred: None,
                is_for_contexts: false,
                depth: 0,
            };
            let length_min = self.preference.chain_length_min();
            let entered = Chain::shortest(length_min, |chain| self.enter(site, plan, hop.clone(), chain))?;
            let Some(entered) = entered else { continue };
            let rank = self.preference.rank_of_entry(site, (entry.subgraph.0.into(), entered.cost));
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, entered));
            }
        }
        Ok(best.map(|(_, plan)| plan))
    }
}

fn site_plan(standpoint: Standpoint, of_type: (TypeId, TypePlan), unsolved: Option<SelectionId>) -> SitePlan {
    let cost = of_type.1.cost;
    SitePlan { cost, ..SitePlan::new(standpoint, vec![of_type], unsolved) }
}

/// What is wanted of an interface's objects whatever their concrete type is.
pub(crate) fn common_items<'s>(
    selection: &'s Selection,
    interface: TypeId,
    definition: &TypeDefinition,
) -> Vec<&'s Item> {
    let types = &definition.possible_types;
    let is_of_interface = |group: &&Group| group.types.iter().any(|ty| *ty == interface || types.contains(ty));
    let groups: Vec<&Group> = selection.groups.iter().filter(is_of_interface).collect();
    let Some((first, others)) = groups.split_first() else { return Vec::new() };
    let is_common = |item: &&Item| item.is_fetched() && others.iter().all(|group| group.items.contains(item));
    first.items.iter().filter(is_common).collect()
}

/// What depends on the concrete type, and of the common items those that are still open, in whole or in part.
fn rest_of(groups: &[Group], common: &[Item], open: &[Item]) -> Vec<Group> {
    let still_open = |item: &Item| match common.contains(item) {
        false => Some(item.clone()),
        true => open.iter().find(|open| open.name == item.name && open.response_name == item.response_name).cloned(),
    };
    let group = |group: &Group| Group {
        types: group.types.clone(),
        items: group.items.iter().filter_map(still_open).collect(),
        fragments: Vec::new(),
    };
    groups.iter().map(group).collect()
}

/// What is wanted of some types only.
fn groups_of(selection: &Selection, interface: TypeId, types: &[TypeId]) -> Vec<Group> {
    let restricted = selection.groups.iter().map(|group| Group {
        types: group.types.iter().copied().filter(|ty| *ty == interface || types.contains(ty)).collect(),
        items: group.items.clone(),
        fragments: Vec::new(),
    });
    restricted.filter(|group| !group.types.is_empty()).collect()
}

/// The index of the group that answers for objects of which only the interface is known: when all of its types are
/// asked for the same, and not for their names.
pub(crate) fn type_independent_group(selection: &Selection, types: &[TypeId]) -> Option<usize> {
    let mut of_types =
        selection.groups.iter().enumerate().filter(|(_, group)| group.types.iter().any(|ty| types.contains(ty)));
    let (index, group) = of_types.next()?;
    let is_independent = of_types.next().is_none() && !group.items.iter().any(Item::is_typename);
    is_independent.then_some(index)
}

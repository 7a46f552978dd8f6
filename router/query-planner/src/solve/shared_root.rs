//! A field of the query root that several subgraphs share can be asked of several at once: each gives what it has by itself,
//! and the answers meet in one row. That is a shorter chain than to ask one of them and to go on by key.
//!
//! Lists are not split: two lists of a shared field meet by their order only, while a key names the object.

use super::{Solver, TypePlan, chain::Chain, preference::Preference, site::Site};
use crate::{
    planner::PlanError,
    selections::{Group, Item, SelectionId, push_grouped},
};
use hansa_federation::{SubgraphId, TypeId};
use hansa_query_graph::{Resolver, RuntimeTypes};

type ItemsByType = Vec<(TypeId, Vec<Item>)>;

/// What a subgraph has by itself of a selection, and what is left.
type Split = (Option<SelectionId>, Option<SelectionId>);

impl Solver<'_> {
    /// The whole of an item from several subgraphs, if the plan is cheaper than `other`.
    pub(super) fn ask_several(
        &mut self,
        site: Site,
        plan: &TypePlan,
        (item, allowed): (&Item, Option<&[SubgraphId]>),
        other: &TypePlan,
    ) -> Result<Option<TypePlan>, PlanError> {
        let Some(whole) = item.child.filter(|_| self.may_be_split(site, item)) else { return Ok(None) };
        let mut plan = plan.clone();
        let mut asked: Vec<SubgraphId> = Vec::new();
        let mut left = Some(whole);
        while let Some(open) = left {
            let Some((resolver, part, rest)) = self.largest_part(site, &plan, (item, open), (allowed, &asked))? else {
                break;
            };
            let part = item.with_child(part);
            let offer = Chain::shortest(1, |chain| self.remote(site, &plan, (&part, resolver), chain))?;
            let Some(offer) = offer.filter(|offer| offer.open.is_none()) else { return Ok(None) };
            offer.take(&mut plan);
            asked.push(resolver.subgraph);
            left = rest;
        }
        // The object itself may be all that is wanted.
        if asked.is_empty() {
            return Ok(None);
        }
        // What nobody has by itself goes, field by field, where it costs least to have the rest of it.
        let parts = match left {
            Some(left) => self.cheapest_parts(site, (item, left), (allowed, &asked))?,
            None => Some(Vec::new()),
        };
        let Some(parts) = parts else { return Ok(None) };
        for (resolver, part) in parts {
            let part = item.with_child(part);
            let offer = Chain::shortest(1, |chain| self.remote(site, &plan, (&part, resolver), chain))?;
            let Some(offer) = offer.filter(|offer| offer.open.is_none()) else { return Ok(None) };
            offer.take(&mut plan);
        }
        let is_cheaper = plan.cost < other.cost;
        Ok(is_cheaper.then_some(plan))
    }

    /// The fields of what is left, by the subgraph from where they cost least; nothing if one of them has none.
    fn cheapest_parts(
        &mut self,
        site: Site,
        (item, left): (&Item, SelectionId),
        (allowed, asked): (Option<&[SubgraphId]>, &[SubgraphId]),
    ) -> Result<Option<Vec<(Resolver, SelectionId)>>, PlanError> {
        let mut wanted: Vec<(Resolver, ItemsByType)> = Vec::new();
        for (ty, fields) in self.units(left) {
            let unit = Group { types: vec![ty], items: fields.clone(), fragments: Vec::new() };
            let Some(unit) = self.part(left, vec![unit]) else { continue };
            let resolver = self.cheapest(site, &item.with_child(unit), (allowed, asked))?;
            let Some(resolver) = resolver else { return Ok(None) };
            entry(entry(&mut wanted, resolver), ty).extend(fields);
        }
        let mut parts = Vec::new();
        for (resolver, of_types) in wanted {
            let mut groups = Vec::new();
            for (ty, items) in of_types {
                push_grouped(&mut groups, ty, (items, Vec::new()));
            }
            parts.extend(self.part(left, groups).map(|part| (resolver, part)));
        }
        Ok(Some(parts))
    }

    /// What is placed together: each object for itself, and leaves by the subgraphs that have them.
    fn units(&self, selection: SelectionId) -> ItemsByType {
        let mut units = ItemsByType::new();
        for group in &self.selections.get(selection).groups {
            for ty in &group.types {
                let mut leaves: Vec<(&[Resolver], Vec<Item>)> = Vec::new();
                for item in &group.items {
                    match item.child {
                        Some(_) => units.push((*ty, vec![item.clone()])),
                        None => entry(&mut leaves, self.graph.resolvers(*ty, &item.name)).push(item.clone()),
                    }
                }
                units.extend(leaves.into_iter().map(|(_, leaves)| (*ty, leaves)));
            }
        }
        units
    }

    fn cheapest(
        &mut self,
        site: Site,
        item: &Item,
        (allowed, asked): (Option<&[SubgraphId]>, &[SubgraphId]),
    ) -> Result<Option<Resolver>, PlanError> {
        let mut best = None;
        for resolver in self.graph.resolvers(site.ty, &item.name) {
            let is_allowed = allowed.is_none_or(|allowed| allowed.contains(&resolver.subgraph));
            let declared = self.resolved_by(site.ty, *resolver, &item.name).filter(|_| is_allowed);
            let Some(declared) = declared else { continue };
            let provided = declared.provides.iter().flat_map(|set| set.selections.iter().cloned()).collect();
            let (field, open) = self.field_at(site, item, declared, provided)?;
            let Some(child) = field.child.filter(|_| open.is_none()) else { continue };
            let rank = (child.cost.depth, child.cost.fetches, !asked.contains(&resolver.subgraph), child.cost.fields);
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, *resolver));
            }
        }
        Ok(best.map(|(_, resolver)| resolver))
    }

    fn may_be_split(&self, site: Site, item: &Item) -> bool {
        let supergraph = self.supergraph();
        let field = supergraph.ty(site.ty).field(&item.name);
        site.held.is_none()
            && site.ty == supergraph.query
            && self.preference == Preference::Cheapest
            && self.may_compare()
            && field.is_some_and(|field| field.ty.wrapping.list_depth() == 0)
            && self.graph.resolvers(site.ty, &item.name).len() > 1
    }

    /// The subgraph that has most of what is open, with its part and the rest; of equals one that is asked anyway.
    fn largest_part(
        &mut self,
        site: Site,
        plan: &TypePlan,
        (item, open): (&Item, SelectionId),
        (allowed, asked): (Option<&[SubgraphId]>, &[SubgraphId]),
    ) -> Result<Option<(Resolver, SelectionId, Option<SelectionId>)>, PlanError> {
        let mut best = None;
        let mut largest = (0, false);
        for resolver in self.graph.resolvers(site.ty, &item.name) {
            let subgraph = resolver.subgraph;
            let is_allowed = allowed.is_none_or(|allowed| allowed.contains(&subgraph)) && !asked.contains(&subgraph);
            let declared = self.resolved_by(site.ty, *resolver, &item.name).filter(|_| is_allowed);
            let Some(declared) = declared else { continue };
            let (Some(part), rest) = self.split(open, declared.ty.named, subgraph)? else { continue };
            let size = (self.size(part), plan.hops.iter().any(|hop| hop.subgraph == subgraph));
            if size > largest {
                largest = size;
                best = Some((*resolver, part, rest));
            }
        }
        Ok(best)
    }

    fn split(&mut self, whole: SelectionId, declared: TypeId, subgraph: SubgraphId) -> Result<Split, PlanError> {
        self.spend()?;
        let graph = self.graph;
        let known: &[TypeId] = match graph.runtime_types(declared, subgraph) {
            RuntimeTypes::InterfaceObject(_) => return Ok((None, Some(whole))),
            RuntimeTypes::Object(_) => &graph.supergraph().ty(declared).possible_types,
            RuntimeTypes::Abstract(types) => types,
        };
        let (mut own, mut left): (Vec<Group>, Vec<Group>) = (Vec::new(), Vec::new());
        for group in self.selections.get(whole).groups.clone() {
            for ty in group.types {
                let (mut own_items, mut left_items) = (Vec::new(), Vec::new());
                for item in group.items.iter().filter(|item| item.is_fetched()) {
                    let (own, left) = match known.contains(&ty) {
                        true => self.split_item(ty, item, subgraph)?,
                        false => (None, Some(item.clone())),
                    };
                    own_items.extend(own);
                    left_items.extend(left);
                }
                for (groups, items) in [(&mut own, own_items), (&mut left, left_items)] {
                    if !items.is_empty() {
                        push_grouped(groups, ty, (items, Vec::new()));
                    }
                }
            }
        }
        Ok((self.part(whole, own), self.part(whole, left)))
    }

    fn split_item(
        &mut self,
        ty: TypeId,
        item: &Item,
        subgraph: SubgraphId,
    ) -> Result<(Option<Item>, Option<Item>), PlanError> {
        let declared = self.graph.field(ty, &item.name).and_then(|field| field.in_subgraph(subgraph));
        let declared = declared.filter(|declared| {
            let needs_nothing = declared.requires.is_none() && declared.context_arguments.is_empty();
            !declared.is_external && needs_nothing && self.is_active(declared) && item.deferred.is_none()
        });
        let Some(declared) = declared else { return Ok((None, Some(item.clone()))) };
        let Some(child) = item.child else { return Ok((Some(item.clone()), None)) };
        match self.split(child, declared.ty.named, subgraph)? {
            (_, None) => Ok((Some(item.clone()), None)),
            (Some(own), Some(left)) if declared.ty.wrapping.list_depth() == 0 => {
                Ok((Some(item.with_child(own)), Some(item.with_child(left))))
            }
            _ => Ok((None, Some(item.clone()))),
        }
    }
}

/// What is listed under a key; a new list if nothing is.
fn entry<K: PartialEq, V: Default>(entries: &mut Vec<(K, V)>, key: K) -> &mut V {
    let index = entries.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        entries.push((key, V::default()));
        entries.len() - 1
    });
    &mut entries[index].1
}

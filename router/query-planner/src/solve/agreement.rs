//! Unions of which each subgraph knows a part. Subgraphs that resolve one field give the same value, so a member that one
//! of them does not have cannot be there: it is asked of none of them, and the answer does not depend on whom the plan
//! asks. Where the API allows no null, the field is asked for all the same: it would take its object with it.

use super::Solver;
use crate::{
    planner::PlanError,
    selections::{Item, Selection, SelectionId, push_grouped},
};
use hansa_federation::{SubgraphId, TypeId, TypeKind};
use hansa_query_graph::RuntimeTypes;
use hashbrown::HashMap;

/// The subgraphs that can give the objects at one place, each with the type that it declares there.
type Givers = Vec<(SubgraphId, TypeId)>;

/// What is left of selections, by who can give the objects.
pub(crate) type Agreed = HashMap<(SelectionId, Givers), SelectionId>;

impl Solver<'_> {
    /// What of the operation's selection is asked for at all. The whole, where all subgraphs know the same members.
    pub(crate) fn agreed_operation(&mut self, selection: SelectionId, root: TypeId) -> Result<SelectionId, PlanError> {
        if !self.graph.has_partial_unions() {
            return Ok(selection);
        }
        let known_in = &self.supergraph().ty(root).in_subgraphs;
        let givers = known_in.iter().map(|known| (known.subgraph, root)).collect();
        self.agreed(selection, givers, &mut Agreed::new())
    }

    fn agreed(&mut self, whole: SelectionId, givers: Givers, known: &mut Agreed) -> Result<SelectionId, PlanError> {
        let key = (whole, givers);
        if let Some(part) = known.get(&key) {
            return Ok(*part);
        }
        self.spend()?;
        let givers = &key.1;
        let mut groups = Vec::new();
        for group in self.selections.get(whole).groups.clone() {
            for ty in group.types {
                let is_there = self.is_known_to_all(ty, givers);
                let held: Vec<SubgraphId> =
                    givers.iter().filter(|giver| self.can_give(ty, **giver)).map(|(subgraph, _)| *subgraph).collect();
                let mut items = Vec::with_capacity(group.items.len());
                for item in &group.items {
                    if is_there || !item.is_fetched() || self.may_not_be_null(ty, item) {
                        items.push(self.agreed_item(ty, &held, item, known)?);
                    }
                }
                push_grouped(&mut groups, ty, (items, group.fragments.clone()));
            }
        }
        let part = match groups == self.selections.get(whole).groups {
            true => whole,
            false => {
                let origin = self.selections.origin(whole);
                self.selections.intern(Selection { groups }, Some(origin))
            }
        };
        known.insert(key, part);
        Ok(part)
    }

    fn agreed_item(
        &mut self,
        ty: TypeId,
        held: &[SubgraphId],
        item: &Item,
        known: &mut Agreed,
    ) -> Result<Item, PlanError> {
        let Some(child) = item.child else { return Ok(item.clone()) };
        let graph = self.graph;
        let mut givers = Givers::new();
        for resolver in graph.resolvers(ty, &item.name) {
            let Some(declared) = self.resolved_by(ty, *resolver, &item.name) else { continue };
            let mut is_within_reach = |held: &SubgraphId| self.within_reach(ty, *held).contains(&resolver.subgraph);
            if held.contains(&resolver.subgraph) || held.iter().any(&mut is_within_reach) {
                givers.push((resolver.subgraph, declared.ty.named));
            }
        }
        if givers.is_empty() {
            return Ok(item.clone());
        }
        Ok(item.with_child(self.agreed(child, givers, known)?))
    }

    fn is_known_to_all(&self, ty: TypeId, givers: &Givers) -> bool {
        let is_union = |declared: &TypeId| self.supergraph().ty(*declared).kind == TypeKind::Union;
        !givers.iter().any(|(_, declared)| is_union(declared)) || givers.iter().all(|giver| self.can_give(ty, *giver))
    }

    fn can_give(&self, ty: TypeId, (subgraph, declared): (SubgraphId, TypeId)) -> bool {
        match self.graph.runtime_types(declared, subgraph) {
            RuntimeTypes::Object(object) => object == ty,
            RuntimeTypes::InterfaceObject(_) => true,
            RuntimeTypes::Abstract(types) => types.contains(&ty),
        }
    }

    fn may_not_be_null(&self, ty: TypeId, item: &Item) -> bool {
        self.graph.field(ty, &item.name).is_some_and(|field| field.ty.wrapping.is_non_null(0))
    }
}

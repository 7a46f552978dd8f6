//! Contexts: what fields below a site read from the objects of that site.
//!
//! A field with an argument from a context can be asked for where something above gives all of its values; which those are
//! is part of a site (`above`), and of what it is remembered by. Of the objects that set a context the nearest gives the
//! value, so a type that sets it and cannot have the value hides those further up. The values that are really read below are
//! inputs like keys: they are acquired at the site that gives them.

use super::{Site, Solver, TypePlan, chain::Chain};
use crate::{planner::PlanError, selections::Item};
use apollo_compiler::Name;
use hansa_federation::{FieldInSubgraph, TypeId, TypeKind};
use hansa_query_graph::{ContextSetId, ContextValueId, Resolver};
use std::rc::Rc;

/// What a type's objects have to do with contexts.
#[derive(Debug, Clone, Default)]
pub(crate) struct TypeContexts {
    /// What is given to fields below, and the items that are the value.
    pub(crate) given: Vec<(ContextValueId, Rc<[Item]>)>,
    /// What fields below read from further up.
    pub(crate) passed: Vec<ContextValueId>,
    /// `passed`, and what is read for these objects themselves.
    pub(crate) needed: Vec<ContextValueId>,
}

/// A value that can be had at a site, with what was given to fields below when it was found out.
type Obtainable = (ContextValueId, ContextSetId);

impl<'a> Solver<'a> {
    /// Solves one type; the items that cannot be had are handed back.
    pub(crate) fn solve_type(&mut self, site: Site, items: Vec<Item>) -> Result<(TypePlan, Vec<Item>), PlanError> {
        if self.graph.contexts().is_empty() {
            return self.choose(site, items);
        }
        let (site, obtainable) = self.with_contexts(site)?;
        let (mut plan, missing) = self.choose(site, items)?;
        self.add_contexts(site, &obtainable, &mut plan)?;
        Ok((plan, missing))
    }

    /// Whether everything that a field reads from contexts is given at the site.
    pub(super) fn is_context_given(&self, site: Site, declared: &FieldInSubgraph) -> bool {
        let mut values = self.graph.contexts().values_of(declared);
        declared.context_arguments.is_empty() || values.all(|value| self.context_sets.contains(site.above, value))
    }

    /// The argument that a field reads from a context in whichever subgraph it is asked for.
    pub(crate) fn context_argument(&self, ty: TypeId, field: &str) -> Option<&'a Name> {
        let graph = self.graph;
        let mut resolvers = graph.resolvers(ty, field).iter();
        let argument = |resolver: &Resolver| graph.declaration(*resolver, field)?.context_arguments.first();
        let first = argument(resolvers.next()?)?;
        resolvers.all(|resolver| argument(resolver).is_some()).then_some(&first.name)
    }

    /// Finds out what the site's objects give to fields below, in steps: to have one value, others may be needed, but
    /// none is had by way of itself.
    pub(super) fn with_contexts(&mut self, site: Site) -> Result<(Site, Vec<Obtainable>), PlanError> {
        let readable = self.set_on(site.ty);
        let mut below = self.context_sets.without(site.above, readable);
        if self.supergraph().ty(site.ty).kind == TypeKind::Interface {
            // Not known to be of a type that sets a context, objects may be of one.
            for object in &self.supergraph().ty(site.ty).possible_types {
                below = self.context_sets.without(below, self.set_on(*object));
            }
        }
        let mut obtainable: Vec<Obtainable> = Vec::new();
        loop {
            let mut found: Vec<ContextValueId> = Vec::new();
            for value in readable.iter().filter(|value| !obtainable.iter().any(|(known, _)| known == *value)) {
                let items = self.context_items(*value, site.ty);
                let from = Site { below, ..site };
                let plan = TypePlan::default();
                if Chain::shortest(1, |chain| self.acquire_all(from, &plan, items.iter(), chain))?.is_some() {
                    found.push(*value);
                }
            }
            obtainable.extend(found.iter().map(|value| (*value, below)));
            below = self.context_sets.with(below, &found);
            if found.is_empty() || obtainable.len() == readable.len() {
                return Ok((Site { below, ..site }, obtainable));
            }
        }
    }

    /// Acquires what is read below, and notes what is read from further up.
    pub(super) fn add_contexts(
        &mut self,
        site: Site,
        obtainable: &[Obtainable],
        plan: &mut TypePlan,
    ) -> Result<(), PlanError> {
        if self.graph.contexts().is_empty() {
            return Ok(());
        }
        let readable = self.set_on(site.ty);
        let mut is_complete = false;
        while !is_complete {
            is_complete = true;
            for value in needed_below(plan) {
                let is_given = plan.contexts.given.iter().any(|(known, _)| *known == value);
                let found = obtainable.iter().find(|(known, _)| *known == value && !is_given);
                let Some((_, below)) = found else { continue };
                let items = self.context_items(value, site.ty);
                let from = Site { below: *below, ..site };
                let acquired = Chain::shortest(1, |chain| self.acquire_all(from, plan, items.iter(), chain))?;
                if let Some((mut acquired, _)) = acquired {
                    let added = &mut acquired.hops[plan.hops.len()..];
                    added.iter_mut().for_each(|hop| Rc::make_mut(hop).is_for_contexts = true);
                    *plan = acquired;
                    plan.contexts.given.push((value, items));
                    is_complete = false;
                }
            }
        }
        if !plan.contexts.given.is_empty() {
            plan.merge_hops();
        }
        let needed_below = needed_below(plan);
        let passed: Vec<ContextValueId> = needed_below.into_iter().filter(|value| !readable.contains(value)).collect();
        let own = plan.hops.iter().flat_map(|hop| {
            let of_site = hop.site.iter().flat_map(|site| &site.needed_contexts);
            hop.contexts.iter().chain(of_site).copied()
        });
        let mut needed: Vec<ContextValueId> = passed.iter().copied().chain(own).collect();
        needed.sort();
        needed.dedup();
        (plan.contexts.passed, plan.contexts.needed) = (passed, needed);
        Ok(())
    }

    /// The values for which objects of a type set the context. A mutation is no object that could be asked for a value.
    fn set_on(&self, ty: TypeId) -> &'a [ContextValueId] {
        let supergraph = self.supergraph();
        match Some(ty) == supergraph.mutation || Some(ty) == supergraph.subscription {
            true => &[],
            false => self.graph.contexts().readable_on(ty),
        }
    }

    fn context_items(&mut self, value: ContextValueId, ty: TypeId) -> Rc<[Item]> {
        match self.graph.contexts().selection(value, ty) {
            Some(set) => self.needed(ty, set),
            None => Rc::default(),
        }
    }
}

/// What the objects of fields read from above them.
fn needed_below(plan: &TypePlan) -> Vec<ContextValueId> {
    let locals = plan.locals.iter().chain(plan.hops.iter().flat_map(|hop| &hop.locals));
    let children = locals.filter_map(|local| local.child.as_ref());
    let mut needed: Vec<ContextValueId> = children.flat_map(|child| &child.needed_contexts).copied().collect();
    needed.sort();
    needed.dedup();
    needed
}

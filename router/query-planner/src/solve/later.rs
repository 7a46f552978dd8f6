//! Deferred fields of a site: each group that is answered together has fetches of its own, so that nothing else waits for it.

use super::{LocalField, Solver, Source, TypePlan, site::Site};
use crate::{planner::PlanError, selections::Item};

impl Solver<'_> {
    /// Adds deferred items, group by group, to the plan of what is answered with the objects.
    pub(super) fn solve_later(
        &mut self,
        site: Site,
        (mut plan, mut missing): (TypePlan, Vec<Item>),
        mut later: Vec<Item>,
    ) -> Result<(TypePlan, Vec<Item>), PlanError> {
        while let Some(first) = later.first() {
            let deferred = first.deferred;
            let mut group: Vec<Item> = later.extract_if(.., |item| item.deferred == deferred).collect();
            for index in (0..group.len()).rev() {
                if self.comes_anyway(site, &plan, &group[index])? {
                    let item = group.remove(index);
                    plan.add(Source::Here, LocalField { item, child: None });
                }
            }
            let (with_group, at_hand) = self.solve_together(Site { deferred, ..site }, plan, group)?;
            // What no key leads to comes with the fetch at hand, and is late in the response only.
            let (with_rest, still_missing) = self.solve_together(site, with_group, at_hand)?;
            plan = with_rest;
            missing.extend(still_missing);
        }
        Ok((plan, missing))
    }

    /// Whether a leaf is read by the fetch at hand in any case, or is part of a key there: to ask for it apart would be to
    /// say it first.
    fn comes_anyway(&mut self, site: Site, plan: &TypePlan, item: &Item) -> Result<bool, PlanError> {
        if item.child.is_some() || self.local(site, item)?.is_none() {
            return Ok(false);
        }
        let is_read =
            plan.locals.iter().any(|local| local.item.name == item.name && local.item.arguments == item.arguments);
        let known = site.held.and_then(|held| self.supergraph().ty(site.ty).in_subgraph(held));
        let is_key = known.is_some_and(|known| known.keys.iter().any(|key| key.fields.mentions(&item.name)));
        Ok(is_read || is_key)
    }
}

//! Deferred fields of a site: each group that is answered together has fetches of its own, so that nothing else waits for it.

use super::{LocalField, Solver, Source, TypePlan, site::Site};
use crate::{planner::PlanError, selections::Item};
use hansa_federation::{FieldSetSelection, Supergraph, TypeId};

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
            let (group, uncertain) = self.without_uncertain(site, group)?;
            let (with_group, mut at_hand) = self.solve_together(Site { deferred, ..site }, plan, group)?;
            at_hand.extend(uncertain);
            // What no key leads to comes with the fetch at hand, and is late in the response only.
            let (with_rest, still_missing) = self.solve_together(site, with_group, at_hand)?;
            plan = with_rest;
            missing.extend(still_missing);
        }
        Ok((plan, missing))
    }

    /// Takes out what is at hand and would be lost on the way to a fetch of its own: an object whose key is null cannot be
    /// asked about.
    fn without_uncertain(&mut self, site: Site, group: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), PlanError> {
        let supergraph = self.supergraph();
        let mut entries = self.graph.all_entries(site.ty).iter();
        let is_certain =
            entries.all(|entry| is_never_null(supergraph, site.ty, &self.graph.key(*entry).fields.selections));
        if is_certain {
            return Ok((group, Vec::new()));
        }
        let (mut apart, mut uncertain) = (Vec::new(), Vec::new());
        for item in group {
            let is_at_hand = matches!(self.local(site, &item)?, Some((_, None)));
            if is_at_hand { uncertain.push(item) } else { apart.push(item) }
        }
        Ok((apart, uncertain))
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

fn is_never_null(supergraph: &Supergraph, ty: TypeId, set: &[FieldSetSelection]) -> bool {
    set.iter().all(|selection| match selection {
        FieldSetSelection::Field(selected) => supergraph.ty(ty).field(&selected.name).is_some_and(|field| {
            field.ty.wrapping.is_non_null(0) && is_never_null(supergraph, field.ty.named, &selected.selections)
        }),
        FieldSetSelection::InlineFragment { type_condition, selections } => {
            is_never_null(supergraph, *type_condition, selections)
        }
    })
}

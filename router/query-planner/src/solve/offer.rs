//! Ways to have a field besides what a plan has. There are many for each field, and plans are long, so a way is carried out
//! only when it is the one that is taken.

use super::{Cost, Input, LocalField, Solver, Source, TypePlan, preference::Rank};
use crate::selections::{Item, SelectionId};
use hansa_federation::{FieldSet, TypeId};
use std::rc::Rc;

/// A way to have a field.
pub(super) struct Offer {
    /// The plan with a hop for the field as its last, where the field does not go with what there is.
    entered: Option<TypePlan>,
    source: Source,
    field: LocalField,
    /// The part of the field that stays open.
    pub(super) open: Option<SelectionId>,
    /// Of the plan with the field.
    pub(super) cost: Cost,
}

impl Offer {
    /// From a fetch that the plan has.
    pub(super) fn with(plan: &TypePlan, source: Source, (field, open): (LocalField, Option<SelectionId>)) -> Offer {
        // Keys and requirements are often read already; what the client asks for is placed once.
        let is_read =
            field.item.response_name.is_none() && plan.locals_of(source).iter().any(|local| local.item == field.item);
        let cost = if is_read { plan.cost } else { plan.cost_with(source, field.child.as_deref()) };
        Offer { entered: None, source, field, open, cost }
    }

    /// By the last hop of `entered`.
    pub(super) fn by_last_hop(entered: TypePlan, (field, open): (LocalField, Option<SelectionId>)) -> Offer {
        let source = Source::Hop(entered.hops.len() - 1);
        let cost = entered.cost_with(source, field.child.as_deref());
        Offer { entered: Some(entered), source, field, open, cost }
    }

    /// Carries it out on the plan it was made for.
    pub(super) fn take(self, plan: &mut TypePlan) -> Input {
        if let Some(entered) = self.entered {
            *plan = entered;
        }
        match self.field.item.response_name {
            Some(_) => plan.push(self.source, self.field),
            None => plan.add(self.source, self.field),
        }
    }
}

/// The best of several offers: of equal ones, the first.
#[derive(Default)]
pub(super) struct Best {
    /// With the place in the order of all ways.
    rank: Option<((u64, Rank), usize)>,
    pub(super) offer: Option<Offer>,
}

impl Best {
    pub(super) fn consider(&mut self, rank: ((u64, Rank), usize), offer: Offer) {
        if self.rank.is_none_or(|known| rank < known) {
            *self = Best { rank: Some(rank), offer: Some(offer) };
        }
    }

    /// Whether there is one that leaves nothing open.
    pub(super) fn is_whole(&self) -> bool {
        self.offer.as_ref().is_some_and(|offer| offer.open.is_none())
    }

    /// Whether there is a better one than any with this rank or a higher one.
    pub(super) fn is_before(&self, rank: ((u64, Rank), usize)) -> bool {
        self.rank.is_some_and(|known| known < rank)
    }
}

impl<'a> Solver<'a> {
    /// A requirement in the form that plans keep.
    pub(super) fn shared(&mut self, set: &'a FieldSet) -> Rc<FieldSet> {
        self.shared_sets.entry(std::ptr::from_ref(set)).or_insert_with(|| Rc::new(set.clone())).clone()
    }

    /// What a key or requirement selects on objects of type `ty`. `set` lives as long as the solver.
    pub(super) fn needed(&mut self, ty: TypeId, set: &FieldSet) -> Rc<[Item]> {
        let key = (ty, std::ptr::from_ref(set));
        if let Some(known) = self.needed.get(&key) {
            return known.clone();
        }
        let items = self.selections.items_of_field_set(self.graph.supergraph(), ty, &set.selections);
        let items: Rc<[Item]> = items.into();
        self.needed.insert(key, items.clone());
        items
    }
}

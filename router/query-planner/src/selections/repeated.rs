//! One field under several names, with the same arguments and the same selection: it is asked for once and written under
//! each of them. Fields of mutations are not: each is carried out. Nor are deferred fields: each is delivered in its part.

use super::{ArgumentsId, Collector, Item, SelectionId, WantedField};
use apollo_compiler::Name;
use hansa_federation::TypeId;
use hashbrown::{HashMap, hash_map::Entry};

impl Collector<'_> {
    /// Notes of each field that an earlier one of the same object already asks for it.
    pub(super) fn note_repeated(&self, concrete: TypeId, items: &mut [Item]) {
        let is_alias = |item: &Item| item.response_name.as_ref() != Some(&item.name);
        // Without two names there is nothing to compare.
        if !items.iter().any(is_alias)
            || [self.supergraph.mutation, self.supergraph.subscription].contains(&Some(concrete))
        {
            return;
        }
        let mut known: HashMap<(Name, ArgumentsId, Option<SelectionId>), Option<Name>> = HashMap::new();
        for item in items {
            if !item.is_fetched() || item.deferred.is_some() || item.stream.is_some() {
                continue;
            }
            match known.entry((item.name.clone(), item.arguments, item.child)) {
                Entry::Occupied(first) => {
                    *item = Item::from(WantedField { same_as: first.get().clone(), ..WantedField::clone(item) });
                }
                Entry::Vacant(vacant) => {
                    vacant.insert(item.response_name.clone());
                }
            }
        }
    }
}

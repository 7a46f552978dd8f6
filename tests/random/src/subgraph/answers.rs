//! What goes into an answer: entities and values, and what becomes of those that fail or are spoilt.

use super::{Seen, View};
use crate::{
    counters::add,
    evaluate::Outcome,
    field_set::FieldSet,
    spoils::{AnswerSpoils, EntitiesSpoil, EntitySpoil, FieldPlace, misfit},
    subgraph::Subgraph,
    world::{Failing, Missing, Ty, Value},
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

impl<'w> View<'_, 'w, '_, '_> {
    pub(super) fn entities(&mut self, arguments: &Map<String, Json>) -> Outcome<Seen<'w>> {
        let Some(Json::Array(representations)) = arguments.get("representations") else {
            return Outcome::Failed("no representations".to_owned());
        };
        let counters = self.request.counters;
        add(&counters.entity_fetches, 1);
        add(&counters.entities, representations.len());
        let repeated = (1..representations.len())
            .filter(|index| representations[..*index].contains(&representations[*index]))
            .count();
        add(&counters.repeated_entities, repeated);
        let mut items = Vec::new();
        for representation in representations {
            let item = self.entity(representation);
            items.push(self.spoilt_entity(item));
        }
        match self.request.spoils.as_mut().and_then(AnswerSpoils::entities) {
            None => {}
            Some(EntitiesSpoil::Null) => return Outcome::Raw(Json::Null),
            Some(EntitiesSpoil::NullWithError) => return Outcome::Failed("no entities".to_owned()),
            Some(EntitiesSpoil::NoList) => return Outcome::Raw(json!({"no": "list"})),
            Some(EntitiesSpoil::TooShort) => drop(items.pop()),
            Some(EntitiesSpoil::TooLong) => items.push(Outcome::Null),
        }
        Outcome::List(items)
    }

    fn entity(&mut self, representation: &Json) -> Outcome<Seen<'w>> {
        let Subgraph { world, index, keys, .. } = self.subgraph;
        match keys.find(world, *index, (representation, self.request.counters)) {
            Ok(record) => match world.records[record].missing_in.get(index) {
                Some(Missing::Unknown) => Outcome::Null,
                Some(Missing::Failing) => Outcome::Failed("the entity failed".to_owned()),
                None => {
                    let representation = Some(Arc::new(representation.clone()));
                    Outcome::Object(Seen { record, representation, provided: Vec::new() })
                }
            },
            Err(text) => {
                self.violation(&text);
                Outcome::Null
            }
        }
    }

    fn spoilt_entity(&mut self, item: Outcome<Seen<'w>>) -> Outcome<Seen<'w>> {
        let may_be_unknown = self.subgraph.world.context.is_none();
        match self.request.spoils.as_mut().and_then(|spoils| spoils.entity(may_be_unknown)) {
            None => item,
            Some(EntitySpoil::NullWithError) => Outcome::Failed("the entity failed".to_owned()),
            Some(EntitySpoil::Null) => Outcome::Null,
            Some(EntitySpoil::NoObject) => Outcome::Raw(json!("no object")),
        }
    }

    /// The value as the answer has it. `types`: as declared here, and as the router knows it.
    pub(super) fn outcome(
        &mut self,
        value: Value,
        types: (&Ty, &Ty),
        (scopes, at): (&[&'w FieldSet], FieldPlace),
    ) -> Outcome<Seen<'w>> {
        let world = self.subgraph.world;
        if let Some(spoils) = &mut self.request.spoils
            && let Some(failing) = spoils.field(types, at, world)
        {
            let wrong = spoils.misfit(world, types.0);
            return failed(failing, wrong);
        }
        match value {
            Value::Null => Outcome::Null,
            Value::Leaf(json) => Outcome::Leaf(json),
            Value::Record(record) => Outcome::Object(Seen { record, representation: None, provided: scopes.to_vec() }),
            Value::List(items) => {
                let (Ty::List(declared), Ty::List(merged)) = (types.0.nullable(), types.1.nullable()) else {
                    return Outcome::Failed("a list where none is declared".to_owned());
                };
                let at = FieldPlace { is_whole: false, ..at };
                Outcome::List(
                    items.into_iter().map(|item| self.outcome(item, (declared, merged), (scopes, at))).collect(),
                )
            }
            Value::Failed(failing) => failed(failing, misfit(world, types.0, self.text.len())),
        }
    }
}

fn failed<'w>(failing: Failing, wrong: Json) -> Outcome<Seen<'w>> {
    match failing {
        Failing::Reported => Outcome::Failed("the field failed".to_owned()),
        Failing::Misfit => Outcome::Raw(wrong),
        Failing::SilentNull => Outcome::Raw(Json::Null),
        Failing::LeftOut => Outcome::LeftOut,
    }
}

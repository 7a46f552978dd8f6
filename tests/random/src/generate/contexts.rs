//! `@context` and `@fromContext`: an entity that is found below another one only, and a field of it that is given a value of
//! that one.

use super::Builder;
use crate::{
    field_set::FieldSet,
    world::{Context, ContextArgument, Field, KeyPart, ObjectType, PresentKey, Role, Source, SubgraphIndex, Ty},
};

const BELOW: &str = "X0";

impl Builder {
    pub(super) fn add_context(&mut self) {
        let mut setters = self.plain_objects();
        setters.retain(|name| name.starts_with('E') && self.loner.as_ref() != Some(name));
        let Some(setter) = self.random.pick(&setters).cloned() else { return };
        let subgraphs = self.full_subgraphs(&setter);
        let Some(subgraph) = self.random.pick(&subgraphs).copied() else { return };
        let Some(value) = self.context_value(&setter, subgraph) else { return };
        self.world.context = Some(Context { setter: setter.clone(), subgraph });
        self.declare_below(subgraph);
        let ty = self.world.objects[&setter].fields[&value].ty.nullable().clone();
        for _ in 0..self.random.between(1, 2) {
            let mut field = Field::stored(Ty::named("String"));
            field.source = Source::Echo;
            field.arguments = self.some_arguments();
            field.from_context = Some(ContextArgument { ty: ty.clone(), value: value.clone() });
            let name = self.new_field_name();
            self.place(BELOW, &name, field, &[subgraph]);
        }
        let present: Vec<SubgraphIndex> = self.world.objects[BELOW].presence.keys().copied().collect();
        for at in present {
            let field = self.leaf_field();
            let name = self.new_field_name();
            self.place(BELOW, &name, field, &[at]);
        }
        for _ in 0..self.random.between(1, 2) {
            let Some(at) = self.random.pick(&subgraphs).copied() else { continue };
            let field = Field::stored(self.wrapped(BELOW));
            let name = self.new_field_name();
            self.place(&setter, &name, field, &[at]);
        }
        // Back up, where a nearer object gives the value.
        if self.random.chance(60) {
            let field = Field::stored(self.wrapped(&setter));
            let name = self.new_field_name();
            self.place(BELOW, &name, field, &[subgraph]);
        }
    }

    /// A leaf of the setter that an argument can have the type of; one from another subgraph becomes external here.
    fn context_value(&mut self, setter: &str, subgraph: SubgraphIndex) -> Option<String> {
        let fits = |(_, field): &(&String, &Field)| {
            matches!(field.ty.name(), "String" | "Int" | "Boolean" | "Float")
                && field.source == Source::Stored
                // Composition refuses arguments whose items may not be null.
                && !field.ty.nullable().to_string().contains('!')
                && field.key_part.is_none()
                && field.from_interface.is_none()
        };
        let fields = &self.world.objects[setter].fields;
        let fitting: Vec<String> = fields.iter().filter(fits).map(|(name, _)| name.clone()).collect();
        let value = self.random.pick(&fitting)?.clone();
        if !self.world.objects[setter].fields[&value].is_resolved_in(subgraph) {
            self.mark_external(setter, &value, subgraph);
        }
        Some(value)
    }

    fn declare_below(&mut self, subgraph: SubgraphIndex) {
        let mut below = ObjectType::new(Role::Entity);
        let mut id = Field::stored(Ty::named("ID").non_null());
        id.key_part = Some(KeyPart::Unique);
        below.fields.insert("id".to_owned(), id);
        below.keys.push(FieldSet::leaf("id"));
        self.world.objects.insert(BELOW.to_owned(), below);
        let all: Vec<SubgraphIndex> = (0..self.world.subgraphs.len()).collect();
        let count = self.random.between(0, 2);
        for at in [vec![subgraph], self.random.some_of(&all, count)].concat() {
            self.add_key(BELOW, at, PresentKey { key: 0, is_resolvable: true });
        }
    }
}

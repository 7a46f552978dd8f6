//! Value types of which each subgraph knows only some fields. Composition takes them where every field that gives one is
//! shared by all of the type's subgraphs: the router asks each for its part, and the parts make one object.

use super::Builder;
use crate::world::{Field, ObjectType, Placement, Role, SubgraphIndex, Ty};

impl Builder {
    pub(super) fn add_partial_types(&mut self) {
        for index in 0..self.random.below(3) {
            let mut holders = self.plain_objects();
            holders.retain(|name| self.full_subgraphs_of_entity(name).len() > 1 && self.loner.as_ref() != Some(name));
            let Some(holder) = self.random.pick(&holders).cloned() else { return };
            let full = self.full_subgraphs_of_entity(&holder);
            let count = self.random.between(2, full.len().min(3));
            let subgraphs = self.random.some_of(&full, count);
            let type_name = format!("P{index}");
            self.declare_partial_type(&type_name, &subgraphs);
            let places = if self.random.chance(50) { vec![holder, "Query".to_owned()] } else { vec![holder] };
            for place in places {
                let mut field = Field::stored(self.partial_ty(&type_name));
                field.placements = subgraphs.iter().map(|subgraph| (*subgraph, Placement::default())).collect();
                let name = self.new_field_name();
                self.world.objects[&place].fields.insert(name, field);
            }
        }
    }

    fn full_subgraphs_of_entity(&self, name: &str) -> Vec<SubgraphIndex> {
        match self.world.objects[name].role {
            Role::Entity => self.full_subgraphs(name),
            Role::Root | Role::Value => Vec::new(),
        }
    }

    fn partial_ty(&mut self, name: &str) -> Ty {
        let ty = Ty::named(name);
        match self.random.below(4) {
            0 => ty.non_null(),
            1 => ty.non_null().list(),
            2 => ty.list(),
            _ => ty,
        }
    }

    fn declare_partial_type(&mut self, name: &str, subgraphs: &[SubgraphIndex]) {
        let mut partial = ObjectType::new(Role::Value);
        partial.presence = subgraphs.iter().map(|subgraph| (*subgraph, Default::default())).collect();
        self.world.objects.insert(name.to_owned(), partial);
        for subgraph in subgraphs {
            for _ in 0..self.random.between(1, 2) {
                let field = self.leaf_field();
                let field_name = self.new_field_name();
                let mut chosen = vec![*subgraph];
                if self.random.chance(25) {
                    chosen = subgraphs.to_vec();
                }
                self.place(name, &field_name, field, &chosen);
            }
        }
    }
}

//! Lets a shareable field have a narrower type in one of its subgraphs, as composition allows.

use super::Builder;
use crate::world::{Field, How, Role, Source, SubgraphIndex, Ty};

impl Builder {
    pub(super) fn vary_types(&mut self) {
        let names: Vec<String> = self.world.objects.keys().cloned().collect();
        for object in names {
            let fields: Vec<String> = self.world.objects[&object].fields.keys().cloned().collect();
            for name in fields {
                let may_vary = self.may_vary(&object, &self.world.objects[&object].fields[&name])
                    && !self.interfaces_with(&object, &name);
                if may_vary && self.random.chance(40) {
                    self.vary(&object, &name);
                }
            }
        }
    }

    fn may_vary(&self, object: &str, field: &Field) -> bool {
        self.world.objects[object].role != Role::Value
            && field.source == Source::Stored
            && field.key_part.is_none()
            && field.from_interface.is_none()
            && field.placements.len() > 1
            && field
                .placements
                .values()
                .all(|placement| placement.how == How::Resolved && placement.override_from.is_none())
    }

    fn vary(&mut self, object: &str, name: &str) {
        let field = &self.world.objects[object].fields[name];
        let resolvers: Vec<SubgraphIndex> = field.resolvers().collect();
        let Some(subgraph) = self.random.pick(&resolvers).copied() else { return };
        let field = &self.world.objects[object].fields[name];
        let narrower = if self.world.is_abstract(field.ty.name()) {
            self.narrower_object(&field.ty.clone(), subgraph)
        } else if field.ty.is_non_null() {
            None
        } else {
            Some(field.ty.clone().non_null())
        };
        if let Some(placement) = self.world.objects[object].fields[name].placements.get_mut(&subgraph) {
            placement.ty = narrower;
        }
    }

    fn narrower_object(&mut self, ty: &Ty, subgraph: SubgraphIndex) -> Option<Ty> {
        let members: Vec<String> = self.world.possible_in(ty.name(), subgraph).into_iter().map(str::to_owned).collect();
        let visible: Vec<String> =
            members.into_iter().filter(|member| self.world.objects[member].presence.contains_key(&subgraph)).collect();
        self.random.pick(&visible).map(|member| ty.renamed(member))
    }
}

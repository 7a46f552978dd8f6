//! Fields of value types, entities, interfaces and roots, and who resolves them.

use super::Builder;
use crate::world::{Argument, Field, Placement, Role, Source, SubgraphIndex, Ty};
use serde_json::json;

impl Builder {
    pub(super) fn add_value_fields(&mut self) {
        let values: Vec<String> = self.world.objects.keys().filter(|name| name.starts_with('V')).cloned().collect();
        for (position, name) in values.iter().enumerate() {
            let mut pool = self.plain_objects();
            // Later value types only, so that no value contains itself without end.
            pool.retain(|candidate| candidate.starts_with('E') || values[position + 1..].contains(candidate));
            pool.extend(self.world.unions.keys().filter(|union| self.is_plain_abstract(union)).cloned());
            pool.extend(self.world.interfaces.keys().filter(|name| self.is_plain_abstract(name)).cloned());
            for index in 0..self.random.between(1, 3) {
                let field = if index > 0 && self.random.chance(35) {
                    let type_name = self.random.pick(&pool).cloned().unwrap_or_else(|| "String".into());
                    Field::stored(self.wrapped(&type_name))
                } else {
                    self.leaf_field()
                };
                let field_name = self.new_field_name();
                self.world.objects[name].fields.insert(field_name, field);
            }
        }
    }

    /// Whether every member can be declared everywhere.
    fn is_plain_abstract(&self, name: &str) -> bool {
        let plain = self.plain_objects();
        let members = match (self.world.interfaces.get(name), self.world.unions.get(name)) {
            (Some(interface), _) if interface.entity.is_some() => return false,
            (Some(interface), _) => &interface.members,
            (None, Some(union)) => &union.members,
            (None, None) => return false,
        };
        members.iter().all(|member| plain.contains(member))
    }

    /// Fields that interfaces declare, added to each of their members.
    pub(super) fn add_common_fields(&mut self) {
        let interfaces: Vec<String> = self.world.interfaces.keys().cloned().collect();
        for interface_name in interfaces {
            self.inherit_common_fields(&interface_name);
            let interface = self.world.interfaces[&interface_name].clone();
            let least = usize::from(interface.interface_fields.is_empty());
            for _ in 0..self.random.between(least, 2) {
                let name = self.new_field_name();
                let field = self.common_field();
                let declared = if self.random.chance(40) { field.ty.nullable().clone() } else { field.ty.clone() };
                for member in &interface.members {
                    self.add_common_field(member, &name, field.clone(), interface.entity.as_ref().map(|e| e.home));
                }
                self.world.interfaces[&interface_name].interface_fields.insert(name, declared);
            }
            self.add_contributed_fields(&interface_name);
        }
    }

    /// Of a type that can be declared wherever a member is.
    fn common_field(&mut self) -> Field {
        if self.random.chance(65) {
            return self.leaf_field();
        }
        let mut pool = self.plain_objects();
        pool.retain(|name| !name.starts_with("Tag"));
        pool.extend(self.world.unions.keys().filter(|union| self.is_plain_abstract(union)).cloned());
        pool.extend(self.world.interfaces.keys().filter(|name| self.is_plain_abstract(name)).cloned());
        match self.random.pick(&pool).cloned() {
            Some(type_name) => Field::stored(self.wrapped(&type_name)),
            None => self.leaf_field(),
        }
    }

    fn inherit_common_fields(&mut self, name: &str) {
        let parent = self.world.interfaces[name].parent.as_ref().and_then(|parent| self.world.interfaces.get(parent));
        if let Some(inherited) = parent.map(|parent| parent.interface_fields.clone()) {
            self.world.interfaces[name].interface_fields = inherited;
        }
    }

    fn add_common_field(&mut self, member: &str, name: &str, field: Field, home: Option<SubgraphIndex>) {
        let mut chosen = match self.world.objects[member].role {
            // Present nowhere yet, or where a contributed field needs it.
            Role::Value => self.world.objects[member].presence.keys().copied().collect(),
            _ => self.some_resolvers(&self.full_subgraphs(member)),
        };
        chosen.extend(home.filter(|home| !chosen.contains(home)));
        self.place(member, name, field, &chosen);
    }

    fn add_contributed_fields(&mut self, interface_name: &str) {
        let interface = self.world.interfaces[interface_name].clone();
        for side in interface.entity.iter().flat_map(|entity| &entity.object_sides) {
            for _ in 0..self.random.between(1, 2) {
                let name = self.new_field_name();
                let mut field = self.any_field(*side);
                field.from_interface = Some(interface_name.to_owned());
                for member in &interface.members {
                    self.place(member, &name, field.clone(), &[*side]);
                }
                let stored = &mut self.world.interfaces[interface_name];
                stored.interface_fields.insert(name.clone(), field.ty.clone());
                if let Some(entity) = &mut stored.entity {
                    entity.contributed.push(name);
                }
            }
        }
    }

    pub(super) fn add_entity_fields(&mut self) {
        let entities: Vec<String> = self
            .world
            .objects
            .iter()
            .filter(|(_, object)| object.role == Role::Entity)
            .map(|(name, _)| name.clone())
            .collect();
        for entity in entities {
            let subgraphs: Vec<SubgraphIndex> = self.full_subgraphs(&entity);
            for _ in 0..self.random.between(2, 6) {
                let Some(first) = self.random.pick(&subgraphs).copied() else { continue };
                let mut field = self.any_field(first);
                let type_name = field.ty.name().to_owned();
                let may_change = field.source == Source::Stored && field.ty.nullable() == &Ty::named("String");
                if may_change && self.world.objects.contains_key("Mutation") && self.random.chance(40) {
                    field.source = Source::Revision;
                }
                let mut chosen = vec![first];
                if field.source == Source::Stored && self.loner.as_ref() != Some(&entity) && self.random.chance(20) {
                    chosen = self.some_resolvers(&subgraphs);
                }
                chosen.retain(|subgraph| self.may_be_in(&type_name, *subgraph));
                let name = self.new_field_name();
                self.place(&entity, &name, field, &chosen);
            }
        }
    }

    /// Subgraphs that others can come to.
    pub(super) fn full_subgraphs(&self, entity: &str) -> Vec<SubgraphIndex> {
        let object = &self.world.objects[entity];
        let full = |subgraph: &SubgraphIndex| object.presence[subgraph].keys.iter().any(|key| key.is_resolvable);
        object.presence.keys().copied().filter(full).collect()
    }

    pub(super) fn add_root_fields(&mut self) {
        let mut targets: Vec<String> = self.plain_objects();
        targets.retain(|name| !name.starts_with("Tag"));
        targets.extend(self.world.interfaces.keys().cloned());
        targets.extend(self.world.unions.keys().cloned());
        targets.extend(self.world.interfaces.get("Media").into_iter().flat_map(|media| media.members.clone()));
        for target in &targets {
            for _ in 0..self.random.between(1, 2) {
                self.add_root_field("Query", target);
            }
        }
        for _ in 0..2 {
            self.add_root_field("Query", "String");
        }
        if self.world.objects.contains_key("Mutation") {
            for _ in 0..self.random.between(2, 5) {
                let target = if self.random.chance(50) { "Int".to_owned() } else { targets[0].clone() };
                let target =
                    if self.random.chance(50) { target } else { self.random.pick(&targets).cloned().unwrap_or(target) };
                self.add_root_field("Mutation", &target);
            }
        }
    }

    fn add_root_field(&mut self, root: &str, target: &str) {
        let count = self.world.subgraphs.len();
        let allowed: Vec<SubgraphIndex> = (0..count).filter(|subgraph| self.may_be_in(target, *subgraph)).collect();
        let Some(first) = self.random.pick(&allowed).copied() else { return };
        let mut chosen = vec![first];
        let name = format!("{}{}", if root == "Mutation" { "change" } else { "get" }, self.next_field + 1);
        self.next_field += 1;
        let mut field;
        if root == "Mutation" {
            let ty = if self.world.is_leaf(target) { Ty::named(target) } else { self.wrapped(target) };
            field = Field::stored(if self.random.chance(25) { ty.non_null() } else { ty });
            field.source = Source::Mutation;
            field.arguments = self.some_arguments();
        } else if self.world.is_leaf(target) {
            field = self.any_field(first);
            chosen.retain(|subgraph| self.may_be_in(field.ty.name(), *subgraph));
        } else {
            field = Field::stored(self.wrapped(target));
            let has_id = self.world.field(target, "id").is_some() && self.world.objects[target].role == Role::Entity;
            if has_id && self.random.chance(20) {
                field = Field::stored(Ty::named(target));
                field.source = Source::Lookup;
                field.arguments = vec![Argument { name: "id".into(), ty: Ty::named("ID").non_null(), default: None }];
            } else if field.ty.nullable().list_depth() > 0 && self.random.chance(30) {
                self.make_slice(&mut field);
            } else if self.random.chance(20) {
                chosen = self.some_resolvers(&allowed);
            }
        }
        self.place(root, &name, field, &chosen);
    }

    fn make_slice(&mut self, field: &mut Field) {
        field.source = Source::Slice;
        let default = self.random.chance(40).then(|| json!(2));
        field.arguments = vec![Argument { name: "first".into(), ty: Ty::named("Int"), default }];
    }

    fn some_resolvers(&mut self, subgraphs: &[SubgraphIndex]) -> Vec<SubgraphIndex> {
        let count = if self.random.chance(65) { 1 } else { self.random.between(1, subgraphs.len().max(1)) };
        self.random.some_of(subgraphs, count)
    }

    pub(super) fn place(&mut self, object: &str, name: &str, mut field: Field, subgraphs: &[SubgraphIndex]) {
        let type_name = field.ty.name().to_owned();
        for subgraph in subgraphs {
            field.placements.insert(*subgraph, Placement::default());
        }
        if field.placements.is_empty() && self.world.objects[object].role != Role::Value {
            return;
        }
        self.world.objects[object].fields.insert(name.to_owned(), field);
        for subgraph in subgraphs {
            self.ensure(&type_name, *subgraph);
        }
    }

    fn any_field(&mut self, subgraph: SubgraphIndex) -> Field {
        if self.random.chance(50) {
            return self.leaf_field();
        }
        let mut pool = self.plain_objects();
        pool.retain(|name| !name.starts_with("Tag"));
        pool.extend(self.world.interfaces.keys().cloned());
        pool.extend(self.world.unions.keys().cloned());
        pool.retain(|name| self.may_be_in(name, subgraph));
        match self.random.pick(&pool).cloned() {
            Some(type_name) => {
                let mut field = Field::stored(self.wrapped(&type_name));
                if field.ty.nullable().list_depth() > 0 && self.random.chance(25) {
                    self.make_slice(&mut field);
                }
                field
            }
            None => self.leaf_field(),
        }
    }

    pub(super) fn leaf_field(&mut self) -> Field {
        if self.random.chance(20) {
            let mut field = Field::stored(Ty::named("String"));
            field.source = Source::Echo;
            field.arguments = self.some_arguments();
            if self.random.chance(40) {
                // Such fields can be required with arguments.
                field.arguments.retain(|argument| matches!(argument.name.as_str(), "count" | "flag"));
            }
            return field;
        }
        const LEAVES: [&str; 10] =
            ["String", "String", "Int", "Float", "Boolean", "ID", "Mood", "Mood", "Anything", "String"];
        let name = LEAVES[self.random.below(LEAVES.len())];
        Field::stored(self.wrapped(name))
    }

    pub(super) fn wrapped(&mut self, name: &str) -> Ty {
        let mut ty = Ty::named(name);
        let depth = match self.random.below(20) {
            0..=11 => 0,
            12..=17 => 1,
            18 => 2,
            _ => 3,
        };
        let percent = if self.world.is_leaf(name) { 40 } else { 25 };
        for _ in 0..depth {
            ty = if self.random.chance(percent) { ty.non_null().list() } else { ty.list() };
        }
        if self.random.chance(percent) { ty.non_null() } else { ty }
    }

    pub(super) fn some_arguments(&mut self) -> Vec<Argument> {
        let choices = [
            ("count", Ty::named("Int"), json!(7)),
            ("text", Ty::named("String"), json!("plain\ttext ü")),
            ("flag", Ty::named("Boolean"), json!(true)),
            ("key", Ty::named("ID"), json!("k1")),
            ("mood", Ty::named("Mood"), json!("BLUE")),
            ("numbers", Ty::named("Int").non_null().list(), json!([1, 2])),
            ("filter", Ty::named("Filter"), json!({"low": 3, "text": "deep"})),
            ("any", Ty::named("Anything"), json!({"free": [1, null, "x"]})),
        ];
        let count = self.random.below(4);
        let chosen = self.random.some_of(&choices, count);
        chosen
            .into_iter()
            .map(|(name, ty, default)| Argument {
                name: name.into(),
                ty: if self.random.chance(30) { ty.non_null() } else { ty },
                default: self.random.chance(30).then_some(default),
            })
            .collect()
    }
}

//! Layouts of response positions: the client's fields first, then slots for keys and requirements as fetches need them.

use super::Assembly;
use crate::{
    plan::{QueryPlan, Shape, ShapeField, ShapeId, ShapeValue, ShapeVariant, SlotId},
    planner::PlanError,
    selections::{ArgumentsId, Group, Item, SelectionId},
    solve::{common_items, type_independent_group},
};
use apollo_compiler::Name;
use hansa_federation::{TypeId, TypeKind, Wrapping};
use hashbrown::HashMap;

/// Positions of one plan are limited: a document whose fragments multiply past this is refused.
const SHAPES_MAX: usize = 50_000;

#[derive(Debug, Default)]
pub(crate) struct ShapeDraft {
    pub(crate) shape: Shape,
    /// `None` for positions that only keys and requirements have.
    selection: Option<SelectionId>,
    by_response_name: HashMap<Name, SlotId>,
    children: HashMap<(SlotId, SelectionId), ShapeId>,
    /// Whether it is an object tells fields of one name apart that are an object in one type and a leaf in another.
    internal: HashMap<(Name, ArgumentsId, bool), (SlotId, Option<ShapeId>)>,
    /// Names of the client's slots, by slot; `None` for the others.
    pub(crate) response_names: Vec<Option<Name>>,
}

impl ShapeDraft {
    fn add_slot(&mut self, name: &str, response_name: Option<Name>) -> SlotId {
        self.shape.slots.push(name.to_owned());
        self.response_names.push(response_name);
        SlotId(self.shape.slots.len() as u32 - 1)
    }
}

impl Assembly<'_> {
    /// Lays out a position of the client's response and everything below.
    pub(crate) fn client_shape(&mut self, selection: SelectionId, position: String) -> Result<ShapeId, PlanError> {
        if self.shapes.len() >= SHAPES_MAX {
            return Err(PlanError::TooMuchWork);
        }
        let id = ShapeId(self.shapes.len() as u32);
        let mut draft = ShapeDraft { selection: Some(selection), ..ShapeDraft::default() };
        draft.shape.position = position;
        self.shapes.push(draft);
        let selections = self.selections;
        let whole = selections.get(selection);
        for group in &whole.groups {
            for ty in &group.types {
                self.client_variant(id, *ty, group)?;
            }
        }
        for interface in self.graph.interface_objects() {
            let types = &self.graph.supergraph().ty(*interface).possible_types;
            if let Some(group) = type_independent_group(whole, types) {
                let group = &whole.groups[group];
                let variants = &mut self.shapes[id.0 as usize].shape.variants;
                // What the types agree on holds whichever it is; the interface may promise less.
                match variants.iter_mut().find(|variant| group.types.iter().all(|ty| variant.types.contains(ty))) {
                    Some(variant) => variant.types.push(*interface),
                    None => self.client_variant(id, *interface, group)?,
                }
            }
        }
        Ok(id)
    }

    /// Types whose fields also agree in nullability and type share a variant.
    fn client_variant(&mut self, id: ShapeId, ty: TypeId, group: &Group) -> Result<(), PlanError> {
        let mut fields = Vec::with_capacity(group.items.len());
        for item in &group.items {
            // An interface need not have the fields that are asked of all its types.
            let is_declared = self.graph.field(ty, &item.name).is_some();
            fields.push(self.client_field(id, if is_declared { ty } else { group.types[0] }, item)?);
        }
        let variants = &mut self.shapes[id.0 as usize].shape.variants;
        if variants.iter().any(|variant| variant.types.contains(&ty)) {
            return Ok(());
        }
        match variants.iter_mut().find(|variant| variant.fields == fields) {
            Some(variant) => variant.types.push(ty),
            None => variants.push(ShapeVariant { types: vec![ty], fields, fragments: Vec::new() }),
        }
        Ok(())
    }

    fn client_field(&mut self, id: ShapeId, ty: TypeId, item: &Item) -> Result<ShapeField, PlanError> {
        let response_name = item.response_name.clone().expect("the client's fields have response names");
        let draft = &mut self.shapes[id.0 as usize];
        let slot = match draft.by_response_name.get(&response_name) {
            Some(slot) => *slot,
            None => {
                let slot = draft.add_slot(&response_name, Some(response_name.clone()));
                draft.by_response_name.insert(response_name.clone(), slot);
                slot
            }
        };
        if item.is_typename() {
            return Ok(ShapeField::new(response_name, slot, Wrapping::NON_NULL, ShapeValue::Typename));
        }
        let supergraph = self.graph.supergraph();
        let Some(field) = supergraph.ty(ty).field(&item.name) else {
            if id != QueryPlan::ROOT {
                let position = self.position(id, &response_name, Wrapping::NULLABLE);
                let reason = format!("{} is answered at the root of an operation only", item.name);
                return Err(PlanError::Unreachable { position, reason });
            }
            let wrapping = if item.name == "__schema" { Wrapping::NON_NULL } else { Wrapping::NULLABLE };
            return Ok(ShapeField::new(response_name, slot, wrapping, ShapeValue::Introspection));
        };
        let field_type = field.ty;
        if let Some(refusal) = item.refusal {
            let value = ShapeValue::Refused(refusal);
            return Ok(ShapeField::new(response_name, slot, field_type.wrapping, value));
        }
        let value = match (item.child, supergraph.leaf_kind(field_type.named)) {
            (Some(child), _) => {
                let known = self.shapes[id.0 as usize].children.get(&(slot, child)).copied();
                let shape = match known {
                    Some(shape) => shape,
                    None => {
                        let position = self.position(id, &response_name, field_type.wrapping);
                        let shape = self.client_shape(child, position)?;
                        self.shapes[id.0 as usize].children.insert((slot, child), shape);
                        shape
                    }
                };
                ShapeValue::Object(shape)
            }
            (None, Some(kind)) => ShapeValue::Leaf(kind),
            (None, None) => ShapeValue::Introspection,
        };
        Ok(ShapeField::new(response_name, slot, field_type.wrapping, value))
    }

    fn position(&self, parent: ShapeId, name: &str, wrapping: Wrapping) -> String {
        let parent = &self.shapes[parent.0 as usize].shape.position;
        let dot = if parent.is_empty() { "" } else { "." };
        format!("{parent}{dot}{name}{}", "[]".repeat(usize::from(wrapping.list_depth())))
    }

    /// Where the rows of a shape keep a field of type `ty`: the client's place when the client asked for it, else a slot
    /// of its own.
    pub(super) fn slot(&mut self, id: ShapeId, ty: TypeId, item: &Item) -> (SlotId, Option<ShapeId>) {
        let draft = &self.shapes[id.0 as usize];
        let (response_name, child) = match &item.response_name {
            Some(name) => (Some(name), item.child),
            None => match self.asked_by_client(draft, ty, item) {
                Some(asked) => (asked.response_name.as_ref(), asked.child),
                None => (None, None),
            },
        };
        if let Some(name) = response_name {
            let slot = draft.by_response_name[name];
            let child = child.and_then(|child| draft.children.get(&(slot, self.selections.origin(child))));
            return (slot, child.copied());
        }
        self.internal_slot(id, ty, item)
    }

    fn asked_by_client(&self, draft: &ShapeDraft, ty: TypeId, item: &Item) -> Option<&Item> {
        let selection = self.selections.get(draft.selection?);
        // A key may be refused to the client and still be needed.
        let is_same =
            |asked: &&Item| asked.refusal.is_none() && asked.name == item.name && asked.arguments == item.arguments;
        let items = match self.graph.supergraph().ty(ty) {
            // An interface object's row has what is asked of every type.
            definition if definition.kind == TypeKind::Interface => {
                return common_items(selection, ty, definition).into_iter().find(is_same);
            }
            _ => selection.items_for(ty)?,
        };
        items.iter().find(is_same)
    }

    fn internal_slot(&mut self, id: ShapeId, ty: TypeId, item: &Item) -> (SlotId, Option<ShapeId>) {
        let key = (item.name.clone(), item.arguments, item.child.is_some());
        if let Some(known) = self.shapes[id.0 as usize].internal.get(&key) {
            return *known;
        }
        let name = format!("{}{}", item.name, self.selections.arguments(item.arguments).text);
        let wrapping = self.graph.field(ty, &item.name).map(|field| field.ty.wrapping).unwrap_or_default();
        let child = item.child.map(|_| {
            let position = self.position(id, &item.name, wrapping);
            let shape = Shape { position, ..Shape::default() };
            self.shapes.push(ShapeDraft { shape, ..ShapeDraft::default() });
            ShapeId(self.shapes.len() as u32 - 1)
        });
        let draft = &mut self.shapes[id.0 as usize];
        let slot = draft.add_slot(&name, None);
        draft.internal.insert(key, (slot, child));
        (slot, child)
    }
}

//! The document of a fetch and how its answer is decoded, from the same nodes.

use super::{
    templates::{OpenLookup, of_one_group},
    texts::{Field, Keys},
};
use crate::{
    assemble::{Assembly, FetchDraft, Node, NodeField, NodeId},
    plan::{
        DocumentTemplate, FetchKind, Lookup, OperationKind, RootBelow, Selection, SelectionField, SelectionStream,
        SelectionValue, SelectionVariant, SlotId, TypeSource,
    },
    planner::PlanError,
    selections::ArgumentsId,
};
use apollo_compiler::{Name, executable::Operation};
use hansa_federation::{LeafKind, TypeId, TypeKind, TypeRef};
use hashbrown::HashMap;
use indexmap::IndexSet;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
    sync::Arc,
};

/// Of all selection sets together. A document whose fragments say something else for each type, level by level, gets
/// large without being large itself.
const TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;

pub(super) struct Documents<'a> {
    pub(super) assembly: &'a Assembly<'a>,
    pub(super) operation: &'a Operation,
    /// Types share nodes, so each is rendered once.
    rendered: RefCell<HashMap<NodeId, Rc<Rendered>>>,
    /// Equal texts have equal numbers.
    numbers: RefCell<HashMap<Rc<str>, u32>>,
    text_bytes: Cell<usize>,
}

/// What a fetch sends.
pub(super) struct Document {
    pub(super) operation: String,
    pub(super) variables: Vec<Name>,
    pub(super) kind: FetchKind,
    pub(super) template: Option<DocumentTemplate>,
}

/// A rendered selection set: its text without braces, its decode selection, and the client variables in it.
#[derive(Clone)]
struct Rendered {
    text: Rc<str>,
    selection: Arc<Selection>,
    variables: BTreeSet<Name>,
}

/// A field's alias and text, with its key, in one selection set. Types that ask for the same share it.
type Asked = (Name, Rc<str>);

/// What the fields that have been rendered in one selection set are known by.
type AskedKey = (SlotId, Name, ArgumentsId, TypeRef, Option<NodeId>);

/// What is known of one selection set while it is rendered.
#[derive(Default)]
struct KnownFields {
    keys: Keys,
    asked: HashMap<AskedKey, Asked>,
    variables: BTreeSet<Name>,
}

impl<'a> Documents<'a> {
    pub(super) fn new(assembly: &'a Assembly<'a>, operation: &'a Operation) -> Self {
        Documents {
            assembly,
            operation,
            rendered: RefCell::default(),
            numbers: RefCell::default(),
            text_bytes: Cell::default(),
        }
    }
}

impl Documents<'_> {
    pub(super) fn document(&self, draft: &FetchDraft) -> Result<Document, PlanError> {
        if let Some((kind, node)) = draft.root {
            let rendered = self.render_last(node)?;
            let variables: Vec<Name> = rendered.variables.iter().cloned().collect();
            let keyword = match kind {
                OperationKind::Query => "query",
                OperationKind::Mutation => "mutation",
                OperationKind::Subscription => "subscription",
            };
            let definitions = self.definitions(&variables);
            let header = if definitions.is_empty() { String::new() } else { format!("({definitions})") };
            let operation = format!("{keyword}{header}{{{}}}", rendered.text);
            let selection = Arc::unwrap_or_clone(rendered.selection);
            let kind = match draft.root_rows {
                None => FetchKind::Root(selection),
                Some(target) => {
                    let keeps_rows_apart = self.assembly.contexts.apart.contains(&selection.shape);
                    FetchKind::RootBelow(RootBelow { targets: vec![target], selection, keeps_rows_apart })
                }
            };
            return Ok(Document { operation, variables, kind, template: None });
        }
        let is_contextual =
            draft.lookups.iter().any(|lookup| !self.assembly.draft.node(lookup.node).context_variables.is_empty());
        let mut variables = BTreeSet::new();
        let mut open_lookups = Vec::with_capacity(draft.lookups.len());
        let mut lookups = Vec::with_capacity(draft.lookups.len());
        for (index, lookup) in draft.lookups.iter().enumerate() {
            let rendered = self.render_last(lookup.node)?;
            variables.extend(rendered.variables.iter().cloned());
            let number = if draft.lookups.len() == 1 { String::new() } else { index.to_string() };
            let mut open = match is_contextual {
                true => self.open_lookup((lookup.node, &rendered.text), &number),
                false => self.plain_lookup(&rendered.text, &number),
            };
            open.client_variables = rendered.variables.into_iter().collect();
            let names = open.context_variables.iter().map(|variable| name(variable)).collect();
            lookups.push(Lookup {
                response_key: name(&open.response_key),
                variable: name(&open.variable),
                targets: lookup.targets.clone(),
                representations: lookup.representations.clone(),
                selection: Arc::unwrap_or_clone(rendered.selection),
                contexts: self.assembly.lookup_contexts(lookup.node, names),
                keeps_rows_apart: self.assembly.contexts.apart.contains(&self.assembly.draft.node(lookup.node).shape),
            });
            open_lookups.push(open);
        }
        let variables: Vec<Name> = variables.into_iter().collect();
        let of_client = self.definitions(&variables);
        let definitions = open_lookups.iter().map(|open| of_one_group(&open.definitions));
        let definitions: Vec<String> = definitions.chain((!of_client.is_empty()).then(|| of_client.clone())).collect();
        let fields = open_lookups.iter().map(|open| match open.response_key.as_str() {
            "_entities" => of_one_group(&open.field),
            key => format!("{key}:{}", of_one_group(&open.field)),
        });
        let operation = format!("query({}){{{}}}", definitions.join(","), fields.collect::<Vec<_>>().join(" "));
        let defined = |name: &Name| (name.clone(), self.definitions(std::slice::from_ref(name)));
        let template = is_contextual.then(|| Self::template(&open_lookups, variables.iter().map(defined).collect()));
        Ok(Document { operation, variables, kind: FetchKind::Entities(lookups), template })
    }

    fn plain_lookup(&self, text: &str, number: &str) -> OpenLookup {
        let variable = self.free_variable(format!("representations{number}"));
        OpenLookup {
            response_key: format!("_entities{number}"),
            context_variables: Vec::new(),
            client_variables: Vec::new(),
            field: format!("_entities(representations:${variable}){{{text}}}"),
            definitions: format!("${variable}:[_Any!]!"),
            variable,
        }
    }

    /// What the lookups of an entity fetch ask, each once, by the numbers of the texts.
    pub(super) fn selections(&self, draft: &FetchDraft) -> Result<BTreeSet<u32>, PlanError> {
        let mut numbers = BTreeSet::new();
        for lookup in &draft.lookups {
            let text = self.render(lookup.node)?.text.clone();
            let mut known = self.numbers.borrow_mut();
            let next = known.len() as u32;
            numbers.insert(*known.entry(text).or_insert(next));
        }
        Ok(numbers)
    }

    /// Of the client's variables.
    fn definitions(&self, variables: &[Name]) -> String {
        let mut definitions: Vec<String> = Vec::with_capacity(variables.len());
        for name in variables {
            let definition = self.operation.variables.iter().find(|variable| variable.name == *name);
            definitions.extend(definition.map(|definition| match &definition.default_value {
                // The subgraph needs to know of the default: it makes a nullable variable fit a non-null place.
                Some(default) => format!("${name}:{}={}", definition.ty, default.serialize().no_indent()),
                None => format!("${name}:{}", definition.ty),
            }));
        }
        definitions.join(",")
    }

    fn free_variable(&self, mut candidate: String) -> String {
        while self.operation.variables.iter().any(|variable| variable.name == candidate.as_str()) {
            candidate.insert(0, '_');
        }
        candidate
    }

    /// What is rendered at the top of a document, and so is in no other.
    fn render_last(&self, id: NodeId) -> Result<Rendered, PlanError> {
        let rendered = self.render(id)?;
        self.rendered.borrow_mut().remove(&id);
        Ok(Rc::try_unwrap(rendered).unwrap_or_else(|shared| Rendered::clone(&shared)))
    }

    fn render(&self, id: NodeId) -> Result<Rc<Rendered>, PlanError> {
        if let Some(rendered) = self.rendered.borrow().get(&id) {
            return Ok(rendered.clone());
        }
        let rendered = Rc::new(self.render_anew(id)?);
        self.rendered.borrow_mut().insert(id, rendered.clone());
        Ok(rendered)
    }

    fn render_anew(&self, id: NodeId) -> Result<Rendered, PlanError> {
        let assembly = self.assembly;
        let node = assembly.draft.node(id);
        let mut known = KnownFields::default();
        let mut by_type: Vec<Vec<Field>> = Vec::with_capacity(node.types.len());
        for of_type in &node.types {
            let fields = of_type.fields.iter().map(|field| self.render_field(node, field, &mut known));
            by_type.push(fields.collect::<Result<_, _>>()?);
        }
        let supergraph = assembly.graph.supergraph();
        let is_object = node.types.len() == 1 && node.types[0].ty == node.declared;
        let (text, type_source) = match () {
            () if node.finds_types => {
                let inner = self.by_concrete_type(node, &by_type);
                (format!("...on {}{{{inner}}}", supergraph.ty(node.declared).name), TypeSource::Typename)
            }
            () if node.is_lookup => (self.by_entered_type(node, &by_type), TypeSource::Row),
            () if is_object || supergraph.ty(node.declared).kind == TypeKind::Object => {
                let fields = by_type.first().map(Vec::as_slice).unwrap_or_default();
                (texts(fields, || "__typename".to_owned()), TypeSource::Static(node.declared))
            }
            () => (self.by_concrete_type(node, &by_type), TypeSource::Typename),
        };
        self.text_bytes.set(self.text_bytes.get() + text.len());
        if self.text_bytes.get() > TEXT_BYTES_MAX {
            return Err(PlanError::TooMuchWork);
        }
        let selection = Selection { shape: node.shape, type_source, variants: self.variants(node, by_type) };
        Ok(Rendered { text: text.into(), selection: Arc::new(selection), variables: known.variables })
    }

    fn render_field(&self, node: &Node, field: &NodeField, known: &mut KnownFields) -> Result<Field, PlanError> {
        let child = field.child.map(|child| self.render(child)).transpose()?;
        let of_field = (field, child.as_deref());
        let (response_key, text) = match node.types.len() > 1 && field.contexts.is_empty() {
            true => {
                let key = (field.slot, field.name.clone(), field.arguments, field.ty, field.child);
                match known.asked.get(&key) {
                    Some(asked) => asked.clone(),
                    None => {
                        let asked = self.field_text(node, of_field, known);
                        known.asked.insert(key, asked.clone());
                        asked
                    }
                }
            }
            false => self.field_text(node, of_field, known),
        };
        let kind = self.assembly.graph.supergraph().leaf_kind(field.ty.named);
        let value = |of_objects: Option<Rc<Rendered>>| match of_objects {
            Some(objects) => SelectionValue::Object(objects.selection.clone()),
            None => SelectionValue::Leaf(kind.unwrap_or(LeafKind::Any)),
        };
        // All items of a list are asked for alike.
        let later = field.later_child.map(|child| self.render(child)).transpose()?;
        let stream = field.stream.map(|stream| {
            let initial_count = self.assembly.selections.deferral.stream(stream).initial_count.clone();
            Box::new(SelectionStream { initial_count, items: value(later) })
        });
        let value = value(child);
        Ok(Field {
            name: field.name.clone(),
            ty: field.ty,
            arguments: field.arguments,
            text,
            decode: SelectionField { response_key, slot: field.slot, wrapping: field.ty.wrapping, value, stream },
        })
    }

    fn field_text(
        &self,
        node: &Node,
        (field, child): (&NodeField, Option<&Rendered>),
        known: &mut KnownFields,
    ) -> Asked {
        let arguments = self.assembly.selections.arguments(field.arguments);
        known.variables.extend(arguments.variables.iter().cloned());
        known.variables.extend(child.iter().flat_map(|child| child.variables.iter().cloned()));
        let shape = &self.assembly.shapes[node.shape.0 as usize];
        let wanted = shape.response_names[field.slot.0 as usize].as_ref().unwrap_or(&field.name);
        let arguments = match field.contexts.as_slice() {
            [] => arguments.text.clone(),
            contexts => {
                let own = arguments.text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).map(str::to_owned);
                let from_contexts = contexts.iter().map(|argument| self.context_argument(argument));
                format!("({})", own.into_iter().chain(from_contexts).collect::<Vec<_>>().join(","))
            }
        };
        let after_key: Rc<str> = match child {
            Some(child) => format!("{}{arguments}{{{}}}", field.name, child.text).into(),
            None => format!("{}{arguments}", field.name).into(),
        };
        let response_key = known.keys.key(wanted, (&after_key, field.ty));
        let text = if response_key == field.name { after_key } else { format!("{response_key}:{after_key}").into() };
        (response_key, text)
    }

    /// `__typename`, what all types share on the interface itself, the rest in fragments.
    fn by_concrete_type(&self, node: &Node, by_type: &[Vec<Field>]) -> String {
        let supergraph = self.assembly.graph.supergraph();
        let declared = supergraph.ty(node.declared);
        let is_shared = |field: &&Field| {
            let Some(on_interface) = declared.field(&field.name) else { return false };
            // The types may know of arguments that the interface does not have.
            let arguments = &self.assembly.selections.arguments(field.arguments).names;
            let in_subgraph = on_interface.in_subgraph(node.subgraph);
            in_subgraph.is_some_and(|known| !known.is_external && known.ty.named == field.ty.named)
                && arguments.iter().all(|name| on_interface.definition.argument_by_name(name).is_some())
                && by_type.iter().all(|fields| {
                    fields.iter().any(|other| other.has_text_of(field) && other.ty.named == field.ty.named)
                })
        };
        let shared: Vec<&Field> = by_type.first().into_iter().flatten().filter(is_shared).collect();
        let mut text = String::from("__typename");
        for field in &shared {
            text.push_str(&format!(" {}", field.text));
        }
        for (of_type, fields) in node.types.iter().zip(by_type) {
            let own: Vec<&str> = fields
                .iter()
                .filter(|field| !shared.iter().any(|known| known.has_text_of(field)))
                .map(|field| &*field.text)
                .collect();
            if !own.is_empty() {
                text.push_str(&format!(" ...on {}{{{}}}", supergraph.ty(of_type.ty).name, own.join(" ")));
            }
        }
        text
    }

    /// Fragments on the types as which the subgraph is entered.
    fn by_entered_type(&self, node: &Node, by_type: &[Vec<Field>]) -> String {
        let supergraph = self.assembly.graph.supergraph();
        let mut fragments: Vec<(TypeId, IndexSet<&str>)> = Vec::new();
        for (of_type, fields) in node.types.iter().zip(by_type) {
            let entered_as = of_type.fields.first().map_or(of_type.ty, |field| field.declared_on);
            let index = fragments.iter().position(|(ty, _)| *ty == entered_as).unwrap_or_else(|| {
                fragments.push((entered_as, IndexSet::new()));
                fragments.len() - 1
            });
            fragments[index].1.extend(fields.iter().map(|field| &*field.text));
        }
        let texts = fragments.into_iter().map(|(ty, texts)| {
            let texts: Vec<&str> = texts.into_iter().collect();
            let texts = if texts.is_empty() { "__typename".to_owned() } else { texts.join(" ") };
            format!("...on {}{{{texts}}}", supergraph.ty(ty).name)
        });
        texts.collect::<Vec<_>>().join(" ")
    }
}

impl Documents<'_> {
    /// One variant for the types that are decoded alike.
    fn variants(&self, node: &Node, by_type: Vec<Vec<Field>>) -> Vec<SelectionVariant> {
        let mut variants: Vec<(usize, SelectionVariant)> = Vec::new();
        for (index, (of_type, fields)) in node.types.iter().zip(by_type).enumerate() {
            let is_alike = |first: &usize| {
                let first = &node.types[*first];
                first.fields == of_type.fields && first.targets == of_type.targets
            };
            let types = if node.is_lookup { self.assembly.row_types(of_type.ty) } else { vec![of_type.ty] };
            match variants.iter_mut().find(|(first, _)| is_alike(first)) {
                Some((_, variant)) => variant.types.extend(types),
                None => {
                    // Collected, they would stay in the larger memory of what they are taken from.
                    let mut decoded = Vec::with_capacity(fields.len());
                    decoded.extend(fields.into_iter().map(|field| field.decode));
                    let fields = decoded;
                    variants.push((index, SelectionVariant { types, targets: of_type.targets.clone(), fields }));
                }
            }
        }
        let mut alone = Vec::with_capacity(variants.len());
        alone.extend(variants.into_iter().map(|(_, variant)| variant));
        alone
    }
}

fn texts(fields: &[Field], empty: impl FnOnce() -> String) -> String {
    match fields.is_empty() {
        true => empty(),
        false => fields.iter().map(|field| &*field.text).collect::<Vec<_>>().join(" "),
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("made of letters, digits and underscores")
}

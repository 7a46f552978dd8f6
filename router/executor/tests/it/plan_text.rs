//! Query plans from short texts. All tokens are separated by spaces.
//!
//! - Client's view: `name: String  handle=nickname: String!  home: Place -> 2  __typename` (response name, slot if it
//!   is called otherwise, type, shape).
//!   Then `@1`: in that part; `stream 2 in 1 -> 3`: after 2 items (or `$n`) the others come in part 1, of shape 3.
//! - Selection: `is User #0 { id: ID!  home: Place -> 2 is Place { city: String } }`; or `typename ( User #0 { … } … )`,
//!   or `row ( User|Guest { … } )`. `#0` is a target.
//!   A streamed list: `users: [User] stream 2 -> 1 is User { … } then -> 3 is User { … }`.
//! - Representation: `User as Node { id*  home ( typename Place { city } ) }`; `*` marks keys.

use crate::supergraph::SUPERGRAPH;
use apollo_compiler::{Name, ast::Type};
use hansa_federation::{LeafKind, TypeId, Wrapping};
use hansa_query_planner::plan::{
    DeferredFragment, Fetch, FetchId, FetchKind, FragmentId, InitialCount, Lookup, OperationKind, Part, PartId,
    PartKind, QueryPlan, Representation, RepresentationField, RepresentationValue, RepresentationVariant, RootBelow,
    Selection, SelectionField, SelectionStream, SelectionValue, SelectionVariant, Shape, ShapeField, ShapeId,
    ShapeStream, ShapeValue, ShapeVariant, SlotId, TargetId, TypeSource,
};
use std::{iter::Peekable, sync::Arc};

pub(crate) struct PlanText {
    plan: QueryPlan,
}

type Tokens<'t> = Peekable<std::str::SplitWhitespace<'t>>;

pub(crate) struct LookupText<'t> {
    pub(crate) key: &'t str,
    pub(crate) targets: &'t [u32],
    pub(crate) representations: &'t [&'t str],
    pub(crate) shape: u32,
    pub(crate) selection: &'t str,
}

impl<'t> LookupText<'t> {
    /// The only lookup of its fetch: users by their ids.
    pub(crate) fn users(shape: u32, targets: &'t [u32], selection: &'t str) -> LookupText<'t> {
        LookupText { key: "_entities", targets, representations: &["User { id* }"], shape, selection }
    }
}

impl PlanText {
    pub(crate) fn new() -> PlanText {
        let plan = QueryPlan {
            kind: OperationKind::Query,
            shapes: Vec::new(),
            fetches: Vec::new(),
            target_count: 4,
            parts: vec![Part::INITIAL],
            fragments: Vec::new(),
        };
        PlanText { plan }
    }

    pub(crate) fn mutation() -> PlanText {
        let mut text = PlanText::new();
        text.plan.kind = OperationKind::Mutation;
        text
    }

    /// What the client sees at a position, for rows of these types.
    pub(crate) fn view(self, shape: u32, types: &str, fields: &str) -> Self {
        self.view_with(shape, types, &[], fields)
    }

    /// Deferred fragments begin at these rows.
    pub(crate) fn view_with(mut self, shape: u32, types: &str, fragments: &[u32], fields: &str) -> Self {
        let mut tokens = fields.split_whitespace().peekable();
        let mut shape_fields = Vec::new();
        while let Some(token) = tokens.next() {
            if token == "__typename" || token == "__schema" {
                let slot = self.slot(shape, token);
                let value = if token == "__schema" { ShapeValue::Introspection } else { ShapeValue::Typename };
                let response_name = name(token);
                let field = ShapeField::new(response_name, slot, Wrapping::NON_NULL, value);
                shape_fields.push(ShapeField { deferred: part(&mut tokens), ..field });
                continue;
            }
            let (response_name, slot) = names(token);
            let (kind, wrapping) = leaf_type(tokens.next().expect("a type"));
            let mut value = ShapeValue::Leaf(kind.unwrap_or(LeafKind::Any));
            if tokens.next_if_eq(&"->").is_some() {
                value = ShapeValue::Object(ShapeId(number(&mut tokens)));
            }
            let slot = self.slot(shape, slot);
            let (deferred, stream) = (part(&mut tokens), shape_stream(value, &mut tokens).map(Box::new));
            let field = ShapeField::new(response_name, slot, wrapping, value);
            shape_fields.push(ShapeField { deferred, stream, ..field });
        }
        let fragments = fragments.iter().copied().map(FragmentId).collect();
        let variant = ShapeVariant { types: type_ids(types), fields: shape_fields, fragments };
        self.shape_at(shape).variants.push(variant);
        self
    }

    pub(crate) fn root(self, subgraph: &str, depends_on: &[u32], selection: &str) -> Self {
        self.root_with_variables(subgraph, depends_on, &[], selection)
    }

    pub(crate) fn root_with_variables(
        mut self,
        subgraph: &str,
        depends_on: &[u32],
        variables: &[&str],
        selection: &str,
    ) -> Self {
        let selection = self.selection(0, &mut selection.split_whitespace().peekable());
        self.fetch(subgraph, depends_on, variables, FetchKind::Root(selection));
        self
    }

    /// For the rows of a target.
    pub(crate) fn root_below(mut self, subgraph: &str, depends_on: &[u32], target: u32, place: (u32, &str)) -> Self {
        let (shape, selection) = place;
        let selection = self.selection(shape, &mut selection.split_whitespace().peekable());
        let below = RootBelow { targets: vec![TargetId(target)], selection, keeps_rows_apart: false };
        self.fetch(subgraph, depends_on, &[], FetchKind::RootBelow(below));
        self
    }

    pub(crate) fn entities(mut self, subgraph: &str, depends_on: &[u32], lookups: &[LookupText<'_>]) -> Self {
        let mut variable_names = ["representations", "representations_1"].into_iter();
        let lookups = lookups.iter().map(|lookup| Lookup {
            response_key: name(lookup.key),
            variable: name(variable_names.next().expect("at most two lookups")),
            targets: lookup.targets.iter().copied().map(TargetId).collect(),
            representations: lookup
                .representations
                .iter()
                .map(|text| self.representation(lookup.shape, text))
                .collect(),
            selection: self.selection(lookup.shape, &mut lookup.selection.split_whitespace().peekable()),
            contexts: None,
            keeps_rows_apart: false,
        });
        let lookups = lookups.collect();
        self.fetch(subgraph, depends_on, &[], FetchKind::Entities(lookups));
        self
    }

    /// A part that is in these fragments.
    pub(crate) fn deferred_part(self, within: u32, fragments: &[u32]) -> Self {
        self.part(within, PartKind::Deferred(fragments.iter().copied().map(FragmentId).collect()))
    }

    pub(crate) fn streamed_part(self, within: u32) -> Self {
        self.part(within, PartKind::Streamed)
    }

    fn part(mut self, within: u32, kind: PartKind) -> Self {
        self.plan.parts.push(Part { within: Some(PartId(within)), kind });
        self
    }

    pub(crate) fn fragment(mut self, label: &str, within: Option<u32>, parts: &[u32]) -> Self {
        let label = (!label.is_empty()).then(|| label.to_owned());
        let parts = parts.iter().copied().map(PartId).collect();
        self.plan.fragments.push(DeferredFragment { label, within: within.map(FragmentId), parts });
        self
    }

    /// The last fetch is one of that part.
    pub(crate) fn in_part(mut self, part: u32) -> Self {
        self.plan.fetches.last_mut().expect("a fetch").part = PartId(part);
        self
    }

    pub(crate) fn build(self) -> QueryPlan {
        self.plan
    }

    fn fetch(&mut self, subgraph: &str, depends_on: &[u32], variables: &[&str], kind: FetchKind) {
        let id = FetchId(self.plan.fetches.len() as u32);
        self.plan.fetches.push(Fetch {
            id,
            subgraph: SUPERGRAPH.subgraph_id(subgraph).expect("a known subgraph"),
            depends_on: depends_on.iter().copied().map(FetchId).collect(),
            operation: format!("query \"{}\"", id.0),
            variables: variables.iter().map(|variable| name(variable)).collect(),
            part: QueryPlan::INITIAL,
            template: None,
            kind,
        });
    }

    fn shape_at(&mut self, shape: u32) -> &mut Shape {
        while self.plan.shapes.len() <= shape as usize {
            self.plan.shapes.push(Shape::default());
        }
        &mut self.plan.shapes[shape as usize]
    }

    fn slot(&mut self, shape: u32, slot: &str) -> SlotId {
        let slots = &mut self.shape_at(shape).slots;
        let index = slots.iter().position(|known| known == slot).unwrap_or_else(|| {
            slots.push(slot.to_owned());
            slots.len() - 1
        });
        SlotId(index as u32)
    }

    fn selection(&mut self, shape: u32, tokens: &mut Tokens<'_>) -> Selection {
        self.shape_at(shape);
        let type_source = match tokens.next().expect("a type source") {
            "is" => TypeSource::Static(type_ids(tokens.peek().expect("a type"))[0]),
            "typename" => TypeSource::Typename,
            "row" => TypeSource::Row,
            other => panic!("type source expected, not {other}"),
        };
        let mut variants = Vec::new();
        if let TypeSource::Static(_) = type_source {
            variants.push(self.selection_variant(shape, tokens));
        } else {
            assert_eq!(tokens.next(), Some("("));
            while tokens.next_if_eq(&")").is_none() {
                variants.push(self.selection_variant(shape, tokens));
            }
        }
        Selection { shape: ShapeId(shape), type_source, variants }
    }

    fn selection_variant(&mut self, shape: u32, tokens: &mut Tokens<'_>) -> SelectionVariant {
        let types = type_ids(tokens.next().expect("types"));
        let mut targets = Vec::new();
        loop {
            let token = tokens.next().expect("targets or a brace");
            if token == "{" {
                break;
            }
            targets.push(TargetId(token.strip_prefix('#').and_then(|target| target.parse().ok()).expect("a target")));
        }
        let mut fields = Vec::new();
        while tokens.peek() != Some(&"}") {
            let (response_key, slot) = names(tokens.next().expect("a field"));
            let slot = self.slot(shape, slot);
            let (kind, wrapping) = leaf_type(tokens.next().expect("a type"));
            let initial_count = tokens.next_if_eq(&"stream").map(|_| initial_count(tokens));
            let value = self.selection_value(kind, tokens);
            let stream = initial_count.map(|initial_count| {
                let items = if tokens.next_if_eq(&"then").is_some() {
                    self.selection_value(kind, tokens)
                } else {
                    value.clone()
                };
                Box::new(SelectionStream { initial_count, items })
            });
            fields.push(SelectionField { response_key, slot, wrapping, value, stream });
        }
        tokens.next();
        SelectionVariant { types, targets, fields }
    }

    fn selection_value(&mut self, kind: Option<LeafKind>, tokens: &mut Tokens<'_>) -> SelectionValue {
        if tokens.next_if_eq(&"->").is_some() {
            let shape = number(tokens);
            SelectionValue::Object(Arc::new(self.selection(shape, tokens)))
        } else {
            SelectionValue::Leaf(kind.expect("a leaf type"))
        }
    }

    fn representation(&mut self, shape: u32, text: &str) -> Representation {
        let mut tokens = text.split_whitespace().peekable();
        let types = type_ids(tokens.next().expect("types"));
        let typename = tokens.next_if_eq(&"as").map(|_| type_ids(tokens.next().expect("a type"))[0]);
        let fields = self.representation_fields(shape, &mut tokens);
        Representation { types, typename, fields }
    }

    fn representation_fields(&mut self, shape: u32, tokens: &mut Tokens<'_>) -> Vec<RepresentationField> {
        assert_eq!(tokens.next(), Some("{"));
        let mut fields = Vec::new();
        while tokens.next_if_eq(&"}").is_none() {
            let token = tokens.next().expect("a field");
            let (field, is_key) = token.strip_suffix('*').map_or((token, false), |field| (field, true));
            let slot = self.slot(shape, field);
            let mut value = RepresentationValue::Leaf;
            if tokens.next_if_eq(&"->").is_some() {
                let shape = number(tokens);
                assert_eq!(tokens.next(), Some("("));
                let typename = tokens.next_if_eq(&"typename").is_some();
                let mut variants = Vec::new();
                while tokens.next_if_eq(&")").is_none() {
                    let types = type_ids(tokens.next().expect("types"));
                    variants.push(RepresentationVariant { types, fields: self.representation_fields(shape, tokens) });
                }
                value = RepresentationValue::Object { typename, variants };
            }
            fields.push(RepresentationField { name: name(field), slot, is_key, value });
        }
        fields
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a GraphQL name")
}

/// `name:` or `name=slot:`.
fn names(token: &str) -> (Name, &str) {
    let token = token.strip_suffix(':').unwrap_or_else(|| panic!("{token}: a colon is missing"));
    let (response_name, slot) = token.split_once('=').unwrap_or((token, token));
    (name(response_name), slot)
}

fn number(tokens: &mut Tokens<'_>) -> u32 {
    tokens.next().and_then(|token| token.parse().ok()).expect("a number")
}

/// `@1`, if it is there.
fn part(tokens: &mut Tokens<'_>) -> Option<PartId> {
    let token = tokens.next_if(|token| token.starts_with('@'))?;
    Some(PartId(token[1..].parse().expect("a part")))
}

fn shape_stream(first: ShapeValue, tokens: &mut Tokens<'_>) -> Option<ShapeStream> {
    tokens.next_if_eq(&"stream")?;
    let initial_count = initial_count(tokens);
    assert_eq!(tokens.next(), Some("in"));
    let part = PartId(number(tokens));
    let items = tokens.next_if_eq(&"->").map_or(first, |_| ShapeValue::Object(ShapeId(number(tokens))));
    Some(ShapeStream { label: None, initial_count, part, items })
}

fn initial_count(tokens: &mut Tokens<'_>) -> InitialCount {
    let token = tokens.next().expect("a number of items");
    match token.strip_prefix('$') {
        Some(variable) => InitialCount::Variable(name(variable)),
        None => InitialCount::Constant(token.parse().expect("a number of items")),
    }
}

fn type_ids(text: &str) -> Vec<TypeId> {
    text.split('|').map(|name| SUPERGRAPH.type_id(name).unwrap_or_else(|| panic!("{name}: unknown type"))).collect()
}

fn leaf_type(text: &str) -> (Option<LeafKind>, Wrapping) {
    let ty = Type::parse(text, "type").unwrap_or_else(|_| panic!("{text}: not a type"));
    let kind = match ty.inner_named_type().as_str() {
        "Int" => Some(LeafKind::Int),
        "Float" => Some(LeafKind::Float),
        "String" => Some(LeafKind::String),
        "Boolean" => Some(LeafKind::Boolean),
        "ID" => Some(LeafKind::Id),
        other => SUPERGRAPH.type_id(other).and_then(|type_id| SUPERGRAPH.leaf_kind(type_id)),
    };
    (kind, Wrapping::of(&ty).expect("not that many lists"))
}

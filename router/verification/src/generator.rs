//! Random queries on an API schema. Fields that were never answered come first, values are taken from earlier answers,
//! and lists within lists stay small.

mod arguments;
mod paging;

use crate::{
    coverage::Coverage,
    generator::arguments::{Arguments, can_be_given},
    harvest::Harvest,
    operation::{Field, Fragment, Operation, Selection, Variable},
    random::Random,
};
use apollo_compiler::{
    Node, Schema,
    ast::Type,
    schema::{ExtendedType, FieldDefinition},
    validation::Valid,
};
use hashbrown::{HashMap, HashSet};

/// How large an operation becomes at most.
#[derive(Debug, Clone, Copy)]
pub struct GeneratorLimits {
    /// Fields within each other.
    pub depth_max: usize,
    pub fields_max: usize,
    /// Objects that an answer is expected to have at one place, if lists are as long as usual.
    pub items_max: usize,
}

impl Default for GeneratorLimits {
    fn default() -> Self {
        GeneratorLimits { depth_max: 7, fields_max: 40, items_max: 60 }
    }
}

/// Makes queries for one schema.
#[derive(Debug)]
pub struct Generator<'s> {
    schema: &'s Valid<Schema>,
    limits: GeneratorLimits,
    /// Object types of each interface and union, by name.
    possible_types: HashMap<String, Vec<String>>,
}

/// What earlier answers taught.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) harvest: &'a Harvest,
    pub(crate) coverage: &'a Coverage,
}

/// Where a selection is.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    ty: &'a str,
    depth: usize,
    /// Objects expected there.
    items: usize,
    /// How many items the lists of the object are asked for, where its field said so.
    page: Option<usize>,
}

impl<'s> Generator<'s> {
    pub fn new(schema: &'s Valid<Schema>, limits: GeneratorLimits) -> Generator<'s> {
        let implementers = schema.implementers_map();
        let mut possible_types: HashMap<String, Vec<String>> = HashMap::new();
        for (name, definition) in &schema.types {
            let mut objects: Vec<String> = match definition {
                ExtendedType::Interface(_) => {
                    let known = implementers.get(name).into_iter().flat_map(|known| &known.objects);
                    known.map(ToString::to_string).collect()
                }
                ExtendedType::Union(union) => union.members.iter().map(|member| member.to_string()).collect(),
                _ => continue,
            };
            objects.sort();
            possible_types.insert(name.to_string(), objects);
        }
        Generator { schema, limits, possible_types }
    }

    /// A query, or nothing where no field of the root can be asked for yet.
    pub fn operation(&self, mut random: Random, harvest: &Harvest, coverage: &Coverage) -> Option<Operation> {
        let query = self.schema.schema_definition.query.as_ref()?.to_string();
        let mut making = Making {
            generator: self,
            known: Known { harvest, coverage },
            random: &mut random,
            variables: Vec::new(),
            aliases: 0,
            fragments: 0,
            fields_left: self.limits.fields_max,
        };
        let place = Place { ty: &query, depth: 0, items: 1, page: None };
        let mut names = Names::default();
        let wanted = making.random.between(1, 3);
        let selections = making.fields(place, &mut names, wanted);
        let variables = making.variables;
        let has_field = selections.iter().any(|selection| matches!(selection, Selection::Field(_)));
        has_field.then_some(Operation { variables, selections })
    }

    /// `Type.field(argument:)` of what can never be given a value: required arguments of scalars of which no answer has
    /// shown one.
    pub fn without_values(&self, harvest: &Harvest) -> Vec<String> {
        let mut without = Vec::new();
        let mut random = Random::part(0, 0);
        for (ty, definition) in &self.schema.types {
            let ExtendedType::Object(object) = definition else { continue };
            for (name, field) in &object.fields {
                let given = field.ty.inner_named_type();
                let mut arguments = field.arguments.iter().filter(|argument| argument.is_required());
                let missing = arguments
                    .find(|argument| !can_be_given(self.schema, harvest, (argument, given.as_str()), &mut random));
                if let Some(missing) = missing {
                    without.push(format!("{ty}.{name}({}:)", missing.name));
                }
            }
        }
        without.sort();
        without
    }
}

/// Response names of one selection with all its fragments: each with the field's text, for leaves that may be repeated.
#[derive(Debug, Default)]
struct Names(HashMap<String, Option<String>>);

struct Making<'a> {
    generator: &'a Generator<'a>,
    known: Known<'a>,
    random: &'a mut Random,
    variables: Vec<Variable>,
    aliases: usize,
    fragments: usize,
    fields_left: usize,
}

impl Making<'_> {
    /// What is asked of the objects at a place.
    fn selections(&mut self, place: Place<'_>) -> Vec<Selection> {
        let mut names = Names::default();
        let schema = self.generator.schema;
        let is_abstract = self.generator.possible_types.contains_key(place.ty);
        let wanted = self.random.between(1, 5);
        let mut selections = match schema.types.get(place.ty) {
            Some(ExtendedType::Union(_)) => Vec::new(),
            _ => self.fields(place, &mut names, wanted),
        };
        if is_abstract {
            selections.extend(self.fragments(place, &mut names));
        } else if self.random.is_chance(6) && !selections.is_empty() {
            selections = self.wrapped(place, selections);
        }
        // Abstract types say what they are, so that their values can be kept apart.
        if selections.is_empty() || self.random.is_chance(if is_abstract { 80 } else { 8 }) {
            selections.insert(0, typename());
        }
        selections
    }

    fn fields(&mut self, place: Place<'_>, names: &mut Names, wanted: usize) -> Vec<Selection> {
        let definitions = self.askable(place);
        let mut weights: Vec<u64> = definitions.iter().map(|(definition, _)| self.weight(place, definition)).collect();
        let mut selections = Vec::new();
        for _ in 0..wanted {
            let Some(index) = self.random.pick_weighted(&weights) else { break };
            // Now and then a field is asked for twice.
            if !self.random.is_chance(4) {
                weights[index] = 0;
            }
            if self.fields_left == 0 {
                break;
            }
            self.fields_left -= 1;
            let (definition, items) = &definitions[index];
            selections.extend(self.field(Place { items: *items, ..place }, definition, names));
        }
        selections
    }

    /// The fields that fit into the limits, each with the number of objects or values it is expected to give.
    fn askable(&mut self, place: Place<'_>) -> Vec<(Node<FieldDefinition>, usize)> {
        let schema = self.generator.schema;
        let fields = match schema.types.get(place.ty) {
            Some(ExtendedType::Object(object)) => &object.fields,
            Some(ExtendedType::Interface(interface)) => &interface.fields,
            _ => return Vec::new(),
        };
        let mut askable = Vec::new();
        for definition in fields.values() {
            let given = definition.ty.inner_named_type();
            let is_leaf = schema.types.get(given).is_some_and(|ty| ty.is_scalar() || ty.is_enum());
            let items = place.items.saturating_mul(paging::usual_length(definition, place.page));
            // A list of lists is asked for where there is one of them.
            let is_small = items <= self.generator.limits.items_max || place.items == 1;
            let fits = is_leaf || (place.depth + 1 < self.generator.limits.depth_max && is_small);
            let mut required = definition.arguments.iter().filter(|argument| argument.is_required());
            let harvest = self.known.harvest;
            let has_values = required.all(|argument| can_be_given(schema, harvest, (argument, given), self.random));
            if fits && has_values {
                askable.push((definition.clone(), items));
            }
        }
        askable
    }

    /// Fields that were never answered are the likeliest, then those with objects, then ids.
    fn weight(&self, place: Place<'_>, definition: &FieldDefinition) -> u64 {
        let count = self.known.coverage.count(place.ty, &definition.name);
        let base = match count {
            0 => 24,
            1..5 => 8,
            5..50 => 4,
            _ => 3,
        };
        let given = definition.ty.inner_named_type();
        let is_composite = self.generator.schema.types.get(given).is_some_and(|ty| !ty.is_scalar() && !ty.is_enum());
        match (is_composite, given.as_str()) {
            (true, _) if place.depth < 2 => base * 3,
            (true, _) | (_, "ID") => base * 2,
            _ => base,
        }
    }

    fn field(&mut self, place: Place<'_>, definition: &FieldDefinition, names: &mut Names) -> Option<Selection> {
        let schema = self.generator.schema;
        let given = definition.ty.inner_named_type().to_string();
        let page = paging::page(definition, self.random);
        let mut arguments =
            Arguments { schema, harvest: self.known.harvest, random: self.random, variables: &mut self.variables };
        let arguments = arguments.of_field(definition, page)?;
        let is_composite = schema.types.get(given.as_str()).is_some_and(|ty| !ty.is_scalar() && !ty.is_enum());
        let selections = match is_composite {
            true => {
                let is_list = matches!(definition.ty, Type::List(_) | Type::NonNullList(_));
                let page = page.filter(|_| !is_list);
                self.selections(Place { ty: &given, depth: place.depth + 1, items: place.items, page })
            }
            false => Vec::new(),
        };
        let is_plain = !is_composite && arguments.is_empty();
        let alias = self.alias(definition, is_plain, names);
        let directives = self.condition();
        Some(Selection::Field(Field { alias, name: definition.name.to_string(), arguments, directives, selections }))
    }

    /// Two fields of one response name must be one field, so only plain leaves of one type share a name.
    fn alias(&mut self, definition: &FieldDefinition, is_plain: bool, names: &mut Names) -> Option<String> {
        let name = definition.name.as_str();
        let text = is_plain.then(|| definition.ty.to_string());
        let is_free = match names.0.get(name) {
            None => true,
            Some(known) => known.is_some() && *known == text,
        };
        if is_free && !self.random.is_chance(10) {
            names.0.insert(name.to_owned(), text);
            return None;
        }
        self.aliases += 1;
        Some(format!("a{}_{name}", self.aliases))
    }

    fn condition(&mut self) -> Vec<String> {
        if !self.random.is_chance(6) {
            return Vec::new();
        }
        let is_include = self.random.is_chance(50);
        // Mostly what leaves the field in.
        let truth = self.random.is_chance(80) == is_include;
        let condition = match self.random.is_chance(50) {
            true => truth.to_string(),
            false => {
                let name = format!("v{}", self.variables.len() + 1);
                let ty = "Boolean!".to_owned();
                self.variables.push(Variable { name: name.clone(), ty, default: None, value: Some(truth.into()) });
                format!("${name}")
            }
        };
        vec![format!("@{}(if: {condition})", if is_include { "include" } else { "skip" })]
    }

    /// Fragments on some of an abstract type's objects.
    fn fragments(&mut self, place: Place<'_>, names: &mut Names) -> Vec<Selection> {
        let possible_types = self.generator.possible_types.get(place.ty).cloned().unwrap_or_default();
        let mut fragments = Vec::new();
        let mut asked: HashSet<String> = HashSet::new();
        for _ in 0..self.random.between(1, 3) {
            let Some(object) = self.random.pick(&possible_types).cloned() else { break };
            let on = self.type_condition(&object);
            if !asked.insert(on.clone()) {
                continue;
            }
            let wanted = self.random.between(1, 4);
            let mut selections = self.fields(Place { ty: &on, ..place }, names, wanted);
            if selections.is_empty() {
                selections.push(typename());
            }
            let name = self.fragment_name();
            let directives = self.condition();
            fragments.push(Selection::Fragment(Fragment { name, on: Some(on), directives, selections }));
        }
        fragments
    }

    /// The object type, or one of its interfaces.
    fn type_condition(&mut self, object: &str) -> String {
        let interfaces = self.generator.schema.get_object(object).map(|object| &object.implements_interfaces);
        let interfaces: Vec<String> = interfaces.into_iter().flatten().map(|name| name.to_string()).collect();
        match self.random.is_chance(15) {
            true => self.random.pick(&interfaces).cloned().unwrap_or_else(|| object.to_owned()),
            false => object.to_owned(),
        }
    }

    fn wrapped(&mut self, place: Place<'_>, selections: Vec<Selection>) -> Vec<Selection> {
        let name = self.fragment_name();
        let on = (name.is_some() || self.random.is_chance(50)).then(|| place.ty.to_owned());
        let directives = self.condition();
        vec![Selection::Fragment(Fragment { name, on, directives, selections })]
    }

    fn fragment_name(&mut self) -> Option<String> {
        if !self.random.is_chance(30) {
            return None;
        }
        self.fragments += 1;
        Some(format!("F{}", self.fragments))
    }
}

fn typename() -> Selection {
    Selection::Field(Field { name: "__typename".to_owned(), ..Field::default() })
}

//! What a data file says, read once: plain values, objects, references to records, and forms that compute a value.
//!
//! Forms exist only here. Values that arrive in a request (arguments, representations) stay JSON and are never read
//! as forms.

use serde_json::{Map, Value};
use std::collections::HashMap;

/// A value of a data file.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// A scalar, an enum value, null, or a custom scalar's JSON.
    Leaf(Value),
    List(Vec<Given>),
    Object(GivenObject),
    Record(RecordId),
    Form(Form),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct GivenObject {
    /// The object type it has.
    pub(crate) type_name: String,
    pub(crate) fields: HashMap<String, Given>,
    /// For an inline object that names an entity by key: the record that has the rest of its fields.
    pub(crate) record: Option<RecordId>,
    /// The number that invented values of missing fields are made from.
    pub(crate) number: Option<u64>,
}

/// Where a record stands: type and position in the data file's list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RecordId {
    pub(crate) type_name: String,
    pub(crate) position: usize,
}

/// Field names from an object down.
pub(crate) type FieldPath = Vec<String>;

#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// `__find`: the first record that fulfils all conditions.
    Find { type_name: String, conditions: Vec<Condition> },
    /// `__list`: items that fulfil the conditions, cut to a window.
    List { items: ListItems, conditions: Vec<Condition>, skip: Option<Operand>, first: Option<Operand> },
    /// `__arg`: what the client passed.
    Argument(FieldPath),
    /// `__from`: another field's value.
    From(FieldPath),
    /// `__template`: text with values in it.
    Template(Vec<TemplatePart>),
    /// `__sum`: numbers added up.
    Sum(Vec<Operand>),
    /// `__counter`: a number that grows with each use.
    Counter { name: String, add: Operand },
    /// `__error`: the field fails.
    Error { message: String, extensions: Option<Map<String, Value>> },
    /// `__raw`: sent as it is, without a check against the type.
    Raw(Value),
}

#[derive(Clone, Debug)]
pub(crate) enum ListItems {
    /// All records of a type, or of an abstract type's object types.
    Records(String),
    Given(Vec<Given>),
}

/// `path` of an item equals `operand`, or one of its items if it is a list. An absent or null argument is no condition.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) path: FieldPath,
    pub(crate) operand: Operand,
}

#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Constant(Value),
    Argument(FieldPath),
    Field(FieldPath),
}

#[derive(Clone, Debug)]
pub(crate) enum TemplatePart {
    Text(String),
    Value(Operand),
}

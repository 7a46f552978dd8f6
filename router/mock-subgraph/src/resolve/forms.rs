//! Evaluates the data file's forms at a field.

use super::{Fault, Frame, Object, Resolved};
use crate::{
    MockSubgraph,
    field_set::leaf_text,
    given::{Condition, Form, Given, ListItems, Operand, RecordId, TemplatePart},
};
use serde_json::{Number, Value};
use std::{borrow::Cow, sync::PoisonError};

/// How many forms may refer to each other before it counts as a circle.
const HOPS_MAX: u8 = 16;

impl MockSubgraph {
    /// One step from the data file's form of a value to the value.
    pub(crate) fn evaluate<'a>(&'a self, given: &'a Given, frame: &'a Frame<'a>) -> Resolved<'a> {
        self.evaluate_within(given, frame, HOPS_MAX).unwrap_or_else(Resolved::Fault)
    }

    fn evaluate_within<'a>(&'a self, given: &'a Given, frame: &'a Frame<'a>, hops: u8) -> Result<Resolved<'a>, Fault> {
        if hops == 0 {
            let place = format!("{}.{}", frame.object.type_name, frame.field.name);
            return Err(Fault::new(format!("the data of {place} refers to itself")));
        }
        let form = match given {
            Given::Leaf(value) => return Ok(Resolved::Json(Cow::Borrowed(value))),
            Given::List(items) => return Ok(Resolved::List(items.iter().map(Resolved::Given).collect())),
            Given::Record(id) => return Ok(self.record_object(id)),
            Given::Object(object) => {
                let record = object.record.as_ref().and_then(|id| self.data_file.record(id));
                let number = object.number.unwrap_or(frame.object.number);
                let bare = Object::bare(&object.type_name, number, frame.object.depth);
                return Ok(Resolved::Object(Object { inline: Some(object), record, around: Some(frame), ..bare }));
            }
            Given::Form(form) => form,
        };
        match form {
            Form::Find { type_name, conditions } => self.find(type_name, conditions, frame, hops),
            Form::List { items, conditions, skip, first } => {
                let items = self.items(items, conditions, frame, hops)?;
                let skip = self.count(skip.as_ref(), frame)?.unwrap_or(0);
                let first = self.count(first.as_ref(), frame)?.unwrap_or(usize::MAX);
                Ok(Resolved::List(items.into_iter().skip(skip).take(first).collect()))
            }
            Form::Argument(path) => {
                let argument = argument(path, frame);
                Ok(Resolved::Json(argument.map_or(Cow::Owned(Value::Null), Cow::Borrowed)))
            }
            Form::From(path) => self.field_at(path, frame, hops),
            Form::Template(parts) => self.template(parts, frame, hops).map(|text| owned(Value::from(text))),
            Form::Sum(operands) => self.sum(operands, frame, hops).map(|number| owned(Value::Number(number))),
            Form::Counter { name, add } => self.count_up(name, add, frame, hops).map(owned),
            Form::Error { message, extensions } => {
                Err(Fault { message: message.clone(), extensions: extensions.clone() })
            }
            Form::Raw(value) => Ok(Resolved::Raw(value)),
        }
    }

    fn find<'a>(
        &'a self,
        type_name: &str,
        conditions: &[Condition],
        frame: &'a Frame<'a>,
        hops: u8,
    ) -> Result<Resolved<'a>, Fault> {
        let wanted = self.wanted(conditions, frame, hops)?;
        if wanted.is_empty() {
            return Ok(owned(Value::Null));
        }
        for id in self.data_file.records_of(&self.schema, type_name) {
            let record = self.record_object(&id);
            if self.fulfils(&record, &wanted, frame, hops)? {
                return Ok(record);
            }
        }
        Ok(owned(Value::Null))
    }

    fn items<'a>(
        &'a self,
        items: &'a ListItems,
        conditions: &[Condition],
        frame: &'a Frame<'a>,
        hops: u8,
    ) -> Result<Vec<Resolved<'a>>, Fault> {
        let wanted = self.wanted(conditions, frame, hops)?;
        let all: Vec<Resolved<'a>> = match items {
            ListItems::Records(type_name) => {
                let ids = self.data_file.records_of(&self.schema, type_name);
                ids.iter().map(|id: &RecordId| self.record_object(id)).collect()
            }
            ListItems::Given(items) => items.iter().map(Resolved::Given).collect(),
        };
        let mut kept = Vec::new();
        for item in all {
            if wanted.is_empty() || self.fulfils(&item, &wanted, frame, hops)? {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    /// The conditions that say something: path and wanted value.
    fn wanted<'c>(
        &self,
        conditions: &'c [Condition],
        frame: &Frame<'_>,
        hops: u8,
    ) -> Result<Vec<(&'c [String], Value)>, Fault> {
        let mut wanted = Vec::new();
        for condition in conditions {
            let value = self.operand(&condition.operand, frame, hops)?;
            if !value.is_null() {
                wanted.push((condition.path.as_slice(), value));
            }
        }
        Ok(wanted)
    }

    fn fulfils<'a>(
        &'a self,
        item: &Resolved<'a>,
        wanted: &[(&[String], Value)],
        frame: &'a Frame<'a>,
        hops: u8,
    ) -> Result<bool, Fault> {
        for (path, wanted) in wanted {
            let start = match item {
                Resolved::Given(given) => self.evaluate_within(given, frame, hops - 1)?,
                Resolved::Object(object) => Resolved::Object(object.clone()),
                _ => return Ok(false),
            };
            let found = match self.walk(start, path, frame, hops)? {
                Some(Resolved::Json(value)) => leaf_text(&value),
                _ => return Ok(false),
            };
            let is_equal = match wanted {
                Value::Array(items) => items.iter().any(|item| leaf_text(item) == found),
                single => leaf_text(single) == found,
            };
            if !is_equal {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The value of a field of this object, or of the nearest object around it that has one.
    fn field_at<'a>(&'a self, path: &[String], frame: &'a Frame<'a>, hops: u8) -> Result<Resolved<'a>, Fault> {
        let mut place = Some(frame);
        while let Some(here) = place {
            let head = path.first().map(String::as_str).unwrap_or_default();
            if let Some(value) = self.value_of(here.object, head)
                && let Some(found) = self.walk(value, &path[1..], frame, hops)?
            {
                return Ok(found);
            }
            place = here.object.around;
        }
        Err(Fault::new(format!(
            "{}.{} needs `{}`, which is neither in the representation nor in the data",
            frame.object.type_name,
            frame.field.name,
            path.join(".")
        )))
    }

    /// Follows `path` down from a value; none where it has no such field.
    fn walk<'a>(
        &'a self,
        value: Resolved<'a>,
        path: &[String],
        frame: &'a Frame<'a>,
        hops: u8,
    ) -> Result<Option<Resolved<'a>>, Fault> {
        let value = match value {
            Resolved::Given(given) => self.evaluate_within(given, frame, hops.saturating_sub(1))?,
            other => other,
        };
        let Some((head, rest)) = path.split_first() else { return Ok(Some(value)) };
        let next = match value {
            Resolved::Object(object) => self.value_of(&object, head),
            Resolved::Json(Cow::Borrowed(Value::Object(object))) => {
                object.get(head).map(|value| Resolved::Json(Cow::Borrowed(value)))
            }
            Resolved::Json(Cow::Borrowed(Value::Null)) => return Ok(Some(owned(Value::Null))),
            Resolved::Json(Cow::Borrowed(Value::Array(items))) => {
                let items = items.iter().map(|item| Resolved::Json(Cow::Borrowed(item))).collect();
                return self.walk_items(items, path, frame, hops);
            }
            Resolved::List(items) => return self.walk_items(items, path, frame, hops),
            _ => None,
        };
        next.map_or(Ok(None), |next| self.walk(next, rest, frame, hops))
    }

    /// Follows `path` down from each item: a list of what is found.
    fn walk_items<'a>(
        &'a self,
        items: Vec<Resolved<'a>>,
        path: &[String],
        frame: &'a Frame<'a>,
        hops: u8,
    ) -> Result<Option<Resolved<'a>>, Fault> {
        let mut found = Vec::with_capacity(items.len());
        for item in items {
            match self.walk(item, path, frame, hops)? {
                Some(value) => found.push(value),
                None => return Ok(None),
            }
        }
        Ok(Some(Resolved::List(found)))
    }

    fn operand(&self, operand: &Operand, frame: &Frame<'_>, hops: u8) -> Result<Value, Fault> {
        match operand {
            Operand::Constant(value) => Ok(value.clone()),
            Operand::Argument(path) => Ok(argument(path, frame).cloned().unwrap_or(Value::Null)),
            Operand::Field(path) => self.plain(self.field_at(path, frame, hops)?, frame, hops),
        }
    }

    /// A value as JSON, for templates and sums. Objects have no plain form.
    fn plain<'a>(&'a self, value: Resolved<'a>, frame: &'a Frame<'a>, hops: u8) -> Result<Value, Fault> {
        match value {
            Resolved::Json(value) => Ok(value.into_owned()),
            Resolved::Raw(value) => Ok(value.clone()),
            Resolved::Given(given) => {
                let value = self.evaluate_within(given, frame, hops.saturating_sub(1))?;
                self.plain(value, frame, hops.saturating_sub(1))
            }
            Resolved::List(items) => {
                items.into_iter().map(|item| self.plain(item, frame, hops)).collect::<Result<_, _>>().map(Value::Array)
            }
            Resolved::Fault(fault) => Err(fault),
            Resolved::Object(_) | Resolved::Invented { .. } => {
                Err(Fault::new(format!("{} reads an object where it needs a plain value", frame.field.name)))
            }
        }
    }

    fn template(&self, parts: &[TemplatePart], frame: &Frame<'_>, hops: u8) -> Result<String, Fault> {
        let mut text = String::new();
        for part in parts {
            match part {
                TemplatePart::Text(plain) => text.push_str(plain),
                TemplatePart::Value(operand) => text.push_str(&leaf_text(&self.operand(operand, frame, hops)?)),
            }
        }
        Ok(text)
    }

    fn sum(&self, operands: &[Operand], frame: &Frame<'_>, hops: u8) -> Result<Number, Fault> {
        let mut whole: i64 = 0;
        let mut fraction: Option<f64> = None;
        for operand in operands {
            let value = self.operand(operand, frame, hops)?;
            match (value.as_i64(), value.as_f64()) {
                (Some(number), _) => whole = whole.saturating_add(number),
                (None, Some(number)) => fraction = Some(fraction.unwrap_or_default() + number),
                (None, None) => {
                    return Err(Fault::new(format!("{} adds up numbers, and {value} is none", frame.field.name)));
                }
            }
        }
        let number = match fraction {
            None => Some(Number::from(whole)),
            Some(fraction) => Number::from_f64(fraction + whole as f64),
        };
        number.ok_or_else(|| Fault::new(format!("the sum of {} is no finite number", frame.field.name)))
    }

    fn count(&self, operand: Option<&Operand>, frame: &Frame<'_>) -> Result<Option<usize>, Fault> {
        let Some(operand) = operand else { return Ok(None) };
        match self.operand(operand, frame, HOPS_MAX)? {
            Value::Null => Ok(None),
            value => match value.as_u64().and_then(|count| usize::try_from(count).ok()) {
                Some(count) => Ok(Some(count)),
                None => Err(Fault::new(format!("{} counts items, and {value} is no count", frame.field.name))),
            },
        }
    }

    fn count_up(&self, name: &str, add: &Operand, frame: &Frame<'_>, hops: u8) -> Result<Value, Fault> {
        let add = self.operand(add, frame, hops)?;
        let Some(add) = add.as_i64() else {
            return Err(Fault::new(format!("the counter `{name}` adds whole numbers, and {add} is none")));
        };
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = counters.entry(name.to_owned()).or_default();
        *counter = counter.saturating_add(add);
        Ok(Value::from(*counter))
    }
}

/// What the client passed for an argument of this field, or of a field around it.
fn argument<'a>(path: &[String], frame: &Frame<'a>) -> Option<&'a Value> {
    let (head, rest) = path.split_first()?;
    let mut place: Option<&Frame<'a>> = Some(frame);
    while let Some(here) = place {
        if here.field.arguments.iter().any(|argument| argument.name == head.as_str()) {
            let value = here.arguments.get(head)?;
            return rest.iter().try_fold(value, |value, name| value.get(name));
        }
        place = here.object.around;
    }
    None
}

fn owned<'a>(value: Value) -> Resolved<'a> {
    Resolved::Json(Cow::Owned(value))
}

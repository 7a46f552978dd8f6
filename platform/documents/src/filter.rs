//! Filters: which documents are meant.

use std::borrow::Cow;

use crate::{Value, path::Path};

/// A condition on documents. Only what is there can fulfil a comparison: a missing field, or null, is neither less nor
/// more than anything, and equal to nothing but [`Value::Null`]. `not` turns that around.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(pub(crate) Condition);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    /// True if empty.
    All(Vec<Filter>),
    /// False if empty.
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Compare(Path, Comparison, Value),
    IsIn(Path, Vec<Value>),
    TextContains(Path, String),
    ContainsAny(Path, Vec<Value>),
    AnyElement(Path, Box<Filter>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

type PathText = Cow<'static, str>;

impl Filter {
    /// Every document.
    pub fn all() -> Filter {
        Filter(Condition::All(Vec::new()))
    }

    /// All of these.
    pub fn and(filters: impl IntoIterator<Item = Filter>) -> Filter {
        Filter(Condition::All(filters.into_iter().collect()))
    }

    /// At least one of these; none of them if there are none.
    pub fn or(filters: impl IntoIterator<Item = Filter>) -> Filter {
        Filter(Condition::Any(filters.into_iter().collect()))
    }

    /// The documents that the filter leaves out.
    #[expect(clippy::should_implement_trait, reason = "it is used like `and` and `or`, which are no operators either")]
    pub fn not(filter: Filter) -> Filter {
        Filter(Condition::Not(Box::new(filter)))
    }

    pub fn eq(path: impl Into<PathText>, value: impl Into<Value>) -> Filter {
        compare(path, Comparison::Equal, value)
    }

    pub fn lt(path: impl Into<PathText>, value: impl Into<Value>) -> Filter {
        compare(path, Comparison::Less, value)
    }

    pub fn lte(path: impl Into<PathText>, value: impl Into<Value>) -> Filter {
        compare(path, Comparison::LessOrEqual, value)
    }

    pub fn gt(path: impl Into<PathText>, value: impl Into<Value>) -> Filter {
        compare(path, Comparison::Greater, value)
    }

    pub fn gte(path: impl Into<PathText>, value: impl Into<Value>) -> Filter {
        compare(path, Comparison::GreaterOrEqual, value)
    }

    /// The field has one of these values.
    pub fn is_in<T: Into<Value>>(path: impl Into<PathText>, values: impl IntoIterator<Item = T>) -> Filter {
        Filter(Condition::IsIn(Path::new(path), values.into_iter().map(Into::into).collect()))
    }

    /// The field is missing or null.
    pub fn is_null(path: impl Into<PathText>) -> Filter {
        compare(path, Comparison::Equal, Value::Null)
    }

    /// The text has this text in it. Capital and small letters of ASCII are alike; others are as they are.
    pub fn text_contains(path: impl Into<PathText>, text: impl Into<String>) -> Filter {
        Filter(Condition::TextContains(Path::new(path), text.into()))
    }

    /// The array has this element.
    pub fn contains(path: impl Into<PathText>, value: impl Into<Value>) -> Filter {
        Filter(Condition::ContainsAny(Path::new(path), vec![value.into()]))
    }

    /// The array has at least one of these elements.
    pub fn contains_any<T: Into<Value>>(path: impl Into<PathText>, values: impl IntoIterator<Item = T>) -> Filter {
        Filter(Condition::ContainsAny(Path::new(path), values.into_iter().map(Into::into).collect()))
    }

    /// The array has an object of which the filter is true; the filter's paths begin at that object.
    pub fn any_element(path: impl Into<PathText>, filter: Filter) -> Filter {
        Filter(Condition::AnyElement(Path::new(path), Box::new(filter)))
    }
}

fn compare(path: impl Into<PathText>, comparison: Comparison, value: impl Into<Value>) -> Filter {
    Filter(Condition::Compare(Path::new(path), comparison, value.into()))
}

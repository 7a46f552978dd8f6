//! Attributes: free-form, typed facts of products and variants. Where the category defines one of that name, its kind,
//! unit and choices are checked; other names are free.

use super::{Checks, Label, Number, Refusal, Refusals, Refused};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, fmt};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attribute {
    pub name: Label,
    pub value: AttributeValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AttributeValue {
    Text(String),
    Number { number: Number, unit: Option<Label> },
    Boolean(bool),
    Choice(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttributeKind {
    Text,
    Number,
    Boolean,
    Choice,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttributeDefinition {
    pub name: Label,
    pub kind: AttributeKind,
    pub unit: Option<Label>,
    pub choices: Vec<Label>,
    pub is_required: bool,
}

/// An attribute as it is given, before anything is checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct GivenAttribute<'a> {
    pub name: &'a str,
    pub text: Option<&'a str>,
    pub number: Option<&'a str>,
    pub boolean: Option<bool>,
    pub unit: Option<&'a str>,
}

/// A definition as it is given, before anything is checked.
#[derive(Debug, Clone, Copy)]
pub struct GivenDefinition<'a> {
    pub name: &'a str,
    pub kind: AttributeKind,
    pub unit: Option<&'a str>,
    pub choices: &'a [String],
    pub is_required: bool,
}

impl fmt::Display for AttributeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            AttributeKind::Text => "TEXT",
            AttributeKind::Number => "NUMBER",
            AttributeKind::Boolean => "BOOLEAN",
            AttributeKind::Choice => "CHOICE",
        })
    }
}

impl Attribute {
    pub const COUNT_MAX: usize = 40;
    const NAME_CHARACTERS_MAX: usize = 60;
    const TEXT_CHARACTERS_MAX: usize = 500;
    const UNIT_CHARACTERS_MAX: usize = 20;

    /// Reads the attributes of one product or variant.
    pub fn read_all(
        given: &[GivenAttribute<'_>],
        definitions: &[&AttributeDefinition],
    ) -> Result<Vec<Attribute>, Refusals> {
        if given.len() > Self::COUNT_MAX {
            return Err(Refusal::LimitReached { what: "attributes", max: Self::COUNT_MAX }.into());
        }
        let mut checks = Checks::default();
        let mut names = HashSet::new();
        let mut attributes = Vec::with_capacity(given.len());
        for (index, one) in given.iter().enumerate() {
            let mut read = Self::read(one, definitions);
            if !names.insert(one.name) {
                read = Err(Refusal::AttributeTwice(one.name.to_owned()).at("name").into());
            }
            attributes.extend(checks.take_within(&index.to_string(), read.map_err(|refused| (*refused).into())));
        }
        checks.finish(Some(attributes))
    }

    /// The same attributes under the definitions of another category.
    pub fn refitted(
        attributes: &[Attribute],
        definitions: &[&AttributeDefinition],
    ) -> Result<Vec<Attribute>, Refusals> {
        let mut checks = Checks::default();
        let mut fitted = Vec::with_capacity(attributes.len());
        for Attribute { name, value } in attributes.iter().cloned() {
            let value = match (definitions.iter().find(|definition| definition.name == name), value) {
                (Some(definition), value) => definition.fitted(value).map_err(|refused| refused.refusal),
                (None, AttributeValue::Choice(choice)) => Ok(AttributeValue::Text(choice)),
                (None, value) => Ok(value),
            };
            fitted.extend(checks.take("categoryId", value).map(|value| Attribute { name, value }));
        }
        checks.finish(Some(fitted))
    }

    fn read(given: &GivenAttribute<'_>, definitions: &[&AttributeDefinition]) -> Result<Attribute, Box<Refused>> {
        let name = label(given.name, "a name", Self::NAME_CHARACTERS_MAX).map_err(|refusal| refusal.at("name"))?;
        let definition = definitions.iter().find(|definition| definition.name == name);
        let unit = given.unit.map(|unit| label(unit, "a unit", Self::UNIT_CHARACTERS_MAX)).transpose();
        let unit = unit.map_err(|refusal| refusal.at("unit"))?;
        let value = match (given.text, given.number, given.boolean, unit) {
            (Some(text), None, None, None) => AttributeValue::Text(text_value(text)?),
            (None, Some(number), None, unit) => {
                let number = Number::parse(number).map_err(|refusal| refusal.at("number"))?;
                AttributeValue::Number { number, unit }
            }
            (None, None, Some(boolean), None) => AttributeValue::Boolean(boolean),
            _ => return Err(Box::new(Refusal::AttributeInvalid.into())),
        };
        let value = match definition {
            Some(definition) => definition.fitted(value)?,
            None => value,
        };
        Ok(Attribute { name, value })
    }
}

fn label(text: &str, what: &'static str, characters_max: usize) -> Result<Label, Refusal> {
    Label::new(text, what, characters_max)
}

fn text_value(text: &str) -> Result<String, Refused> {
    let max = Attribute::TEXT_CHARACTERS_MAX;
    label(text, "a text", max).map(|text| text.as_str().to_owned()).map_err(|refusal| refusal.at("text"))
}

impl AttributeDefinition {
    pub const COUNT_MAX: usize = 30;
    pub const CHOICES_MAX: usize = 100;

    /// Reads the definitions of one category.
    pub fn read_all(given: &[GivenDefinition<'_>]) -> Result<Vec<AttributeDefinition>, Refusals> {
        if given.len() > Self::COUNT_MAX {
            return Err(Refusal::LimitReached { what: "attribute definitions", max: Self::COUNT_MAX }.into());
        }
        let mut checks = Checks::default();
        let mut names = HashSet::new();
        let mut definitions = Vec::with_capacity(given.len());
        for (index, one) in given.iter().enumerate() {
            let mut read = Self::read(one);
            if !names.insert(one.name) {
                read = Err(Refusal::DefinitionTwice(one.name.to_owned()).at("name").into());
            }
            definitions.extend(checks.take_within(&index.to_string(), read.map_err(|refused| (*refused).into())));
        }
        checks.finish(Some(definitions))
    }

    fn read(given: &GivenDefinition<'_>) -> Result<AttributeDefinition, Box<Refused>> {
        let name = label(given.name, "a name", Attribute::NAME_CHARACTERS_MAX).map_err(|refusal| refusal.at("name"))?;
        let unit = given.unit.map(|unit| label(unit, "a unit", Attribute::UNIT_CHARACTERS_MAX)).transpose();
        let unit = unit.map_err(|refusal| refusal.at("unit"))?;
        if given.choices.len() > Self::CHOICES_MAX {
            return Err(Refusal::LimitReached { what: "choices", max: Self::CHOICES_MAX }.at("choices").into());
        }
        let choices: Result<Vec<Label>, Refusal> =
            given.choices.iter().map(|choice| label(choice, "a choice", Attribute::NAME_CHARACTERS_MAX)).collect();
        let choices = choices.map_err(|refusal| refusal.at("choices"))?;
        let distinct: HashSet<&str> = choices.iter().map(Label::as_str).collect();
        let is_good = distinct.len() == choices.len()
            && choices.is_empty() == (given.kind != AttributeKind::Choice)
            && (unit.is_none() || given.kind == AttributeKind::Number);
        if !is_good {
            return Err(Box::new(Refusal::DefinitionInvalid.into()));
        }
        Ok(AttributeDefinition { name, kind: given.kind, unit, choices, is_required: given.is_required })
    }

    /// The value as an attribute of this definition: a text may be a choice, and a number takes the defined unit.
    fn fitted(&self, value: AttributeValue) -> Result<AttributeValue, Refused> {
        let name = || self.name.as_str().to_owned();
        match (self.kind, value) {
            (AttributeKind::Choice, AttributeValue::Text(choice) | AttributeValue::Choice(choice)) => {
                let is_known = self.choices.iter().any(|known| known.as_str() == choice);
                let unknown = || Refusal::AttributeChoiceUnknown { name: name(), choice: choice.clone() }.at("text");
                if is_known { Ok(AttributeValue::Choice(choice)) } else { Err(unknown()) }
            }
            (AttributeKind::Number, AttributeValue::Number { number, unit }) => match unit {
                Some(unit) if self.unit.as_ref() != Some(&unit) => {
                    let unit = self.unit.as_ref().map(|unit| unit.as_str().to_owned());
                    Err(Refusal::AttributeUnitMismatch { name: name(), unit }.at("unit"))
                }
                _ => Ok(AttributeValue::Number { number, unit: self.unit.clone() }),
            },
            (AttributeKind::Text, value @ AttributeValue::Text(_))
            | (AttributeKind::Boolean, value @ AttributeValue::Boolean(_)) => Ok(value),
            _ => Err(Refusal::AttributeKindMismatch { name: name(), wanted: self.kind }.into()),
        }
    }
}

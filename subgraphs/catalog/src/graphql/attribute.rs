//! Attributes and their definitions as GraphQL shows them.

use super::category::CategoryObject;
use crate::{
    commands::AttributeKindInput,
    domain::{Attribute, AttributeDefinition, AttributeValue},
};
use async_graphql::{Interface, Object, SimpleObject};
use hansa_subgraph_host::scalars::Decimal;

/// A fact about a product or a variant.
#[derive(Debug, Clone, Interface)]
#[graphql(name = "Attribute", field(name = "name", ty = "&String", desc = "What the fact is about."))]
pub(super) enum AttributeObject {
    Text(TextAttribute),
    Number(NumberAttribute),
    Boolean(BooleanAttribute),
    Choice(ChoiceAttribute),
}

/// Any text.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct TextAttribute {
    name: String,
    text: String,
}

/// A decimal number.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct NumberAttribute {
    name: String,
    number: Decimal,
    unit: Option<String>,
}

/// Yes or no.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct BooleanAttribute {
    name: String,
    boolean: bool,
}

/// One of the texts that the category offers.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct ChoiceAttribute {
    name: String,
    choice: String,
}

/// What an attribute of this name is, in a category and all beneath it.
#[derive(Debug, Clone)]
pub(super) struct AttributeDefinitionObject {
    pub(super) definition: AttributeDefinition,
    pub(super) category: CategoryObject,
}

impl From<&Attribute> for AttributeObject {
    fn from(attribute: &Attribute) -> AttributeObject {
        let name = attribute.name.as_str().to_owned();
        match &attribute.value {
            AttributeValue::Text(text) => AttributeObject::Text(TextAttribute { name, text: text.clone() }),
            AttributeValue::Number { number, unit } => {
                let unit = unit.as_ref().map(|unit| unit.as_str().to_owned());
                AttributeObject::Number(NumberAttribute { name, number: Decimal(number.to_string()), unit })
            }
            AttributeValue::Boolean(boolean) => AttributeObject::Boolean(BooleanAttribute { name, boolean: *boolean }),
            AttributeValue::Choice(choice) => AttributeObject::Choice(ChoiceAttribute { name, choice: choice.clone() }),
        }
    }
}

/// What an attribute of this name is, in a category and all beneath it.
#[Object(name = "AttributeDefinition")]
impl AttributeDefinitionObject {
    async fn name(&self) -> &str {
        self.definition.name.as_str()
    }

    async fn kind(&self) -> AttributeKindInput {
        self.definition.kind.into()
    }

    /// Of numbers.
    async fn unit(&self) -> Option<&str> {
        self.definition.unit.as_ref().map(|unit| unit.as_str())
    }

    /// Of kind CHOICE.
    async fn choices(&self) -> Vec<&str> {
        self.definition.choices.iter().map(|choice| choice.as_str()).collect()
    }

    /// Whether a product is published only with it.
    async fn is_required(&self) -> bool {
        self.definition.is_required
    }

    /// The category that defines it: this one or an ancestor.
    async fn category(&self) -> &CategoryObject {
        &self.category
    }
}

//! Who may do what: cedar policies, compiled into a context, asked before each command and each private field.
//!
//! What no policy permits is denied, and so is what a policy cannot evaluate.

use crate::Caller;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
};

/// The policies of one context.
pub struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
}

impl fmt::Debug for Policies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Policies").field("count", &self.set.policies().count()).finish()
    }
}

/// Policies that are no policies.
#[derive(Debug, thiserror::Error)]
#[error("could not read the policies, line {line}: {problem}")]
pub struct PoliciesError {
    pub line: usize,
    pub problem: String,
}

/// A value of a resource's attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    Text(String),
    Texts(Vec<String>),
    Flag(bool),
    Number(i64),
}

/// What an operation is done to.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Name of the type in policies, such as `Product`.
    pub type_name: &'static str,
    /// Empty for what does not exist yet.
    pub id: String,
    pub attributes: Vec<(&'static str, Attribute)>,
}

impl Resource {
    pub fn new(type_name: &'static str, id: impl fmt::Display) -> Resource {
        Resource { type_name, id: id.to_string(), attributes: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<Attribute>) -> Resource {
        self.attributes.push((name, value.into()));
        self
    }

    /// Adds an attribute only where there is a value; policies ask `resource has …`.
    pub fn with_optional(self, name: &'static str, value: Option<impl Into<Attribute>>) -> Resource {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Attribute::Text(text.to_owned())
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Attribute::Text(text)
    }
}

impl From<Vec<String>> for Attribute {
    fn from(texts: Vec<String>) -> Self {
        Attribute::Texts(texts)
    }
}

impl From<bool> for Attribute {
    fn from(flag: bool) -> Self {
        Attribute::Flag(flag)
    }
}

impl From<i64> for Attribute {
    fn from(number: i64) -> Self {
        Attribute::Number(number)
    }
}

impl<K: hansa_values::EntityKind> From<hansa_values::Id<K>> for Attribute {
    fn from(id: hansa_values::Id<K>) -> Self {
        Attribute::Text(id.to_string())
    }
}

impl Policies {
    /// # Errors
    /// Texts that are no policies, with the line.
    pub fn parse(text: &str) -> Result<Policies, PoliciesError> {
        let set = PolicySet::from_str(text).map_err(|error| PoliciesError { line: 0, problem: error.to_string() })?;
        Ok(Policies { set, authorizer: Authorizer::new() })
    }

    /// Whether `caller` may do `action` to `resource`.
    pub fn is_allowed(&self, caller: &Caller, action: &str, resource: &Resource) -> bool {
        match self.decide(caller, action, resource) {
            Ok(is_allowed) => is_allowed,
            Err(problem) => {
                tracing::error!(action, resource = resource.type_name, problem, "a policy decision failed: denied");
                false
            }
        }
    }

    fn decide(&self, caller: &Caller, action: &str, resource: &Resource) -> Result<bool, String> {
        let principal = uid("Caller", caller.subject.as_deref().unwrap_or("visitor"))?;
        let action = uid("Action", action)?;
        let subject = uid(resource.type_name, &resource.id)?;
        let entities = [
            Entity::new(principal.clone(), attributes_of(caller), HashSet::new()).map_err(|error| error.to_string())?,
            Entity::new(subject.clone(), resource_attributes(resource), HashSet::new())
                .map_err(|error| error.to_string())?,
        ];
        let entities = Entities::from_entities(entities, None).map_err(|error| error.to_string())?;
        let request = Request::new(principal, action, subject, Context::empty(), None).map_err(|e| e.to_string())?;
        let response = self.authorizer.is_authorized(&request, &self.set, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        Ok(response.decision() == Decision::Allow)
    }
}

fn uid(type_name: &str, id: &str) -> Result<EntityUid, String> {
    let type_name = EntityTypeName::from_str(type_name).map_err(|error| error.to_string())?;
    Ok(EntityUid::from_type_name_and_id(type_name, EntityId::new(id)))
}

fn attributes_of(caller: &Caller) -> HashMap<String, RestrictedExpression> {
    let texts = |texts: &[String]| {
        RestrictedExpression::new_set(texts.iter().map(|text| RestrictedExpression::new_string(text.clone())))
    };
    let mut attributes = HashMap::from([
        ("isAuthenticated".to_owned(), RestrictedExpression::new_bool(caller.is_authenticated())),
        ("roles".to_owned(), texts(&caller.roles)),
        ("scopes".to_owned(), texts(&caller.scopes)),
    ]);
    if let Some(user) = caller.user {
        attributes.insert("user".to_owned(), RestrictedExpression::new_string(user.to_string()));
    }
    if let Some(tenant) = caller.tenant {
        attributes.insert("tenant".to_owned(), RestrictedExpression::new_string(tenant.to_string()));
    }
    attributes
}

fn resource_attributes(resource: &Resource) -> HashMap<String, RestrictedExpression> {
    let text = |text: &String| RestrictedExpression::new_string(text.clone());
    let value = |attribute: &Attribute| match attribute {
        Attribute::Text(one) => text(one),
        Attribute::Texts(texts) => RestrictedExpression::new_set(texts.iter().map(text)),
        Attribute::Flag(flag) => RestrictedExpression::new_bool(*flag),
        Attribute::Number(number) => RestrictedExpression::new_long(*number),
    };
    resource.attributes.iter().map(|(name, attribute)| ((*name).to_owned(), value(attribute))).collect()
}

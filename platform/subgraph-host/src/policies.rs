//! Who may do what: cedar policies, compiled into a context, asked before each command and each private field.
//!
//! What no policy permits is denied, and so is what a policy cannot evaluate.

use crate::Caller;
use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    ParseErrors, PolicySet, Request, RestrictedExpression,
};
use miette::Diagnostic as _;
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
    str::FromStr,
    sync::{PoisonError, RwLock},
};

/// The policies of one context.
pub struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
    /// Names of resource types, which are costly to parse.
    type_names: RwLock<HashMap<&'static str, EntityTypeName>>,
    caller_type: EntityTypeName,
    action_type: EntityTypeName,
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

impl PoliciesError {
    fn of(text: &str, error: &ParseErrors) -> PoliciesError {
        let offset = error.labels().and_then(|mut labels| labels.next()).map_or(0, |label| label.offset());
        let line = text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        PoliciesError { line, problem: error.to_string() }
    }
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
        let set = PolicySet::from_str(text).map_err(|error| PoliciesError::of(text, &error))?;
        Ok(Policies {
            set,
            authorizer: Authorizer::new(),
            type_names: RwLock::default(),
            caller_type: built_in("Caller"),
            action_type: built_in("Action"),
        })
    }

    /// The operations that policies name, sorted.
    pub fn actions(&self) -> Vec<String> {
        let actions = self.set.policies().flat_map(|policy| match policy.action_constraint() {
            ActionConstraint::Any => Vec::new(),
            ActionConstraint::In(actions) => actions,
            ActionConstraint::Eq(action) => vec![action],
        });
        let names: BTreeSet<String> = actions.map(|action| action.id().unescaped().to_owned()).collect();
        names.into_iter().collect()
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
        let uid = |type_name, id: &str| EntityUid::from_type_name_and_id(type_name, EntityId::new(id));
        let principal = uid(self.caller_type.clone(), caller.subject.as_deref().unwrap_or("visitor"));
        let action = uid(self.action_type.clone(), action);
        let subject = uid(self.type_name(resource.type_name)?, &resource.id);
        let entity = |uid: &EntityUid, attributes| {
            Entity::new(uid.clone(), attributes, HashSet::new()).map_err(|error| error.to_string())
        };
        let entities = [entity(&principal, attributes_of(caller))?, entity(&subject, resource_attributes(resource)?)?];
        let entities = Entities::from_entities(entities, None).map_err(|error| error.to_string())?;
        let request = Request::new(principal, action, subject, Context::empty(), None);
        let request = request.map_err(|error| error.to_string())?;
        let response = self.authorizer.is_authorized(&request, &self.set, &entities);
        match response.diagnostics().errors().next() {
            Some(error) => Err(error.to_string()),
            None => Ok(response.decision() == Decision::Allow),
        }
    }

    fn type_name(&self, text: &'static str) -> Result<EntityTypeName, String> {
        let known = self.type_names.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let name = EntityTypeName::from_str(text).map_err(|error| error.to_string())?;
        self.type_names.write().unwrap_or_else(PoisonError::into_inner).insert(text, name.clone());
        Ok(name)
    }
}

fn built_in(type_name: &str) -> EntityTypeName {
    EntityTypeName::from_str(type_name).expect("a word is a type's name")
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

fn resource_attributes(resource: &Resource) -> Result<HashMap<String, RestrictedExpression>, String> {
    let text = |text: &String| RestrictedExpression::new_string(text.clone());
    let mut attributes = HashMap::with_capacity(resource.attributes.len());
    for (name, attribute) in &resource.attributes {
        let value = match attribute {
            Attribute::Text(one) => text(one),
            Attribute::Texts(texts) => RestrictedExpression::new_set(texts.iter().map(text)),
            Attribute::Flag(flag) => RestrictedExpression::new_bool(*flag),
            Attribute::Number(number) => RestrictedExpression::new_long(*number),
        };
        if attributes.insert((*name).to_owned(), value).is_some() {
            return Err(format!("the attribute {name} is given twice"));
        }
    }
    Ok(attributes)
}

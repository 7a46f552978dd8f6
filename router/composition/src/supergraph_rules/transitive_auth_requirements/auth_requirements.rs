//! Who may see an element: `@authenticated`, `@requiresScopes` and `@policy` as one requirement.

use crate::{merged_schema::MergedSchema, specs::Spec};
use apollo_compiler::{
    Node,
    ast::{DirectiveList, Value},
};

/// Local names of the directives; none where not linked.
#[derive(Debug)]
pub(crate) struct AuthDirectives {
    authenticated: Option<String>,
    requires_scopes: Option<String>,
    policy: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct AuthRequirements {
    is_authenticated: bool,
    scopes: Alternatives,
    policies: Alternatives,
}

/// One of these sets is needed as a whole. No set at all, like an empty one, demands nothing.
#[derive(Debug, Default)]
struct Alternatives(Vec<Vec<String>>);

impl AuthDirectives {
    pub(crate) fn linked(merged: &MergedSchema<'_>) -> Self {
        AuthDirectives {
            authenticated: merged.directive_name(Spec::Authenticated),
            requires_scopes: merged.directive_name(Spec::RequiresScopes),
            policy: merged.directive_name(Spec::Policy),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.authenticated.is_none() && self.requires_scopes.is_none() && self.policy.is_none()
    }

    /// What the directives of an element demand.
    pub(crate) fn of(&self, directives: &DirectiveList) -> AuthRequirements {
        let alternatives = |directive: &Option<String>, argument: &str| {
            let directive = directive.as_ref().and_then(|name| directives.get(name));
            Alternatives::of(directive.and_then(|directive| directive.specified_argument_by_name(argument)))
        };
        AuthRequirements {
            is_authenticated: self.authenticated.as_ref().is_some_and(|name| directives.has(name)),
            scopes: alternatives(&self.requires_scopes, "scopes"),
            policies: alternatives(&self.policy, "policies"),
        }
    }
}

impl AuthRequirements {
    /// Whether who meets both others meets these.
    pub(crate) fn is_implied_by(&self, others: &[&AuthRequirements; 2]) -> bool {
        let [a, b] = others;
        (!self.is_authenticated || a.is_authenticated || b.is_authenticated)
            && self.scopes.is_implied_by(&a.scopes, &b.scopes)
            && self.policies.is_implied_by(&a.policies, &b.policies)
    }
}

impl Alternatives {
    fn of(value: Option<&Node<Value>>) -> Self {
        let Some(value) = value else { return Alternatives::default() };
        let sets = value.as_list().unwrap_or(std::slice::from_ref(value));
        Alternatives(sets.iter().map(set).collect())
    }

    /// Whether each way to meet both others is a way to meet one of these.
    fn is_implied_by(&self, a: &Alternatives, b: &Alternatives) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let sets = |alternatives: &Alternatives| match alternatives.0.is_empty() {
            true => vec![Vec::new()],
            false => alternatives.0.clone(),
        };
        let (a, b) = (sets(a), sets(b));
        a.iter().all(|a| {
            b.iter().all(|b| {
                let is_held = |name: &String| a.contains(name) || b.contains(name);
                self.0.iter().any(|needed| needed.iter().all(is_held))
            })
        })
    }
}

fn set(value: &Node<Value>) -> Vec<String> {
    let names = value.as_list().unwrap_or(std::slice::from_ref(value));
    names.iter().filter_map(|name| name.as_str()).map(str::to_owned).collect()
}

//! Decisions: denied by default, and by mistake.

use crate::{
    Caller, Policies, Resource,
    testing::{member, policy_matrix, standard_callers, tenant_id, user, user_id},
};
use expect_test::expect;
use std::time::Instant;

const POLICIES: &str = r#"
// Everyone reads what is published.
permit(principal, action == Action::"thingRead", resource is Thing) when { resource.isPublished };
permit(principal, action in [Action::"thingUpdate", Action::"thingRead"], resource is Thing)
when { principal has tenant && principal.scopes.contains("catalog:write") && resource.tenant == principal.tenant };
permit(principal, action == Action::"draftRead", resource is Draft)
when { principal.isAuthenticated && resource.author == principal.user };
forbid(principal, action, resource is Thing) when { resource has isLocked && resource.isLocked };
"#;

fn policies() -> Policies {
    Policies::parse(POLICIES).unwrap()
}

fn thing(tenant: u128) -> Resource {
    Resource::new("Thing", "thing_1").with("tenant", tenant_id(tenant)).with("isPublished", false)
}

#[test]
fn what_nobody_permits_is_denied() {
    let editor = member(1, tenant_id(1), &["EDITOR"], &["catalog:write"]);
    let policies = policies();
    assert!(policies.is_allowed(&editor, "thingUpdate", &thing(1)));
    assert!(!policies.is_allowed(&editor, "thingUpdate", &thing(2)));
    assert!(!policies.is_allowed(&editor, "thingDelete", &thing(1)));
    assert!(!policies.is_allowed(&editor, "thingUpdate", &thing(1).with("isLocked", true)));
    assert!(!policies.is_allowed(&Caller::visitor(), "thingUpdate", &thing(1)));
}

#[test]
fn what_cannot_be_decided_is_denied() {
    let editor = member(1, tenant_id(1), &["EDITOR"], &["catalog:write"]);
    let policies = policies();
    // Without `isPublished`, one policy fails to evaluate; that another permits does not count then.
    let incomplete = Resource::new("Thing", "thing_1").with("tenant", tenant_id(1));
    assert!(!policies.is_allowed(&editor, "thingRead", &incomplete));
    assert!(!policies.is_allowed(&editor, "thingRead", &Resource::new("no type", "x")));
    assert!(!policies.is_allowed(&editor, "thingRead", &thing(1).with("isPublished", true).with("isPublished", "yes")));
}

#[test]
fn ids_are_texts_that_cannot_break_out() {
    let policies = policies();
    let draft = |author: String| Resource::new("Draft", "\"} || true //").with("author", author);
    assert!(policies.is_allowed(&user(1), "draftRead", &draft(user_id(1).to_string())));
    assert!(!policies.is_allowed(&user(1), "draftRead", &draft(user_id(2).to_string())));
    assert!(!policies.is_allowed(&user(1), "draftRead\" ", &draft(user_id(1).to_string())));
}

#[test]
fn says_where_policies_are_wrong() {
    for (text, line) in
        [("permit(principal, action, resource);\npermit(principl);", 2), ("\n\npermit", 3), ("nonsense", 1)]
    {
        let error = Policies::parse(text).unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(error.to_string().starts_with(&format!("could not read the policies, line {line}: ")), "{error}");
    }
}

#[test]
fn a_matrix_shows_every_decision() {
    let policies = policies();
    let mut cases = Vec::new();
    for operation in ["thingUpdate", "thingRead"] {
        cases.push((operation, "own tenant's", thing(1)));
        cases.push((operation, "another's", thing(2)));
    }
    let matrix = policy_matrix(&policies, &standard_callers(tenant_id(1)), &cases);
    expect![[r#"
        thingUpdate | own tenant's | merchant editor, merchant admin, merchant owner
        thingUpdate | another's | nobody
        thingRead | own tenant's | merchant editor, merchant admin, merchant owner
        thingRead | another's | nobody
        draftRead | in no case of this matrix
    "#]]
    .assert_eq(&matrix);
}

#[test]
fn a_decision_is_cheap() {
    let policies = policies();
    let editor = member(1, tenant_id(1), &["EDITOR"], &["catalog:write"]);
    let resource = thing(1);
    let started = Instant::now();
    let mut allowed = 0;
    for _ in 0..1000 {
        allowed += usize::from(policies.is_allowed(&editor, "thingUpdate", &resource));
    }
    assert_eq!(allowed, 1000);
    let each = started.elapsed() / 1000;
    println!("one decision: {each:?}");
    assert!(each.as_micros() < 5000, "one decision took {each:?}");
}

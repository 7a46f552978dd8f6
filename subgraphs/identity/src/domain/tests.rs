//! The rules, each with what it lets through and what it stops.

use crate::domain::{
    ApiKeyName, ApiKeyTerms, Email, EndReason, Membership, MembershipEvent, Password, PasswordFlaw, Refusal, Role,
    Roles, Scope, Scopes, Session, SessionEvent, Tenant, TenantHandle, TenantKind, TenantName, TokenUse, Username,
    membership::may_grant,
};
use chrono::{DateTime, TimeDelta, Utc};
use expect_test::expect;
use hansa_values::Id;
use std::fmt::Write as _;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn membership(roles: &[Role]) -> Membership {
    Membership {
        id: Id::from_uuid(Uuid::from_u128(1)),
        tenant: Id::from_uuid(Uuid::from_u128(2)),
        user: Id::from_uuid(Uuid::from_u128(3)),
        roles: roles_of(roles),
        created_at: now(),
        version: 1,
    }
}

fn roles_of(roles: &[Role]) -> Roles {
    Roles::new(roles.iter().copied()).unwrap()
}

#[test]
fn usernames_are_short_plain_and_lower_case() {
    for (text, name) in [("Ada", "ada"), ("a.b-c_d9", "a.b-c_d9"), (&"x".repeat(50), &"x".repeat(50))] {
        assert_eq!(Username::parse(text).unwrap().as_str(), name);
    }
    let long = "x".repeat(51);
    for text in ["", "ab", &long, "a b c", "ädä", "ada@home", ".ada", "ada-", "a\nda", "İda"] {
        assert_eq!(Username::parse(text), Err(Refusal::UsernameInvalid), "{text:?}");
    }
}

#[test]
fn addresses_are_kept_in_one_form() {
    for (text, address) in [
        (" Ada@Example.COM ", "ada@example.com"),
        ("a+b@mail.example.org", "a+b@mail.example.org"),
        ("jörg@müller.example", "jörg@müller.example"),
    ] {
        assert_eq!(Email::parse(text).unwrap().as_str(), address);
    }
    let long = format!("{}@{}.example", "a".repeat(64), "b.".repeat(100));
    for text in [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example",
        "a@b@example.com",
        "a b@example.com",
        "ada@.example.com",
        "ada@-a.example",
        "ada@example.com\r\nBcc: all@example.com",
        "<ada@example.com>",
        &long,
    ] {
        assert_eq!(Email::parse(text), Err(Refusal::EmailInvalid), "{text:?}");
    }
    assert_eq!(format!("{:?}", Email::parse("ada@example.com").unwrap()), "Email(…)");
}

#[test]
fn passwords_are_long_and_not_what_everybody_tries() {
    let username = Username::parse("ada.lovelace").unwrap();
    let refused = |text: &str| match Password::choose(text.to_owned(), &username) {
        Err(PasswordFlaw(reason)) => reason,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(refused("ninechars"), "it has fewer than 10 characters");
    assert_eq!(refused(&"long".repeat(33)), "it has more than 128 bytes");
    assert_eq!(refused("Ada.Lovelace"), "it is the username");
    for text in ["Password123", "QWERTYUIOP", "aaaaaaaaaaaa", "1212121212121"] {
        assert_eq!(refused(text), "it is one of those that are tried first", "{text}");
    }
    for text in ["ten chars!", "пароль, да!", &"a9-Z".repeat(32)] {
        let password = Password::choose(text.to_owned(), &username).unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}

#[test]
fn scopes_follow_from_the_kind_of_tenant_and_the_roles() {
    let mut table = String::new();
    for kind in [TenantKind::Merchant, TenantKind::Platform] {
        for role in Role::ALL {
            let scopes = roles_of(&[role]).scopes(kind);
            writeln!(table, "{:<9}{:<10}{scopes}", kind.as_str(), role.as_str()).unwrap();
        }
    }
    expect![[r#"
        MERCHANT OWNER     catalog:write inventory:read inventory:write orders:fulfil orders:read payments:read payments:write shipping:write tenant:admin tenant:read
        MERCHANT ADMIN     catalog:write inventory:read inventory:write orders:fulfil orders:read payments:read payments:write shipping:write tenant:admin tenant:read
        MERCHANT EDITOR    catalog:write inventory:read inventory:write orders:fulfil orders:read shipping:write tenant:read
        MERCHANT MODERATOR tenant:read
        MERCHANT MEMBER    tenant:read
        PLATFORM OWNER     catalog:taxonomy identity:operate payments:operate shipping:operate social:moderate tenant:admin tenant:read
        PLATFORM ADMIN     catalog:taxonomy identity:operate payments:operate shipping:operate social:moderate tenant:admin tenant:read
        PLATFORM EDITOR    tenant:read
        PLATFORM MODERATOR social:moderate tenant:read
        PLATFORM MEMBER    tenant:read
    "#]]
    .assert_eq(&table);
    let both = roles_of(&[Role::Editor, Role::Member]).scopes(TenantKind::Merchant);
    assert_eq!(
        both.to_string(),
        "catalog:write inventory:read inventory:write orders:fulfil orders:read shipping:write tenant:read"
    );
    assert_eq!(both.to_string().parse::<Scopes>().unwrap(), both);
    assert!("tenant:read nonsense".parse::<Scopes>().is_err());
}

#[test]
fn the_last_owner_stays() {
    let owner = roles_of(&[Role::Owner]);
    let admin = roles_of(&[Role::Admin]);
    let mut of_owner = membership(&[Role::Owner]);
    assert_eq!(of_owner.set_roles(admin.clone(), 1, &owner, 1), Err(Refusal::LastOwner));
    assert_eq!(of_owner.revoke(Some(&owner), 1), Err(Refusal::LastOwner));
    assert_eq!(of_owner.revoke(None, 1), Err(Refusal::LastOwner));
    assert!(of_owner.clone().revoke(None, 2).is_ok());
    let changed = of_owner.set_roles(admin, 1, &owner, 2).unwrap();
    assert_eq!(changed, MembershipEvent::RolesChanged { user: of_owner.user, roles: vec!["ADMIN"] });
    assert_eq!(of_owner.version, 2);
}

#[test]
fn only_owners_make_and_unmake_owners() {
    let admin = roles_of(&[Role::Admin]);
    let owner = roles_of(&[Role::Owner]);
    assert_eq!(may_grant(&owner, &admin), Err(Refusal::OwnerRequired));
    assert_eq!(may_grant(&owner, &owner), Ok(()));
    assert_eq!(may_grant(&admin, &admin), Ok(()));
    assert_eq!(membership(&[Role::Editor]).set_roles(owner.clone(), 1, &admin, 1), Err(Refusal::OwnerRequired));
    assert_eq!(membership(&[Role::Owner]).set_roles(admin.clone(), 1, &admin, 2), Err(Refusal::OwnerRequired));
    assert_eq!(membership(&[Role::Owner]).revoke(Some(&admin), 2), Err(Refusal::OwnerRequired));
    assert!(membership(&[Role::Editor]).set_roles(admin.clone(), 1, &admin, 1).is_ok());
    assert_eq!(
        membership(&[Role::Editor]).set_roles(admin.clone(), 7, &admin, 1),
        Err(Refusal::VersionConflict { current: 1 })
    );
    assert_eq!(Roles::new([]), Err(Refusal::RolesInvalid));
}

#[test]
fn a_session_lives_30_days_and_no_used_token_refreshes_it() {
    let (id, user) = (Id::from_uuid(Uuid::from_u128(1)), Id::from_uuid(Uuid::from_u128(2)));
    let (session, created) = Session::start(id, user, None, now());
    assert_eq!(created, SessionEvent::Created { user, expires_at: now() + TimeDelta::days(30) });
    let almost = now() + TimeDelta::days(30) - TimeDelta::seconds(1);
    let mut refreshed = session.clone();
    assert_eq!(refreshed.refresh(TokenUse::Current, almost), Ok(()));
    assert_eq!(refreshed.expires_at, session.expires_at, "refreshing does not make it longer");
    assert_eq!(session.clone().refresh(TokenUse::UsedBefore, almost), Err(Refusal::RefreshTokenReused));
    let mut over = session.clone();
    assert_eq!(over.refresh(TokenUse::Current, session.expires_at), Err(Refusal::SessionEnded));
    assert_eq!(over.end(EndReason::SignedOut, session.expires_at), None);
    let ended = over.end(EndReason::SignedOut, now());
    assert_eq!(ended, Some(SessionEvent::Revoked { user, reason: "signed_out" }));
    assert_eq!(over.end(EndReason::SignedOut, now()), None);
    assert_eq!(over.refresh(TokenUse::Current, now()), Err(Refusal::SessionEnded));
}

#[test]
fn keys_have_no_more_than_their_makers() {
    let has = Scopes::new([Scope::TenantRead, Scope::CatalogWrite]);
    let check = |scopes: &[Scope], days: Option<i64>| {
        let expires_at = days.map(|days| now() + TimeDelta::days(days));
        let name = ApiKeyName::parse("Import").unwrap();
        ApiKeyTerms { name, scopes: Scopes::new(scopes.iter().copied()), expires_at }.check(&has, now())
    };
    assert_eq!(check(&[Scope::CatalogWrite], None), Ok(()));
    assert_eq!(check(&[Scope::CatalogWrite, Scope::TenantRead], Some(731)), Ok(()));
    assert_eq!(check(&[], None), Err(Refusal::ScopesInvalid));
    assert_eq!(check(&[Scope::TenantAdmin], None), Err(Refusal::ScopesInvalid));
    for days in [-1, 0, 732] {
        assert_eq!(check(&[Scope::TenantRead], Some(days)), Err(Refusal::ExpiryInvalid));
    }
}

#[test]
fn handles_and_names_are_readable() {
    assert!(TenantHandle::parse("north-sea-9").is_ok());
    let long = "x".repeat(51);
    for text in ["", "ab", "-abc", "abc-", "Abc", "a_c", "a.c", &long] {
        assert_eq!(TenantHandle::parse(text), Err(Refusal::HandleInvalid), "{text}");
    }
    assert!(TenantName::parse("Möwe & Söhne").is_ok());
    let long = "ö".repeat(101);
    for text in ["", " a", "a ", "a\nb", "a\u{0}", &long] {
        assert_eq!(TenantName::parse(text), Err(Refusal::NameInvalid), "{text:?}");
        assert_eq!(ApiKeyName::parse(text), Err(Refusal::NameInvalid), "{text:?}");
    }
}

#[test]
fn a_stale_version_renames_nothing() {
    let mut tenant = Tenant {
        id: Id::from_uuid(Uuid::from_u128(1)),
        handle: TenantHandle::parse("moewe").unwrap(),
        name: TenantName::parse("Möwe").unwrap(),
        kind: TenantKind::Merchant,
        created_at: now(),
        suspended_at: None,
        version: 3,
    };
    let name = TenantName::parse("Möwe & Söhne").unwrap();
    assert_eq!(tenant.rename(name.clone(), 2), Err(Refusal::VersionConflict { current: 3 }));
    assert!(tenant.rename(name, 3).is_ok());
    assert_eq!((tenant.name.as_str(), tenant.version), ("Möwe & Söhne", 4));
}

#[test]
fn every_code_is_on_the_list_once() {
    assert!(Refusal::CODES.is_sorted_by(|one, other| one < other));
    let refusals = [Refusal::UsernameTaken, Refusal::NotFound { field: "id" }, Refusal::LimitReached(3)];
    assert!(refusals.iter().all(|refusal| Refusal::CODES.contains(&refusal.code())));
}

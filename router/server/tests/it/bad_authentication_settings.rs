//! Settings of issuers, passports and identity headers that would let anybody in, or nobody.

use crate::bad_settings::load;

#[track_caller]
fn refuses(cases: &[(&str, &str)]) {
    for (yaml, expected) in cases {
        let error = load(yaml, &[], &[]).unwrap_err();
        assert!(error.contains(expected), "{yaml}: {error}");
        assert!(error.starts_with("./hansa.yaml:1:"), "{yaml}: {error}");
    }
}

#[test]
fn clients_cannot_say_who_they_are() {
    refuses(&[
        ("headers: { all: [{ propagate: { named: hansa-passport } }] }", "`hansa-passport` is the router's own"),
        ("headers: { all: [{ insert: { name: Hansa-Passport, value: x } }] }", "`hansa-passport` is the router's own"),
        ("headers: { all: [{ propagate: { named: a, rename: hansa-passport } }] }", "the router's own"),
        ("headers: { subgraphs: { a: [{ remove: { named: hansa-passport } }] } }", "the router's own"),
        ("headers: { all: [{ propagate: { named: X_Tenant_ID } }] }", "`x_tenant_id` says who is calling"),
        ("headers: { all: [{ propagate: { named: a, rename: x-user } }] }", "`x-user` says who is calling"),
    ]);
}

#[test]
fn rotation_is_possible() {
    refuses(&[
        ("passport: { rotation: 1h }", "has no effect without `passport.keys_file`"),
        ("passport: { keys_file: a, rotation: 9m }", "must be at least 10m"),
    ]);
}

#[test]
fn issuers_are_complete() {
    refuses(&[
        ("authentication: { required: true }", "no issuer"),
        ("authentication: { leeway: 31s }", "must be at most 30s"),
        ("authentication: { issuers: [{}] }", "set `issuer` to the `iss`"),
        ("authentication: { issuers: [{ issuer: a }] }", "`a` needs `audiences`"),
        ("authentication: { issuers: [{ issuer: a, audiences: [b] }] }", "`a` needs `algorithms`"),
        ("authentication: { issuers: [{ issuer: a, audiences: [b], algorithms: [RS256] }] }", "either `jwks.url` or"),
        (
            "authentication: { issuers: [{ issuer: a, audiences: [b], algorithms: [RS256], jwks: { url: 'http://a/b', file: c } }] }",
            "either `jwks.url` or",
        ),
        (
            "authentication: { issuers: [{ issuer: a, audiences: [b], algorithms: [RS256], jwks: { url: 'ftp://a/b' } }] }",
            "`ftp://a/b` of `a` is no URL",
        ),
        (
            "authentication: { issuers: [{ issuer: a, audiences: [b], algorithms: [RS256], jwks: { url: 'http://a/b', refresh: 999ms } }] }",
            "`jwks.refresh` of `a` must be at least 1s",
        ),
        (
            "authentication: { issuers: [{ issuer: a, audiences: [b], algorithms: [RS256], jwks: { url: 'http://a/b', timeout: 0s } }] }",
            "`jwks.timeout` of `a` is no time at all",
        ),
        (
            "authentication: { issuers: [{ issuer: a, audiences: [b], algorithms: [RS256], jwks: { file: c }, types: [] }] }",
            "`a` needs `types`",
        ),
        (
            "authentication: { issuers: [&i { issuer: a, audiences: [b], algorithms: [RS256], jwks: { file: c } }, *i] }",
            "`a` is there twice",
        ),
    ]);
}

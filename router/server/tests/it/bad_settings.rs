//! Settings that are unknown, misspelt, of the wrong type or contradictory: each names its key, its place and the
//! nearest right one.

use hansa_server::{ByteSize, Config, HeaderRule, Mode, Override, Span, Switch};
use std::path::Path;

pub(crate) fn load(yaml: &str, variables: &[(&str, &str)], flags: &[(&str, &str, &str)]) -> Result<Config, String> {
    let folder =
        std::env::temp_dir().join(format!("hansa-settings-{}-{:?}", std::process::id(), std::thread::current().id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("hansa.yaml");
    std::fs::write(&file, yaml).unwrap();
    let result = load_file(&file, variables, flags);
    std::fs::remove_dir_all(&folder).unwrap();
    result.map_err(|error| error.replace(folder.to_str().unwrap(), "."))
}

fn load_file(file: &Path, variables: &[(&str, &str)], flags: &[(&str, &str, &str)]) -> Result<Config, String> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let overrides: Vec<Override> = flags
        .iter()
        .map(|(flag, key, value)| Override {
            key: (*key).to_owned(),
            value: (*value).to_owned(),
            flag: (*flag).to_owned(),
        })
        .collect();
    Config::load(Some(file), variables, &overrides).map_err(|error| error.to_string())
}

#[test]
fn later_sources_win() {
    let yaml = "\
listen: 0.0.0.0:80
limits:
  depth_max: 7
  body_bytes_max: 1MiB
playground: on
mode: development
subgraphs:
  catalog:
    url: http://catalog/graphql
    timeout: 500ms
headers:
  all:
    - propagate: { named: authorization }
    - insert: { name: x-router, value: hansa }
cors:
";
    let variables = [
        ("HANSA_LISTEN", "127.0.0.1:81"),
        ("HANSA_LIMITS__DEPTH_MAX", "8"),
        ("HANSA_CORS__ORIGINS", "https://a.example, https://b.example"),
        ("HANSA_CORS__CREDENTIALS", "true"),
        ("HANSA_SUBGRAPHS__CATALOG__URL", "http://elsewhere/graphql"),
        ("HANSA_CONFIG", "ignored"),
        ("HANSA_SERVICE_HOST", "ignored: from Kubernetes"),
        ("HANSA_PORT_4000_TCP_ADDR", "ignored: from Kubernetes"),
        ("OTHER", "ignored"),
    ];
    let config = load(yaml, &variables, &[("--listen", "listen", "127.0.0.1:82")]).unwrap();
    assert_eq!(config.listen.port(), 82);
    assert_eq!(config.limits.depth_max, 8);
    assert_eq!(config.limits.body_bytes_max, ByteSize::from_mib(1));
    assert_eq!(config.playground, Switch::On);
    assert_eq!(config.mode, Mode::Development);
    assert_eq!(config.cors.origins, ["https://a.example", "https://b.example"]);
    assert!(config.cors.credentials);
    let catalog = &config.subgraphs["catalog"];
    assert_eq!(catalog.url.as_deref(), Some("http://elsewhere/graphql"));
    assert_eq!(catalog.timeout, Some(Span::from_millis(500)));
    assert!(matches!(config.headers.all[..], [HeaderRule::Propagate(_), HeaderRule::Insert(_)]));
}

#[test]
fn nothing_at_all_is_the_default() {
    assert_eq!(load("", &[], &[]).unwrap(), Config::default());
    assert_eq!(load("# nothing yet\n", &[], &[]).unwrap(), Config::default());
}

#[test]
fn wrong_files_name_key_place_and_nearest() {
    let cases = [
        ("lisen: 1", "./hansa.yaml:1:1: unknown setting `lisen`; did you mean `listen`?"),
        (
            "limits:\n  dept_max: 1",
            "./hansa.yaml:2:3: unknown setting `limits.dept_max`; did you mean `limits.depth_max`?",
        ),
        (
            "mode: prodction",
            "./hansa.yaml:1:7: wrong value for `mode`: `prodction` is not one of `production`, `development`; did you mean `production`?",
        ),
        (
            "limits:\n  depth_max: many",
            "./hansa.yaml:2:14: wrong value for `limits.depth_max`: the text `many` is not a whole number in the right range",
        ),
        (
            "limits:\n  depth_max: -1",
            "./hansa.yaml:2:14: wrong value for `limits.depth_max`: the number -1 is not a whole number in the right range",
        ),
        (
            "request_timeout: 5",
            "./hansa.yaml:1:18: wrong value for `request_timeout`: the number 5 is not a duration with its unit, such as 500ms, 10s, 2m or 1h",
        ),
        (
            "request_timeout: 5 seconds",
            "./hansa.yaml:1:18: wrong value for `request_timeout`: `5 seconds` is no duration; write a whole number and a unit, such as 500ms, 10s, 2m or 1h",
        ),
        (
            "limits: { body_bytes_max: 2MB }",
            "./hansa.yaml:1:27: wrong value for `limits.body_bytes_max`: `2MB` is no size; write a whole number and a unit, such as 512B, 64KiB, 2MiB or 1GiB",
        ),
        (
            "listen: nowhere",
            "./hansa.yaml:1:9: wrong value for `listen`: `nowhere` is no address; write numbers and a port, such as 127.0.0.1:4000, 0.0.0.0:4000 or [::1]:4000",
        ),
        (
            "headers:\n  all:\n    - propagat: { named: a }",
            "./hansa.yaml:3:7: wrong value for `headers.all`: `propagat` is not one of `propagate`, `insert`, `remove`; did you mean `propagate`?",
        ),
        (
            "subgraphs:\n  catalog:\n    uri: x",
            "./hansa.yaml:3:5: unknown setting `subgraphs.catalog.uri`; did you mean `subgraphs.catalog.url`?",
        ),
        (
            "subgraph_defaults:\n  accept_encodings: [gzip, lz4]",
            "./hansa.yaml:2:28: wrong value for `subgraph_defaults.accept_encodings`: `lz4` is not one of `gzip`, `br`, `zstd`",
        ),
        (
            "authentication:\n  issuers:\n    - algorithms: [HS256]",
            "./hansa.yaml:3:20: wrong value for `authentication.issuers.algorithms`: `HS256` is not one of `EdDSA`, `ES256`, `ES384`, `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`; did you mean `ES256`?",
        ),
    ];
    for (yaml, expected) in cases {
        assert_eq!(load(yaml, &[], &[]).unwrap_err(), expected, "{yaml}");
    }
    let error = load("a: [", &[], &[]).unwrap_err();
    assert!(error.starts_with("./hansa.yaml:1:") && error.contains("not valid YAML"), "{error}");
    let error = load("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2", &[], &[]).unwrap_err();
    assert_eq!(error, "./hansa.yaml:2:1: not valid YAML: duplicate mapping key: listen");
    let error = load_file(Path::new("./missing.yaml"), &[], &[]).unwrap_err();
    assert_eq!(error, "could not read the configuration file ./missing.yaml");
}

#[test]
fn networks_are_networks() {
    let no_network =
        "is no network; write an address or a prefix, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32".to_owned();
    let cases = [
        ("proxy.internal", no_network.clone()),
        ("10.0.0.0/33", no_network.clone()),
        ("10.0.0.0/", no_network.clone()),
        ("10.0.0.0/+8", no_network.clone()),
        ("10.0.0.0/8/8", no_network.clone()),
        ("10.0.0/8", no_network.clone()),
        ("2001:db8::/129", no_network),
        ("10.1.2.3/8", "has bits after its prefix; the network is 10.0.0.0/8".to_owned()),
        ("::ffff:10.0.0.0/104", "is an IPv4 network in IPv6's clothes; write it as IPv4".to_owned()),
        ("0.0.0.0/0", "is every address there is: nobody would be left to be a client".to_owned()),
    ];
    for (text, expected) in cases {
        let error = load(&format!("trusted_proxies:\n  - 127.0.0.1\n  - {text}"), &[], &[]).unwrap_err();
        assert_eq!(error, format!("./hansa.yaml:3:5: wrong value for `trusted_proxies`: `{text}` {expected}"));
    }
    let variables = [("HANSA_TRUSTED_PROXIES", "10.0.0.0/8, ::1")];
    let trusted = load("", &variables, &[]).unwrap().trusted_proxies;
    assert_eq!(trusted.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8", "::1"]);
}

#[test]
fn sections_are_sections_and_lists_are_lists() {
    let cases = [
        (
            "limits: 5",
            "./hansa.yaml:1:9: wrong value for `limits`: the number 5 is not a section: settings, each with its key",
        ),
        (
            "- listen",
            "./hansa.yaml:1:1: wrong value for `(the whole file)`: a list is not a section: settings, each with its key",
        ),
        (
            "headers:\n  all:\n    - propagate: authorization",
            "./hansa.yaml:3:18: wrong value for `headers.all.propagate`: the text `authorization` is not a section: settings, each with its key",
        ),
        (
            "cors: { origins: 'https://a.example' }",
            "./hansa.yaml:1:18: wrong value for `cors.origins`: the text `https://a.example` is not a list",
        ),
    ];
    for (yaml, expected) in cases {
        assert_eq!(load(yaml, &[], &[]).unwrap_err(), expected, "{yaml}");
    }
    let flags = [("--listen", "listen", "127.0.0.1:1"), ("--x", "limits.depth_max", "3")];
    let error = load("listen", &[], &flags).unwrap_err();
    assert!(
        error.starts_with("./hansa.yaml:1:1: wrong value for `(the whole file)`"),
        "flags hide no mistake: {error}"
    );
    let error = load("limits: 5", &[], &flags).unwrap_err();
    assert!(error.starts_with("./hansa.yaml:1:9: wrong value for `limits`"), "flags hide no mistake: {error}");
}

#[test]
fn wrong_variables_and_flags_name_themselves() {
    let cases = [
        ("HANSA_LISTENN", "1", "environment variable HANSA_LISTENN: unknown setting `listenn`; did you mean `listen`?"),
        (
            "HANSA_LIMITS__DEPTH_MAX",
            "deep",
            "environment variable HANSA_LIMITS__DEPTH_MAX: wrong value for `limits.depth_max`: `deep` is not a whole number of the right size",
        ),
        (
            "HANSA_PLAYGROUND",
            "yess",
            "environment variable HANSA_PLAYGROUND: wrong value for `playground`: `yess` is not one of `auto`, `on`, `off`",
        ),
    ];
    for (name, value, expected) in cases {
        assert_eq!(load("", &[(name, value)], &[]).unwrap_err(), expected);
    }
    let error = load("", &[], &[("--listen", "listen", "4000")]).unwrap_err();
    assert!(error.starts_with("flag --listen: wrong value for `listen`: `4000` is no address"), "{error}");
}

#[test]
fn a_short_timeout_needs_no_second_setting() {
    assert_eq!(load("subgraph_defaults: { timeout: 1s }", &[], &[]).unwrap().subgraph_defaults.timeout.0.as_secs(), 1);
}

#[test]
fn contradictions_are_refused() {
    let cases = [
        (
            "cors: { origins: ['*'], credentials: true }",
            "`cors.credentials` and `cors.origins`: browsers refuse credentials from any origin",
        ),
        ("cors: { origins: ['*', 'https://a.example'] }", "`*` allows every origin"),
        ("cors: { credentials: true }", "has no effect without"),
        ("cors: { origins: ['example.com'] }", "`example.com` is no origin"),
        ("cors: { origins: ['https://a.example'], methods: ['G T'] }", "`G T` is no method"),
        ("tls: { certificate: a.pem }", "`tls.certificate`: needs `tls.key`"),
        ("tls: { key: a.pem }", "`tls.key`: needs `tls.certificate`"),
        (
            "playground: on\nintrospection: off",
            "`playground` and `introspection`: the playground reads the schema by introspection",
        ),
        ("limits: { tokens_max: 0 }", "`limits.tokens_max`: zero refuses every request"),
        ("memory: { bytes_max: 0B }", "`memory.bytes_max`: zero refuses every request"),
        ("memory: { request_bytes_max: 0B }", "`memory.request_bytes_max`: zero refuses every request"),
        ("subgraph_defaults: { timeout: 1s, connect_timeout: 2s }", "connecting is a part of the whole"),
        ("subgraph_defaults: { timeout: 3s, connect_timeout: 4s }", "connecting is a part of the whole"),
        ("request_timeout: 0s", "`request_timeout`: no time at all"),
        ("connections: { header_timeout: 0s }", "no time at all"),
        ("connections: { streams_max: 0 }", "zero refuses every request"),
        ("reload: { interval: 0s }", "keeps a processor busy"),
        ("incremental_delivery: { keep_alive: 0s }", "`incremental_delivery.keep_alive`: no pause at all"),
        ("limits: { header_bytes_max: 1KiB }", "at least 8KiB"),
        ("execution: { nesting_max: 513 }", "at most 512"),
        ("limits: { recursion_max: 513 }", "at most 512"),
        ("limits: { variables_depth_max: 513 }", "at most 512"),
        ("subgraphs: { a: { timeout: 0s } }", "no time, or no bytes, for `a`"),
        ("subgraphs: { a: { timeout: 1s, connect_timeout: 2s } }", "connecting to `a` is a part"),
        (
            "subgraphs: { a: { passport: true, share_fetches: true } }",
            "`a` gets passports, which are different for each request, so its fetches cannot be shared",
        ),
        ("subgraphs: { a: { url: 'localhost:4001' } }", "`localhost:4001` of `a` is no URL"),
        ("compression: { gzip_level: 10 }", "`compression.gzip_level`: must be between 1 and 9"),
        ("compression: { gzip_level: 0 }", "must be between 1 and 9"),
        ("compression: { br_level: 5 }", "`compression.br_level`: must be between 0 and 4"),
        ("compression: { zstd_level: 6 }", "`compression.zstd_level`: must be between 1 and 5"),
        ("compression: { enabled: true, encodings: [] }", "`compression.encodings`: names none to compress with"),
        ("logs: { filter: loud }", "`loud` is no log level"),
        ("headers: { all: [{ propagate: { named: host } }] }", "`host` is the router's own"),
        ("headers: { all: [{ insert: { name: hansa_passport, value: a } }] }", "`hansa_passport` is the router's own"),
        (
            "headers: { all: [{ propagate: { named: a, rename: Hansa_Passport } }] }",
            "`hansa_passport` is the router's own",
        ),
        ("headers: { all: [{ propagate: { named: ev-user } }] }", "`ev-user` says who is calling"),
        ("headers: { all: [{ propagate: { named: a, rename: EV_tenant } }] }", "`ev_tenant` says who is calling"),
        ("headers: { all: [{ remove: { named: content-type } }] }", "`content-type` is the router's own"),
        ("headers: { all: [{ propagate: { matching: x-a } }] }", "must end with its only `*`"),
        ("headers: { all: [{ propagate: { named: a, matching: b* } }] }", "either `named` or `matching`"),
        ("headers: { all: [{ propagate: { matching: b*, rename: c } }] }", "need `named`"),
        ("headers: { all: [{ insert: { name: 'a b', value: c } }] }", "`a b` is no header name"),
    ];
    for (yaml, expected) in cases {
        let error = load(yaml, &[], &[]).unwrap_err();
        assert!(error.contains(expected), "{yaml}: {error}");
        assert!(error.starts_with("./hansa.yaml:1:"), "{yaml}: {error}");
    }
}

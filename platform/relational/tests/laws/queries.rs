//! Values, rows, conditions, and errors that say what is wrong.

use chrono::{DateTime, Utc};
use hansa_relational::{
    Direction::{Ascending, Descending},
    Keyset, Kind, Relational, Row, StoreError, Value, query,
};
use serde_json::json;

use super::{
    accounts::{Account, accounts, command, open},
    world::unit,
};

pub(crate) async fn values_come_back(store: &Relational) {
    let mut unit = unit(store).await;
    let table = store.dialect().either(
        "CREATE TABLE things (t TEXT, i BIGINT, b BOOLEAN, r DOUBLE PRECISION, at TEXT, j TEXT, x BYTEA)",
        "CREATE TABLE things (t TEXT, i BIGINT, b BOOLEAN, r DOUBLE PRECISION, at TIMESTAMPTZ, j JSONB, x BYTEA)",
    );
    query(table).execute(&mut unit).await.unwrap();
    let time: DateTime<Utc> = "2026-01-02T03:04:05.678901Z".parse().unwrap();
    for (text, integer, real, json) in [
        ("", i64::MIN, -0.5, json!({})),
        ("Å'\";--\n\u{1f600}", i64::MAX, 1e300, json!([1, {"a": null}])),
        ("5", 0, 3.0, json!({"b": 1, "a": 2})),
    ] {
        query("DELETE FROM things").execute(&mut unit).await.unwrap();
        let changed = query("INSERT INTO things VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(text)
            .bind(integer)
            .bind(true)
            .bind(real)
            .bind(time)
            .bind(json.clone())
            .bind(vec![0u8, 255])
            .execute(&mut unit)
            .await;
        assert_eq!(changed.unwrap(), 1);
        let row: Row = query("SELECT * FROM things").fetch_one(&mut unit).await.unwrap();
        assert_eq!(row.text("t").unwrap(), text);
        assert_eq!(row.int("i").unwrap(), integer);
        assert!(row.bool("b").unwrap());
        assert_eq!(row.real("r").unwrap(), real);
        assert_eq!(row.time("at").unwrap(), time);
        assert_eq!(row.json("j").unwrap(), json);
        assert_eq!(row.bytes("x").unwrap(), [0, 255]);
    }
}

pub(crate) async fn nulls_come_back(store: &Relational) {
    let mut unit = unit(store).await;
    query("CREATE TABLE things (t TEXT, i BIGINT)").execute(&mut unit).await.unwrap();
    let insert = query("INSERT INTO things VALUES ($1, $2)").bind(None::<String>).bind(None::<i64>);
    insert.execute(&mut unit).await.unwrap();
    let row: Row = query("SELECT * FROM things").fetch_one(&mut unit).await.unwrap();
    assert_eq!((row.optional_text("t").unwrap(), row.optional_int("i").unwrap()), (None, None));
    assert_eq!(row.optional_time("t").unwrap(), None);
    assert_eq!(row.optional_json("t").unwrap(), None);
    assert_eq!(row.optional_parsed::<u8>("t").unwrap(), None);
    assert_eq!(Value::from(None::<bool>), Value::Null(Kind::Bool));
}

pub(crate) async fn nulls_of_every_kind_are_written(store: &Relational) {
    let mut unit = unit(store).await;
    let table = store.dialect().either(
        "CREATE TABLE things (t TEXT, i BIGINT, b BOOLEAN, r DOUBLE PRECISION, at TEXT, j TEXT, x BYTEA)",
        "CREATE TABLE things (t TEXT, i BIGINT, b BOOLEAN, r DOUBLE PRECISION, at TIMESTAMPTZ, j JSONB, x BYTEA)",
    );
    query(table).execute(&mut unit).await.unwrap();
    let kinds = [Kind::Text, Kind::Integer, Kind::Bool, Kind::Real, Kind::Time, Kind::Json, Kind::Bytes];
    let insert = kinds
        .into_iter()
        .fold(query("INSERT INTO things VALUES ($1, $2, COALESCE($3, TRUE), $4, $5, $6, $7)"), |insert, kind| {
            insert.bind(Value::Null(kind))
        });
    insert.execute(&mut unit).await.unwrap();
    let row: Row = query("SELECT * FROM things").fetch_one(&mut unit).await.unwrap();
    for column in ["t", "i", "r", "at", "j", "x"] {
        assert!(matches!(row.value(column).unwrap(), Value::Null(_)), "{column}");
    }
    assert!(row.bool("b").unwrap());
}

pub(crate) async fn sums_and_averages_are_numbers(store: &Relational) {
    let mut unit = unit(store).await;
    query("CREATE TABLE amounts (amount BIGINT NOT NULL)").execute(&mut unit).await.unwrap();
    for amount in [i64::MAX - 10_000, 9_999, -70_000_000_005] {
        query("INSERT INTO amounts VALUES ($1)").bind(amount).execute(&mut unit).await.unwrap();
    }
    let sums = query(
        "SELECT SUM(amount) AS sum, COUNT(*) AS count, MIN(amount) AS least, AVG(amount) AS mean,
        SUM(amount) - SUM(amount) AS difference, MIN(amount) / 10000000000.0 AS part FROM amounts",
    );
    let row: Row = sums.fetch_one(&mut unit).await.unwrap();
    assert_eq!(row.int("sum").unwrap(), i64::MAX - 70_000_000_006);
    assert_eq!((row.int("count").unwrap(), row.int("least").unwrap()), (3, -70_000_000_005));
    assert_eq!(row.int("difference").unwrap(), 0);
    let mean = (i64::MAX - 70_000_000_006) as f64 / 3.0;
    assert!((row.real("mean").unwrap() / mean - 1.0).abs() < 1e-9, "{row:?}");
    assert!((row.real("part").unwrap() + 7.000_000_000_5).abs() < 1e-9, "{row:?}");
}

pub(crate) async fn texts_sort_by_their_bytes(store: &Relational) {
    let ids = ["10", "9", "Z", "_", "a", "a_b", "ab", "b", "ä"];
    for id in ids.iter().rev() {
        open(store, id, &command(None, "")).await.unwrap();
    }
    const BY_ID: Keyset = Keyset::new(&[("id", Ascending)]);
    let sorted: Vec<Row> = query("SELECT id FROM accounts").push_order(BY_ID).fetch_all(store).await.unwrap();
    let sorted: Vec<String> = sorted.iter().map(|row| row.text("id").unwrap()).collect();
    assert_eq!(sorted, ids);
    let after = query("SELECT id FROM accounts WHERE ").push_after(BY_ID, vec!["Z".into()]);
    let after: Vec<Row> = after.push_order(BY_ID).fetch_all(store).await.unwrap();
    assert_eq!((after.len(), after[0].text("id").unwrap()), (6, "_".to_owned()));
    let last: Row = query("SELECT MAX(email) AS last FROM accounts").fetch_one(store).await.unwrap();
    assert_eq!(last.text("last").unwrap(), "ä@example.com");
}

pub(crate) async fn times_sort_as_their_texts(store: &Relational) {
    let mut unit = unit(store).await;
    let table = store.dialect().either("CREATE TABLE times (at TEXT)", "CREATE TABLE times (at TIMESTAMPTZ)");
    query(table).execute(&mut unit).await.unwrap();
    let texts =
        ["0000-01-01T00:00:00Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000001Z", "2026-01-02T03:04:05.1Z"];
    let times: Vec<DateTime<Utc>> = texts.iter().map(|text| text.parse().unwrap()).collect();
    for time in times.iter().rev() {
        query("INSERT INTO times VALUES ($1)").bind(*time).execute(&mut unit).await.unwrap();
    }
    let rows: Vec<Row> = query("SELECT at FROM times ORDER BY at").fetch_all(&mut unit).await.unwrap();
    let sorted: Vec<DateTime<Utc>> = rows.iter().map(|row| row.time("at").unwrap()).collect();
    assert_eq!(sorted, times);
}

pub(crate) async fn unique_violations_name_the_constraint(store: &Relational) {
    open(store, "anna", &command(None, "")).await.unwrap();
    let note = "INSERT INTO notes (number, account_id, body) VALUES ($1, 'anna', 'hello')";
    let mut first = unit(store).await;
    query(note).bind(1i64).execute(&mut first).await.unwrap();
    first.commit(&()).await.unwrap();
    let account = "INSERT INTO accounts (id, email, balance, opened_at) VALUES ($1, $2, 0, '2026-01-01T00:00:00Z')";
    for (insert, constraint) in [
        (query(account).bind("anna").bind("other"), "accounts_pkey"),
        (query(account).bind("bert").bind("anna@example.com"), "accounts_email_key"),
        (query(note).bind(2i64), "notes_one_body"),
        (query("INSERT INTO notes (number, account_id, body) VALUES (1, 'anna', 'other')"), "notes_pkey"),
        (query("INSERT INTO event_lanes (lane, position) VALUES (0, 0)"), "event_lanes_pkey"),
        (query("INSERT INTO labels VALUES ('a'), ('A')"), "labels_lower"),
    ] {
        match insert.execute(&mut unit(store).await).await.unwrap_err() {
            StoreError::UniqueViolation { constraint: found } => assert_eq!(found, constraint),
            other => panic!("{other}"),
        }
    }
}

pub(crate) async fn other_violations_are_told_apart(store: &Relational) {
    let insert = query("INSERT INTO notes (number, account_id) VALUES (1, 'nobody')");
    let error = insert.execute(&mut unit(store).await).await.unwrap_err();
    assert!(matches!(error, StoreError::ForeignKeyViolation), "{error}");
    let checks = [
        ("INSERT INTO accounts VALUES ('a', 'a', -1, '2026-01-01T00:00:00Z')", "balance_is_not_negative"),
        ("INSERT INTO accounts VALUES ('a', NULL, 0, '2026-01-01T00:00:00Z')", "accounts.email"),
    ];
    for (text, constraint) in checks {
        match query(text).execute(&mut unit(store).await).await.unwrap_err() {
            StoreError::CheckViolation { constraint: found } => assert_eq!(found, constraint),
            other => panic!("{other}"),
        }
    }
}

pub(crate) async fn lists_of_values_may_be_empty(store: &Relational) {
    for id in ["a", "b", "c"] {
        open(store, id, &command(None, "")).await.unwrap();
    }
    let select = || query("SELECT id, email, balance, opened_at FROM accounts WHERE balance = $1 AND ").bind(0i64);
    for (ids, found) in [(vec!["c", "a", "x"], vec!["a", "c"]), (vec![], vec![]), (vec!["b"], vec!["b"])] {
        let accounts: Vec<Account> =
            select().push_in("id", ids).push(" ORDER BY id LIMIT ").push_bind(10i64).fetch_all(store).await.unwrap();
        let ids: Vec<String> = accounts.into_iter().map(|account| account.id).collect();
        assert_eq!(ids, found);
    }
}

pub(crate) async fn pages_follow_each_other_in_both_directions(store: &Relational) {
    let mut unit = unit(store).await;
    query("CREATE TABLE places (rank BIGINT, id TEXT)").execute(&mut unit).await.unwrap();
    for number in 0..23i64 {
        let insert =
            query("INSERT INTO places VALUES ($1, $2)").bind(number * 7 % 4).bind(format!("{:02}", number * 5 % 23));
        insert.execute(&mut unit).await.unwrap();
    }
    const SAME: Keyset = Keyset::new(&[("rank", Descending), ("id", Descending)]);
    const MIXED: Keyset = Keyset::new(&[("rank", Descending), ("id", Ascending)]);
    for keyset in [SAME, MIXED] {
        let all: Vec<Row> = query("SELECT * FROM places").push_order(keyset).fetch_all(&mut unit).await.unwrap();
        let all: Vec<(i64, String)> = all.iter().map(place).collect();
        for (keyset, mut expected) in [(keyset, all.clone()), (keyset.reversed(), all.into_iter().rev().collect())] {
            let mut found: Vec<(i64, String)> = Vec::new();
            loop {
                let mut page = query("SELECT * FROM places WHERE TRUE");
                if let Some((rank, id)) = found.last() {
                    page = page.push(" AND ").push_after(keyset, vec![(*rank).into(), id.into()]);
                }
                let page = page.push_order(keyset).push(" LIMIT ").push_bind(4i64);
                let rows: Vec<Row> = page.fetch_all(&mut unit).await.unwrap();
                if rows.is_empty() {
                    break;
                }
                found.extend(rows.iter().map(place));
            }
            assert_eq!(found, expected);
            expected.dedup();
            assert_eq!(expected.len(), 23);
        }
    }
    let wrong = query("SELECT * FROM places WHERE ").push_after(SAME, vec![1i64.into()]);
    let error = wrong.fetch_all::<Row>(&mut unit).await.unwrap_err();
    assert!(matches!(error, StoreError::BadValue(_)), "{error}");
}

fn place(row: &Row) -> (i64, String) {
    (row.int("rank").unwrap(), row.text("id").unwrap())
}

pub(crate) async fn values_that_an_engine_would_change_are_refused(store: &Relational) {
    let far: DateTime<Utc> = DateTime::from_timestamp(253_402_300_800, 0).unwrap();
    let values: [Value; 9] = [
        "a\0b".into(),
        f64::NAN.into(),
        f64::INFINITY.into(),
        far.into(),
        json!(5).into(),
        json!("text").into(),
        json!(null).into(),
        json!({"a": ["b\0"]}).into(),
        json!({"a\0": 1}).into(),
    ];
    for value in values {
        let error = query("SELECT $1 AS v").bind(value).fetch_one::<Row>(store).await.unwrap_err();
        assert!(matches!(error, StoreError::BadValue(_)), "{error}");
    }
}

pub(crate) async fn rows_say_what_is_wrong_with_a_column(store: &Relational) {
    let select = query("SELECT 'abc' AS t, 5 AS i, NULL AS n, '{' AS j, 2.5 AS r");
    let row: Row = select.fetch_one(store).await.unwrap();
    let told = [
        row.int("t").unwrap_err(),
        row.text("i").unwrap_err(),
        row.text("n").unwrap_err(),
        row.bool("i").unwrap_err(),
        row.time("t").unwrap_err(),
        row.json("j").unwrap_err(),
        row.int("r").unwrap_err(),
        row.bytes("t").unwrap_err(),
        row.parsed::<u8>("t").unwrap_err(),
        row.text("z").unwrap_err(),
    ]
    .map(|error| error.to_string());
    assert_eq!(
        told,
        [
            "column `t` of a row: a text where an integer is expected",
            "column `i` of a row: an integer where a text is expected",
            "column `n` of a row: null",
            "column `i` of a row: an integer where true or false is expected",
            "column `t` of a row: no time of RFC 3339: premature end of input",
            "column `j` of a row: no JSON: EOF while parsing an object at line 1 column 1",
            "column `r` of a row: a number with a point where an integer is expected",
            "column `t` of a row: a text where bytes is expected",
            "column `t` of a row: invalid digit found in string",
            "column `z` of a row: not in the result, which has t, i, n, j, r",
        ]
    );
    let none = query("SELECT id FROM accounts").fetch_one::<Row>(store).await.unwrap_err();
    assert!(matches!(none, StoreError::NoRow), "{none}");
}

pub(crate) async fn answers_are_bounded(store: &Relational) {
    const NUMBERS: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1)
        SELECT n FROM numbers";
    let most: Vec<Row> = query(NUMBERS).bind(10_000i64).fetch_all(store).await.unwrap();
    assert_eq!(most.len(), 10_000);
    let error = query(NUMBERS).bind(1_000_000_000i64).fetch_all::<Row>(store).await.unwrap_err();
    assert!(matches!(error, StoreError::TooManyRows { limit: 10_000 }), "{error}");
    // What was given up does not run on in its connection.
    for _ in 0..20 {
        query(NUMBERS).bind(3i64).fetch_all::<Row>(store).await.unwrap();
    }
}

pub(crate) async fn reading_does_not_write(store: &Relational) {
    open(store, "anna", &command(None, "")).await.unwrap();
    let error = query("DELETE FROM accounts RETURNING id").fetch_all::<Row>(store).await.unwrap_err();
    assert!(matches!(error, StoreError::Engine { .. }), "{error}");
    assert_eq!(accounts(store).await.len(), 1);
}

pub(crate) async fn a_wrong_text_is_an_error(store: &Relational) {
    for text in ["SELEC 1", "SELECT nothing FROM accounts", "SELECT * FROM nowhere", ""] {
        let error = query(text).fetch_one::<Row>(store).await.unwrap_err();
        assert!(matches!(error, StoreError::Engine { .. } | StoreError::NoRow), "{text}: {error}");
    }
    let error = query("SELECT $1 AS a, $2 AS b").bind(1i64).fetch_one::<Row>(store).await;
    assert!(error.is_err() || error.unwrap().optional_int("b").unwrap().is_none());
}

pub(crate) async fn what_is_bound_is_never_text(store: &Relational) {
    open(store, "anna", &command(None, "")).await.unwrap();
    let evil = "' OR '1' = '1'; DROP TABLE accounts; --";
    let found: Vec<Row> = query("SELECT id FROM accounts WHERE id = $1").bind(evil).fetch_all(store).await.unwrap();
    assert!(found.is_empty());
    let found: Vec<Row> = query("SELECT id FROM accounts WHERE ").push_in("id", [evil]).fetch_all(store).await.unwrap();
    assert!(found.is_empty());
    assert_eq!(accounts(store).await.len(), 1);
}

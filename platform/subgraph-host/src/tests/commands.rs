//! How commands end, and what their payloads say of it: the laws that all contexts share.

use crate::{CommandError, Done, ErrorCode, Fault, Outcome, Refuse, UserError, payloads};
use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use hansa_event_sourcing::{Command, FailureMeaning, StoreFailure};
use hansa_relational::StoreError;
use std::fmt;

/// As a context has it, with nothing of its own for more than the store takes.
#[derive(Debug, PartialEq)]
enum Refusal {
    KeyReused,
    Taken,
}

/// As a context has it that knows of too much.
#[derive(Debug, PartialEq)]
struct Limited(&'static str, usize);

/// An error of a store that means what it says.
#[derive(Debug)]
struct Trouble(FailureMeaning);

type Ended = CommandError<Refusal>;

impl Refuse for Refusal {
    fn key_reused() -> Refusal {
        Refusal::KeyReused
    }

    fn user_errors(&self) -> Vec<UserError> {
        vec![match self {
            Refusal::KeyReused => UserError::idempotency_key_reused(),
            Refusal::Taken => UserError::new("TAKEN", "name", "somebody has it"),
        }]
    }
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Ended {
        CommandError::Refused(refusal)
    }
}

impl Refuse for Limited {
    fn key_reused() -> Limited {
        Limited("keys", 1)
    }

    fn too_much(what: &'static str, limit: usize) -> Option<Limited> {
        Some(Limited(what, limit))
    }

    fn user_errors(&self) -> Vec<UserError> {
        Vec::new()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "secret details: {:?}", self.0)
    }
}

impl std::error::Error for Trouble {}

impl StoreFailure for Trouble {
    fn meaning(&self) -> FailureMeaning {
        self.0
    }
}

fn fault(meaning: FailureMeaning) -> Fault {
    match Ended::from(Trouble(meaning)) {
        CommandError::Failed(fault) => fault,
        CommandError::Refused(refusal) => panic!("refused as {refusal:?}"),
    }
}

fn code(outcome: &Outcome<i32>) -> &str {
    outcome.user_errors[0].error_code()
}

#[test]
fn what_a_store_says_is_the_same_in_every_context() {
    assert!(matches!(Ended::from(Trouble(FailureMeaning::KeyReused)), CommandError::Refused(Refusal::KeyReused)));
    let cases = [
        (FailureMeaning::Conflict, ErrorCode::Conflict, "others change the same thing at the same time; try again"),
        (
            FailureMeaning::Passing,
            ErrorCode::DownstreamUnavailable,
            "a part of the system does not answer; try again later",
        ),
        (FailureMeaning::Broken, ErrorCode::Internal, "something went wrong on our side"),
        (FailureMeaning::TooMuch { what: "rows", limit: 5 }, ErrorCode::Internal, "something went wrong on our side"),
    ];
    for (meaning, code, message) in cases {
        let fault = fault(meaning);
        assert_eq!((fault.code, fault.message.as_str()), (code, message), "{meaning:?}");
        assert_eq!(fault.cause.is_some(), code != ErrorCode::Conflict, "what is ours to repair is logged: {meaning:?}");
    }
    let limited = CommandError::<Limited>::from(Trouble(FailureMeaning::TooMuch { what: "rows", limit: 5 }));
    assert!(matches!(limited, CommandError::Refused(Limited("rows", 5))), "{limited:?}");
}

#[test]
fn a_store_that_is_busy_full_or_away_is_unavailable() {
    let source = || "no route to host".into();
    let passing = [
        StoreError::Busy,
        StoreError::Full,
        StoreError::Unreachable { source: source() },
        StoreError::InDoubt { source: source() },
    ];
    for error in passing {
        let text = error.to_string();
        let ended = Ended::from(error);
        let is_unavailable = |fault: &Fault| fault.code == ErrorCode::DownstreamUnavailable;
        assert!(matches!(&ended, CommandError::Failed(fault) if is_unavailable(fault)), "{text}: {ended:?}");
    }
    assert!(matches!(Ended::from(StoreError::KeyReused), CommandError::Refused(Refusal::KeyReused)));
    assert!(matches!(Ended::from(StoreError::NoRow), CommandError::Failed(Fault { code: ErrorCode::Internal, .. })));
}

#[test]
fn only_who_was_outrun_may_decide_again() {
    assert!(Ended::from(Trouble(FailureMeaning::Conflict)).is_conflict());
    for meaning in [FailureMeaning::KeyReused, FailureMeaning::Passing, FailureMeaning::Broken] {
        assert!(!Ended::from(Trouble(meaning)).is_conflict(), "{meaning:?}");
    }
    assert!(!Ended::from(Refusal::Taken).is_conflict());
}

#[tokio::test]
async fn a_payload_has_the_value_or_the_reason() {
    let run = async |done: Result<Done<i32>, Ended>| Outcome::of(done);
    let done = run(Ok(Done::now(7))).await.unwrap();
    assert_eq!((done.value, done.replayed, done.user_errors.len()), (Some(7), false, 0));
    let again = run(Ok(Done::before(7).map(|value| value + 1))).await.unwrap();
    assert_eq!((again.value, again.replayed), (Some(8), true));
    let refused = run(Err(Refusal::Taken.into())).await.unwrap();
    assert_eq!((refused.value, code(&refused), refused.replayed), (None, "TAKEN", false));
    let broken = run(Err(Fault::forbidden().into())).await.unwrap_err();
    assert_eq!(broken.code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn a_command_that_cannot_be_made_is_not_run() {
    let wrong = UserError::new("IDEMPOTENCY_KEY_INVALID", "idempotencyKey", "too short");
    let run = async |_: Command| -> Result<Done<i32>, Ended> { panic!("there is no command") };
    let outcome = Outcome::run(Err(wrong), run).await.unwrap();
    assert_eq!((outcome.value, code(&outcome)), (None, "IDEMPOTENCY_KEY_INVALID"));
}

#[tokio::test]
async fn what_is_loaded_may_be_gone_and_is_not_loaded_for_nothing() {
    let done = || Outcome::of(Ok::<_, Ended>(Done::before(7))).unwrap();
    let gone = done().load(async |_| Ok::<Option<i32>, Fault>(None)).await.unwrap();
    assert_eq!((gone.value, gone.replayed), (None, true));
    let found = done().load(async |value| Ok::<_, Fault>(Some(value * 2))).await.unwrap();
    assert_eq!(found.value, Some(14));
    let refused = Outcome::<i32>::refused(Refusal::Taken);
    let refused = refused.load(async |_| -> Result<Option<i32>, Fault> { panic!("nothing to load") }).await.unwrap();
    assert_eq!(code(&refused), "TAKEN");
}

payloads! {
    OnePayload {
        /// The number.
        number: i32
    }
    TwoPayload { from: i32, to: i32 }
}

struct Query;

#[Object]
impl Query {
    async fn done(&self) -> OnePayload {
        Outcome { value: Some(7), user_errors: Vec::new(), replayed: true }.into()
    }

    async fn both(&self) -> TwoPayload {
        Outcome { value: Some((1, 2)), user_errors: Vec::new(), replayed: false }.into()
    }

    async fn refused(&self) -> TwoPayload {
        Outcome::refused(Refusal::Taken).into()
    }
}

#[tokio::test]
async fn payloads_have_their_fields_and_what_all_have() {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let query = "{ done { number replayed userErrors { code } } both { from to replayed }
                   refused { from to replayed userErrors { code field } } }";
    let answer = schema.execute(query).await.data.into_json().unwrap();
    let wanted = serde_json::json!({
        "done": { "number": 7, "replayed": true, "userErrors": [] },
        "both": { "from": 1, "to": 2, "replayed": false },
        "refused": {
            "from": null, "to": null, "replayed": false,
            "userErrors": [{ "code": "TAKEN", "field": ["input", "name"] }],
        },
    });
    assert_eq!(answer, wanted);
    assert!(schema.sdl().contains("The number."));
}

//! What the provider's answers mean.

use super::{Call, CallError, Outcome, read};
use crate::domain::operation::OperationKind;
use http::StatusCode;
use serde::Deserialize;
use uuid::Uuid;

/// The longest reason that is kept.
const REASON_CHARACTERS_MAX: usize = 60;

#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    status: Option<String>,
    #[serde(default)]
    pub(super) metadata: Metadata,
    failure_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    command_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Listed<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

#[derive(Debug, Deserialize)]
struct Failed {
    error: Failure,
}

#[derive(Debug, Deserialize)]
struct Failure {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    payment_intent: Option<Intent>,
}

impl Metadata {
    pub(super) fn is_of(&self, command: Uuid) -> bool {
        self.command_id.as_deref().is_some_and(|text| text == command.to_string())
    }
}

/// What the status of an intent says about a call; `None` where the call has not been done.
pub(super) fn intent_outcome(kind: OperationKind, intent: &Intent) -> Result<Option<Outcome>, CallError> {
    let done = || Ok(Some(Outcome::Succeeded { reference: intent.id.clone() }));
    let not = |reason: &str| Ok(Some(Outcome::Refused { reason: reason.to_owned() }));
    match (kind, intent.status.as_str()) {
        (_, "processing") => Err(CallError::UnderWay("it is still being processed".to_owned())),
        (OperationKind::Authorise, "requires_capture" | "succeeded") => done(),
        (OperationKind::Authorise, "requires_payment_method") => not("CARD_DECLINED"),
        (OperationKind::Authorise, "requires_action" | "requires_confirmation") => not("AUTHENTICATION_REQUIRED"),
        (OperationKind::Authorise | OperationKind::Capture, "canceled") => not("CANCELED"),
        (OperationKind::Capture, "succeeded") | (OperationKind::Void, "canceled") => done(),
        (OperationKind::Void, "succeeded") => not("ALREADY_CAPTURED"),
        _ => Ok(None),
    }
}

/// A refund that is on its way may fail yet, after days: it has no outcome.
pub(super) fn refund_outcome(call: &Call, refund: &Refund) -> Result<Outcome, CallError> {
    match refund.status.as_deref() {
        Some("succeeded") => Ok(Outcome::Succeeded { reference: call.reference.clone().unwrap_or_default() }),
        Some(status @ ("pending" | "requires_action")) => Err(CallError::UnderWay(format!("the refund is `{status}`"))),
        Some("failed" | "canceled") => Ok(Outcome::Refused { reason: reason(refund.failure_reason.as_deref()) }),
        other => Err(CallError::Unknown(format!("the refund is {}", other.unwrap_or("without a status")))),
    }
}

/// What an answer that is no success says.
pub(super) fn refused(call: &Call, status: StatusCode, body: &[u8]) -> Result<Outcome, CallError> {
    let failure = read::<Failed>(body).map(|failed| failed.error);
    match (status, failure) {
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
            Err(CallError::NotSent(format!("the key was refused with {status}")))
        }
        (StatusCode::TOO_MANY_REQUESTS, _) => Err(CallError::NotSent("too many requests".to_owned())),
        (StatusCode::BAD_REQUEST | StatusCode::PAYMENT_REQUIRED | StatusCode::NOT_FOUND, Ok(failure)) => {
            if failure.kind.as_deref() == Some("idempotency_error") {
                return Err(CallError::Unknown("the key was used for another call".to_owned()));
            }
            // It was done already, or cannot be done any more: the state decides.
            if let Some(intent) = &failure.payment_intent
                && let Some(outcome) = intent_outcome(call.kind, intent)?
            {
                return Ok(specific(outcome, &failure));
            }
            Ok(Outcome::Refused { reason: reason(failure.decline_code.as_deref().or(failure.code.as_deref())) })
        }
        (status, _) => Err(CallError::Unknown(format!("the provider answered with {status}"))),
    }
}

/// The bank's own reason, where there is one, says more than the state.
fn specific(outcome: Outcome, failure: &Failure) -> Outcome {
    match (outcome, failure.decline_code.as_deref()) {
        (Outcome::Refused { .. }, Some(code)) => Outcome::Refused { reason: reason(Some(code)) },
        (outcome, _) => outcome,
    }
}

fn reason(code: Option<&str>) -> String {
    let code = code.unwrap_or("refused_by_provider");
    let shown = code.chars().take(REASON_CHARACTERS_MAX);
    shown
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' })
        .collect()
}

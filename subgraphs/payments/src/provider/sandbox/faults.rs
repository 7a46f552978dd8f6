//! Which fault a call meets: the token of its payment method says so, or the settings and the call's key do.

use super::Call;
use crate::{
    domain::{dispute::DisputeOutcome, operation::OperationKind},
    settings::SandboxSettings,
};
use uuid::Uuid;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    Declined(&'static str),
    Slow,
    /// It is done, and nobody is told.
    AnswerLost,
    /// It is not done, and nobody is told.
    CallLost,
    /// The same, until it is sent again.
    CallLostOnce,
}

/// Tokens of payment methods that the sandbox knows.
pub(super) const TOKENS: [&str; 12] = [
    "sandbox_ok",
    "sandbox_declined",
    "sandbox_slow",
    "sandbox_slow_again",
    "sandbox_unknown",
    "sandbox_timeout",
    "sandbox_capture_declined",
    "sandbox_capture_unknown",
    "sandbox_refund_declined",
    "sandbox_disputed",
    "sandbox_dispute_won",
    "sandbox_dispute_lost",
];

/// Whether what was captured is disputed later, and how that ends, if it does.
pub(super) fn dispute_of(call: &Call) -> Option<Option<DisputeOutcome>> {
    match (call.payment_method.as_str(), call.kind) {
        ("sandbox_disputed", OperationKind::Capture) => Some(None),
        ("sandbox_dispute_won", OperationKind::Capture) => Some(Some(DisputeOutcome::Won)),
        ("sandbox_dispute_lost", OperationKind::Capture) => Some(Some(DisputeOutcome::Lost)),
        _ => None,
    }
}

/// Whether some call may be lost the first time that it is sent.
pub(super) fn may_be_lost_once(settings: &SandboxSettings, call: &Call) -> bool {
    settings.lost_call_percent > 0 || call.payment_method == "sandbox_slow_again"
}

/// `was_lost`: this call has been lost before.
pub(super) fn fault_of(settings: &SandboxSettings, call: &Call, was_lost: bool) -> Fault {
    match fault_of_token((call.kind, &call.payment_method), was_lost) {
        Fault::None => fault_of_settings(settings, call, was_lost),
        fault => fault,
    }
}

fn fault_of_token((kind, token): (OperationKind, &str), was_lost: bool) -> Fault {
    use OperationKind::{Authorise, Capture, Refund};
    match (token, kind) {
        ("sandbox_declined", Authorise) => Fault::Declined("CARD_DECLINED"),
        ("sandbox_slow", Authorise) => Fault::Slow,
        ("sandbox_slow_again", Authorise) => {
            if was_lost {
                Fault::Slow
            } else {
                Fault::CallLostOnce
            }
        }
        ("sandbox_unknown", Authorise) | ("sandbox_capture_unknown", Capture) => Fault::AnswerLost,
        ("sandbox_timeout", Authorise) => Fault::CallLost,
        ("sandbox_capture_declined", Capture) => Fault::Declined("AUTHORISATION_EXPIRED"),
        ("sandbox_refund_declined", Refund) => Fault::Declined("REFUND_REFUSED"),
        (token, Authorise) if !TOKENS.contains(&token) => Fault::Declined("PAYMENT_METHOD_UNKNOWN"),
        _ => Fault::None,
    }
}

fn fault_of_settings(settings: &SandboxSettings, call: &Call, was_lost: bool) -> Fault {
    let meets = |fault: &str, percent: u64| is_chosen(settings.seed, (call.key, fault), percent);
    if call.kind == OperationKind::Authorise && meets("decline", settings.decline_percent) {
        return Fault::Declined("CARD_DECLINED");
    }
    // A call that is sent again comes through: otherwise it would never end.
    if !was_lost && meets("call", settings.lost_call_percent) {
        return Fault::CallLostOnce;
    }
    match meets("answer", settings.lost_answer_percent) {
        true => Fault::AnswerLost,
        false => Fault::None,
    }
}

/// The same for the same seed and key.
pub(super) fn is_chosen(seed: u64, of: (Uuid, &str), percent: u64) -> bool {
    roll(seed, of) % 100 < percent
}

/// FNV-1a over seed, key and name, spread by the finaliser of splitmix64.
fn roll(seed: u64, (key, name): (Uuid, &str)) -> u64 {
    let bytes = seed.to_be_bytes().into_iter().chain(*key.as_bytes()).chain(name.bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

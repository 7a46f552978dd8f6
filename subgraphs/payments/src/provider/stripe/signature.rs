//! The signature of a webhook: `t=<seconds>,v1=<hex of HMAC-SHA-256 over "t.body">`, of a time not long ago.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};

/// How old a webhook may be, and how far ahead its clock.
const TOLERANCE_SECONDS: i64 = 300;
/// More signatures are not looked at.
const SIGNATURES_MAX: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignatureError {
    #[error("the header Stripe-Signature is missing or has another form")]
    Malformed,
    #[error("the webhook was signed too long ago, or in the future")]
    Stale,
    #[error("no signature is right")]
    Wrong,
}

pub(super) fn check(header: &str, body: &[u8], (secret, now): (&str, DateTime<Utc>)) -> Result<(), SignatureError> {
    let mut time: Option<i64> = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", seconds)) => time = seconds.parse().ok(),
            Some(("v1", hex)) if signatures.len() < SIGNATURES_MAX => signatures.extend(bytes_of(hex)),
            _ => {}
        }
    }
    let time = time.filter(|_| !signatures.is_empty()).ok_or(SignatureError::Malformed)?;
    if now.timestamp().checked_sub(time).is_none_or(|age| age.abs() > TOLERANCE_SECONDS) {
        return Err(SignatureError::Stale);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signed = [time.to_string().as_bytes(), b".", body].concat();
    // `verify` takes the same time whatever is wrong.
    match signatures.iter().any(|signature| hmac::verify(&key, &signed, signature).is_ok()) {
        true => Ok(()),
        false => Err(SignatureError::Wrong),
    }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|place| u8::from_str_radix(&hex[place..place + 2], 16).ok()).collect()
}

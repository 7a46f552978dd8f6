//! The signature of a callback: `t=<seconds>,v1=<hex of HMAC-SHA-256 over "t.body">`, of a time not long ago.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};

/// How old a callback may be, and how far ahead the carrier's clock.
const TOLERANCE_SECONDS: i64 = 300;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    #[error("the header Carrier-Signature is missing or has another form: t=<seconds>,v1=<hex>")]
    Malformed,
    #[error("the callback was signed too long ago, or in the future")]
    Stale,
    #[error("the signature is wrong")]
    Wrong,
}

pub(crate) fn check(header: &str, body: &[u8], (secret, now): (&str, DateTime<Utc>)) -> Result<(), SignatureError> {
    let (mut time, mut signature) = (None, None);
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", seconds)) => time = seconds.parse::<i64>().ok(),
            Some(("v1", hex)) => signature = bytes_of(hex),
            _ => {}
        }
    }
    let (Some(time), Some(signature)) = (time, signature) else { return Err(SignatureError::Malformed) };
    if now.timestamp().checked_sub(time).is_none_or(|age| age.abs() > TOLERANCE_SECONDS) {
        return Err(SignatureError::Stale);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    // `verify` takes the same time whatever is wrong.
    hmac::verify(&key, &signed(time, body), &signature).map_err(|_| SignatureError::Wrong)
}

/// What is signed: the time and the body.
fn signed(time: i64, body: &[u8]) -> Vec<u8> {
    [time.to_string().as_bytes(), b".", body].concat()
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|place| u8::from_str_radix(&hex[place..place + 2], 16).ok()).collect()
}

/// The header of a body that a carrier signs.
#[cfg(test)]
pub(crate) fn signed_header(secret: &str, time: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &signed(time, body));
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

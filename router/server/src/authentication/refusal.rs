//! Why a token is refused: for the client a few words, for operators a reason to count.

use crate::{client_error::ClientError, error_code::ErrorCode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Missing,
    Header,
    TooLarge,
    Malformed,
    Issuer,
    Algorithm,
    UnknownKey,
    Signature,
    Type,
    Claims,
    Audience,
    Expired,
    NotYetValid,
    /// The issuer's keys could not be had: nobody can say whether the token is good.
    NoKeys,
}

impl Refusal {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Refusal::Missing => "missing",
            Refusal::Header => "header",
            Refusal::TooLarge => "too_large",
            Refusal::Malformed => "malformed",
            Refusal::Issuer => "issuer",
            Refusal::Algorithm => "algorithm",
            Refusal::UnknownKey => "unknown_key",
            Refusal::Signature => "signature",
            Refusal::Type => "type",
            Refusal::Claims => "claims",
            Refusal::Audience => "audience",
            Refusal::Expired => "expired",
            Refusal::NotYetValid => "not_yet_valid",
            Refusal::NoKeys => "no_keys",
        }
    }

    /// What helps an honest client, and tells a forger nothing.
    fn description(self) -> &'static str {
        match self {
            Refusal::Missing => "an access token is needed; send the header `authorization: Bearer TOKEN`",
            Refusal::Header => "the header `authorization` must come once, as `Bearer TOKEN`",
            Refusal::TooLarge => "the access token is larger than 8 KiB",
            Refusal::Expired => "the access token has expired",
            Refusal::NoKeys => "access tokens cannot be verified at the moment; try again later",
            _ => "the access token is not valid",
        }
    }

    /// RFC 6750, section 3: a request without a token learns no more than that it needs one.
    fn challenge(self) -> Option<&'static str> {
        match self {
            Refusal::NoKeys => None,
            Refusal::Missing => Some("Bearer"),
            _ => Some("Bearer error=\"invalid_token\""),
        }
    }

    pub(crate) fn to_client_error(self) -> ClientError {
        let code = match self {
            Refusal::NoKeys => ErrorCode::AuthenticationUnavailable,
            _ => ErrorCode::Unauthenticated,
        };
        ClientError { challenge: self.challenge(), ..ClientError::new(code, self.description()) }
    }
}

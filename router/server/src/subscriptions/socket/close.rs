//! Why a WebSocket is closed: the codes of `graphql-transport-ws`, of RFC 6455, and one of our own.

use std::borrow::Cow;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::Utf8Bytes},
};

/// A reason is 123 bytes at most: RFC 6455, section 5.5.
const REASON_BYTES_MAX: usize = 123;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    pub(crate) reason: Cow<'static, str>,
    /// The client has closed it, or cannot be told.
    pub(crate) is_gone: bool,
}

const fn close(code: u16, reason: &'static str) -> Close {
    Close { code, reason: Cow::Borrowed(reason), is_gone: false }
}

impl Close {
    pub(crate) const GONE: Close = Close { code: 1000, reason: Cow::Borrowed(""), is_gone: true };
    pub(crate) const STOPPING: Close = close(1001, "The router stops");
    pub(crate) const NO_FRAME: Close = close(1002, "Not a WebSocket frame");
    pub(crate) const NOT_TEXT: Close = close(1007, "Not UTF-8");
    pub(crate) const TOO_LARGE: Close = close(1009, "Message too large");
    pub(crate) const TRY_LATER: Close = close(1013, "Tokens cannot be verified now");
    pub(crate) const UNAUTHORISED: Close = close(4401, "Unauthorized");
    pub(crate) const EXPIRED: Close = close(4401, "Unauthorized: expired");
    pub(crate) const SUBPROTOCOL: Close = close(4406, "Subprotocol not acceptable");
    pub(crate) const NO_INIT: Close = close(4408, "Connection initialisation timeout");
    pub(crate) const SLOW: Close = close(4410, "Slow consumer");
    pub(crate) const SECOND_INIT: Close = close(4429, "Too many initialisation requests");
    pub(crate) const TOO_MANY_SOCKETS: Close = close(4429, "Too many sockets");

    pub(crate) fn bad(problem: impl Into<Cow<'static, str>>) -> Close {
        Close { code: 4400, reason: cut(problem.into()), is_gone: false }
    }

    pub(crate) fn unauthorised(reason: &str) -> Close {
        Close { code: 4401, reason: cut(format!("Unauthorized: {reason}").into()), is_gone: false }
    }

    pub(crate) fn taken(id: &str) -> Close {
        let shown: String = id.chars().take(60).collect();
        Close { code: 4409, reason: cut(format!("Subscriber for {shown} already exists").into()), is_gone: false }
    }

    pub(crate) fn message(&self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code.into(), reason: Utf8Bytes::from(&*self.reason) }))
    }
}

fn cut(reason: Cow<'static, str>) -> Cow<'static, str> {
    match reason.len() <= REASON_BYTES_MAX {
        true => reason,
        false => {
            let end = (0..=REASON_BYTES_MAX).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or(0);
            Cow::Owned(reason[..end].to_owned())
        }
    }
}

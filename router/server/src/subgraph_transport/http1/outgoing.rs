//! A request on its way. It is sent while the answer is waited for: a server may say something before it has read
//! everything.

use crate::subgraph_transport::connector::Stream;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::AsyncWrite;

#[derive(Debug)]
pub(crate) enum Outgoing<'a> {
    UnderWay { head: Vec<u8>, body: &'a [u8], sent: usize },
    Sent,
    Failed { error: Option<io::Error>, sent: usize },
}

impl<'a> Outgoing<'a> {
    pub(crate) fn new(head: Vec<u8>, body: &'a [u8]) -> Outgoing<'a> {
        Outgoing::UnderWay { head, body, sent: 0 }
    }

    pub(crate) fn is_begun(&self) -> bool {
        !matches!(self, Outgoing::UnderWay { sent: 0, .. } | Outgoing::Failed { sent: 0, .. })
    }

    pub(crate) fn is_sent(&self) -> bool {
        matches!(self, Outgoing::Sent)
    }

    /// Sends what can be sent now.
    pub(crate) fn go_on(&mut self, stream: &mut Stream, cx: &mut Context<'_>) {
        let Outgoing::UnderWay { head, body, sent } = self else { return };
        match poll_send(stream, cx, (head, body), sent) {
            Poll::Pending => {}
            Poll::Ready(Ok(())) => *self = Outgoing::Sent,
            Poll::Ready(Err(error)) => *self = Outgoing::Failed { error: Some(error), sent: *sent },
        }
    }

    /// Why it cannot be sent, once.
    pub(crate) fn take_failure(&mut self) -> Option<io::Error> {
        match self {
            Outgoing::Failed { error, .. } => error.take(),
            _ => None,
        }
    }
}

fn poll_send(
    stream: &mut Stream,
    cx: &mut Context<'_>,
    (head, body): (&[u8], &[u8]),
    sent: &mut usize,
) -> Poll<io::Result<()>> {
    while *sent < head.len() + body.len() {
        let stream = Pin::new(&mut *stream);
        let written = match head.get(*sent..).filter(|rest| !rest.is_empty()) {
            Some(rest) => stream.poll_write_vectored(cx, &[IoSlice::new(rest), IoSlice::new(body)]),
            None => stream.poll_write(cx, &body[*sent - head.len()..]),
        };
        match std::task::ready!(written)? {
            0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            written => *sent += written,
        }
    }
    Pin::new(stream).poll_flush(cx)
}

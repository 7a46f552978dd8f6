//! Reads a body up to a limit, without copying one that comes in one piece.

use crate::memory::pacing::note_work;
use bytes::{Bytes, BytesMut};
use hansa_executor::{HeldBytes, MemoryRefused};
use http_body::Body;
use http_body_util::BodyExt;

/// An announced length is no reason to take more memory than this, or eight times what has come.
const FIRST_STEP_BYTES: usize = 64 * 1024;
const STEP_FACTOR: usize = 8;

#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError<E> {
    #[error("the body is larger than {bytes_max} bytes")]
    TooLarge { bytes_max: usize },
    #[error("the body broke off")]
    Broken(#[source] E),
}

/// What is read counts as held. Where no more may be held, the body is too large.
pub(crate) async fn read_body<B>(
    mut body: B,
    bytes_max: usize,
    held: &mut HeldBytes,
) -> Result<Bytes, BodyError<B::Error>>
where
    B: Body<Data = Bytes> + Unpin,
{
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if expected > bytes_max {
        return Err(BodyError::TooLarge { bytes_max });
    }
    let no_memory = |_: MemoryRefused| BodyError::TooLarge { bytes_max };
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(BodyError::Broken)?.into_data() else {
            continue;
        };
        let came = first.len() + rest.len() + piece.len();
        if came > bytes_max {
            return Err(BodyError::TooLarge { bytes_max });
        }
        note_work();
        if came == piece.len() {
            held.resize(came).map_err(no_memory)?;
            first = piece;
            continue;
        }
        if came > rest.capacity() {
            let wanted = match expected > came {
                true => expected.min((came * STEP_FACTOR).max(FIRST_STEP_BYTES)),
                false => came.max(rest.capacity() * 2),
            };
            held.resize(wanted).map_err(no_memory)?;
            let mut larger = BytesMut::with_capacity(wanted);
            larger.extend_from_slice(&first);
            larger.extend_from_slice(&rest);
            (first, rest) = (Bytes::new(), larger);
        }
        rest.extend_from_slice(&piece);
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

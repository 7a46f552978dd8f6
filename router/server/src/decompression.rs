//! Decompresses bodies that are complete, up to a limit.
//!
//! A decoder takes up to 16 MiB beside its output, so it must not wait for a peer: compressed bytes are read to their end
//! first. What turns out to be large goes on on a thread of its own, and as many do as there are cores. Nothing that waits
//! keeps a decoder.

use crate::content_coding::ReadableCoding;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, enc::StandardAlloc};
use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};
use hansa_executor::HeldBytes;
use std::sync::LazyLock;
use tokio::sync::Semaphore;
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name};

#[derive(Debug, thiserror::Error)]
pub enum DecompressionError {
    #[error("the body is larger than {bytes_max} bytes once it is decompressed")]
    TooLarge { bytes_max: usize },
    #[error("the body is not {coding}: {reason}")]
    Broken { coding: &'static str, reason: String },
    #[error("the body breaks off within its {coding}")]
    Truncated { coding: &'static str },
    #[error("the body goes on after the end of its {coding}")]
    GoesOn { coding: &'static str },
    #[error("decompressing the body was stopped")]
    Stopped(#[source] tokio::task::JoinError),
}

/// More than this, read or written, holds up other requests on the same thread.
const AT_ONCE_BYTES_MAX: usize = 1 << 20;

/// What a decoder is given in one call: some codings have a lot of input for no output.
const INPUT_BYTES_MAX: usize = 64 * 1024;

const ZEROED_BYTES_MAX: usize = 256 * 1024;

const FIRST_OUTPUT_BYTES: usize = 16 * 1024;

/// 8 MiB, which is the most that the coding may use in HTTP. Window Sizing for Zstandard Content Encoding (RFC 9659).
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

const DEFLATE_WINDOW_BITS: u8 = 15;

/// Threads beside those that answer requests.
static PLACES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));

/// `bytes_max` is of what comes out. `held` is what the body counts for, and afterwards what comes out. Where no more may
/// be held, it is too large.
pub(crate) async fn decompress(
    coding: ReadableCoding,
    body: Bytes,
    (bytes_max, held): (usize, &mut HeldBytes),
) -> Result<Bytes, DecompressionError> {
    if body.is_empty() {
        return Ok(body);
    }
    // It goes where the work goes, which may outlive whoever waits for it.
    let nothing = held.lease().hold_nothing();
    let mut work = Decompression::new(coding, body, (bytes_max, std::mem::replace(held, nothing)))?;
    if !work.run(AT_ONCE_BYTES_MAX)? {
        let mut place = PLACES.try_acquire().ok();
        if place.is_none() {
            // From the start again, later: what waits must not keep a decoder.
            let (input, input_held) = work.into_input();
            place = PLACES.acquire().await.ok();
            work = Decompression::new(coding, input, (bytes_max, input_held))?;
        }
        let rest = tokio::task::spawn_blocking(move || {
            let _place = place;
            work.run(usize::MAX).map(|_| work)
        });
        work = rest.await.map_err(DecompressionError::Stopped)??;
    }
    let (output, output_held) = work.into_output()?;
    *held = output_held;
    Ok(output)
}

struct Decompression {
    coding: ReadableCoding,
    decoder: Decoder,
    input: Bytes,
    read: usize,
    output: Vec<u8>,
    bytes_max: usize,
    /// Input and output.
    held: HeldBytes,
    input_bytes: usize,
}

impl Decompression {
    fn new(
        coding: ReadableCoding,
        input: Bytes,
        (bytes_max, held): (usize, HeldBytes),
    ) -> Result<Decompression, DecompressionError> {
        let decoder = Decoder::new(coding).map_err(|reason| broken(coding, reason))?;
        let input_bytes = held.bytes();
        let mut work =
            Decompression { coding, decoder, input, read: 0, output: Vec::new(), bytes_max, held, input_bytes };
        work.reserve(work.input.len().saturating_mul(4).clamp(FIRST_OUTPUT_BYTES, AT_ONCE_BYTES_MAX))?;
        Ok(work)
    }

    /// Whether it came to the end before so many bytes were read or written.
    fn run(&mut self, pause_at: usize) -> Result<bool, DecompressionError> {
        let name = self.coding.name();
        loop {
            self.make_room()?;
            let before = (self.read, self.output.len());
            let end = self.input.len().min(self.read + INPUT_BYTES_MAX);
            let step = self.decoder.step(&self.input[self.read..end], &mut self.output);
            let step = step.map_err(|reason| broken(self.coding, reason))?;
            self.read += step.read;
            if self.output.len() > self.bytes_max {
                return Err(self.too_large());
            }
            let is_all_read = self.read == self.input.len();
            match (step.is_end, is_all_read) {
                (true, true) => return Ok(true),
                (true, false) => self.begin_next()?,
                (false, _) if (self.read, self.output.len()) != before => {}
                (false, true) => return Err(DecompressionError::Truncated { coding: name }),
                (false, false) => return Err(broken(self.coding, "the decoder came to a halt".to_owned())),
            }
            if self.read >= pause_at || self.output.len() >= pause_at {
                return Ok(false);
            }
        }
    }

    /// Both formats may be several in a row: gzip's members, zstd's frames.
    fn begin_next(&mut self) -> Result<(), DecompressionError> {
        match &mut self.decoder {
            Decoder::Zstd(_) => Ok(()),
            Decoder::Deflate(decoder) if self.coding == ReadableCoding::Gzip => {
                **decoder = Decompress::new_gzip(DEFLATE_WINDOW_BITS);
                Ok(())
            }
            _ => Err(DecompressionError::GoesOn { coding: self.coding.name() }),
        }
    }

    /// The output grows to twice its size, and to one byte past the limit, by which too much is found out.
    fn make_room(&mut self) -> Result<(), DecompressionError> {
        if self.output.len() < self.output.capacity() {
            return Ok(());
        }
        let most = self.bytes_max.saturating_add(1).saturating_sub(self.output.len());
        self.reserve(self.output.len().max(FIRST_OUTPUT_BYTES).min(most).max(1))
    }

    /// It counts before it is there.
    fn reserve(&mut self, more: usize) -> Result<(), DecompressionError> {
        let bytes = self.input_bytes + self.output.len() + more;
        self.held.resize(bytes).map_err(|_| self.too_large())?;
        self.output.reserve_exact(more);
        Ok(())
    }

    fn too_large(&self) -> DecompressionError {
        DecompressionError::TooLarge { bytes_max: self.bytes_max }
    }

    /// As if nothing had been done.
    fn into_input(mut self) -> (Bytes, HeldBytes) {
        self.output = Vec::new();
        // Less can always be had.
        let _ = self.held.resize(self.input_bytes);
        (self.input, self.held)
    }

    fn into_output(mut self) -> Result<(Bytes, HeldBytes), DecompressionError> {
        let unused = self.output.capacity() - self.output.len();
        if unused > self.output.len() / 4 {
            self.output.shrink_to_fit();
        }
        self.input = Bytes::new();
        self.held.resize(self.output.len()).map_err(|_| self.too_large())?;
        Ok((Bytes::from(self.output), self.held))
    }
}

enum Decoder {
    Deflate(Box<Decompress>),
    Br(Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>),
    Zstd(DCtx<'static>),
}

struct Step {
    read: usize,
    is_end: bool,
}

impl Decoder {
    fn new(coding: ReadableCoding) -> Result<Decoder, String> {
        Ok(match coding {
            ReadableCoding::Gzip => Decoder::Deflate(Box::new(Decompress::new_gzip(DEFLATE_WINDOW_BITS))),
            ReadableCoding::Deflate => Decoder::Deflate(Box::new(Decompress::new(true))),
            ReadableCoding::Br => {
                let (bytes, words, codes) =
                    (StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
                // Strict: not the dialect with windows of up to a gibibyte, which is not the coding `br`.
                Decoder::Br(Box::new(BrotliState::new_strict(bytes, words, codes)))
            }
            ReadableCoding::Zstd => {
                let mut context = DCtx::try_create().ok_or("there is no memory for a decoder")?;
                let set = context.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX));
                set.map_err(|code| get_error_name(code).to_owned())?;
                Decoder::Zstd(context)
            }
        })
    }

    /// Fills the room that `output` has.
    fn step(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<Step, String> {
        match self {
            Decoder::Deflate(decoder) => {
                let before = decoder.total_in();
                let status = decoder.decompress_vec(input, output, FlushDecompress::None);
                let status = status.map_err(|error| error.message().unwrap_or("it is damaged").to_owned())?;
                let read = usize::try_from(decoder.total_in() - before).unwrap_or(usize::MAX);
                Ok(Step { read, is_end: status == Status::StreamEnd })
            }
            Decoder::Br(state) => brotli_step(state, input, output),
            Decoder::Zstd(context) => {
                let (mut given, written) = (InBuffer::around(input), output.len());
                let mut room = OutBuffer::around_pos(output, written);
                let left = context.decompress_stream(&mut room, &mut given);
                let left = left.map_err(|code| get_error_name(code).to_owned())?;
                Ok(Step { read: given.pos(), is_end: left == 0 })
            }
        }
    }
}

fn brotli_step(
    state: &mut BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    input: &[u8],
    output: &mut Vec<u8>,
) -> Result<Step, String> {
    let start = output.len();
    // Not all of it: what is filled with zeros here is filled again by the next step.
    output.resize(output.capacity().min(start + ZEROED_BYTES_MAX), 0);
    let (mut input_left, mut read) = (input.len(), 0);
    let (mut room_left, mut written, mut total) = (output.len() - start, 0, 0);
    let result = BrotliDecompressStream(
        &mut input_left,
        &mut read,
        input,
        &mut room_left,
        &mut written,
        &mut output[start..],
        &mut total,
        state,
    );
    output.truncate(start + written);
    match result {
        BrotliResult::ResultFailure => Err("it is damaged".to_owned()),
        result => Ok(Step { read, is_end: matches!(result, BrotliResult::ResultSuccess) }),
    }
}

fn broken(coding: ReadableCoding, reason: String) -> DecompressionError {
    DecompressionError::Broken { coding: coding.name(), reason }
}

#[cfg(test)]
mod tests {
    use super::{DecompressionError, decompress};
    use crate::content_coding::ReadableCoding;
    use bytes::Bytes;
    use flate2::{Compression, write::GzEncoder};
    use hansa_executor::{HeldBytes, MemoryBudget};
    use std::{io::Write, sync::Arc};

    fn gzip(bytes: usize) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&vec![b' '; bytes]).unwrap();
        encoder.finish().unwrap().into()
    }

    fn held(budget: &Arc<MemoryBudget>, bytes: usize) -> HeldBytes {
        let mut held = budget.lease().hold_nothing();
        held.resize(bytes).unwrap();
        held
    }

    #[tokio::test]
    async fn what_comes_out_counts_while_it_grows() {
        let body = gzip(32 << 20);
        let budget = MemoryBudget::new(4 << 20, usize::MAX);
        let mut held = held(&budget, body.len());
        let lease = held.lease().clone();
        let refused = decompress(ReadableCoding::Gzip, body, (64 << 20, &mut held)).await;
        assert!(matches!(refused, Err(DecompressionError::TooLarge { .. })), "{refused:?}");
        assert!(lease.is_refused() && lease.peak_bytes() > 1 << 20, "{}", lease.peak_bytes());
        assert_eq!(budget.held_bytes(), 0);
    }

    /// More at once than there are threads for it.
    #[tokio::test]
    async fn many_large_ones_have_their_turn() {
        let body = gzip(3 << 20);
        let budget = MemoryBudget::new(usize::MAX, usize::MAX);
        let all = (0..30).map(|_| async {
            let mut held = held(&budget, body.len());
            let output = decompress(ReadableCoding::Gzip, body.clone(), (4 << 20, &mut held)).await.unwrap();
            assert_eq!((output.len(), held.bytes()), (3 << 20, 3 << 20));
        });
        futures_util::future::join_all(all).await;
        assert_eq!(budget.held_bytes(), 0);
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_nothing_behind() {
        let body = gzip(3 << 20);
        let budget = MemoryBudget::new(usize::MAX, usize::MAX);
        for _ in 0..50 {
            let mut held = held(&budget, body.len());
            let work = decompress(ReadableCoding::Gzip, body.clone(), (4 << 20, &mut held));
            let _ = futures_util::poll!(std::pin::pin!(work));
        }
        let mut held = held(&budget, body.len());
        decompress(ReadableCoding::Gzip, body, (4 << 20, &mut held)).await.unwrap();
    }
}

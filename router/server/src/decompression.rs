//! Decompresses bodies that are complete, up to a limit.
//!
//! A decoder takes up to 16 MiB beside its output, so it must not wait for a peer: compressed bytes are read to their end
//! first, and then there are never more decoders than threads. What turns out to be large goes on a thread of its own.

use crate::content_coding::ReadableCoding;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, enc::StandardAlloc};
use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};
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

/// `bytes_max` is of what comes out.
pub(crate) async fn decompress(
    coding: ReadableCoding,
    body: Bytes,
    bytes_max: usize,
) -> Result<Bytes, DecompressionError> {
    if body.is_empty() {
        return Ok(body);
    }
    let mut work = Decompression::new(coding, body, bytes_max)?;
    if !work.run(AT_ONCE_BYTES_MAX)? {
        let rest = tokio::task::spawn_blocking(move || work.run(usize::MAX).map(|_| work));
        work = rest.await.map_err(DecompressionError::Stopped)??;
    }
    Ok(work.into_output())
}

struct Decompression {
    coding: ReadableCoding,
    decoder: Decoder,
    input: Bytes,
    read: usize,
    output: Vec<u8>,
    bytes_max: usize,
}

impl Decompression {
    fn new(coding: ReadableCoding, input: Bytes, bytes_max: usize) -> Result<Decompression, DecompressionError> {
        let decoder = Decoder::new(coding).map_err(|reason| broken(coding, reason))?;
        let output = Vec::with_capacity(input.len().saturating_mul(4).clamp(FIRST_OUTPUT_BYTES, AT_ONCE_BYTES_MAX));
        Ok(Decompression { coding, decoder, input, read: 0, output, bytes_max })
    }

    /// Whether it came to the end before so many bytes were read or written.
    fn run(&mut self, pause_at: usize) -> Result<bool, DecompressionError> {
        let name = self.coding.name();
        loop {
            self.make_room();
            let before = (self.read, self.output.len());
            let end = self.input.len().min(self.read + INPUT_BYTES_MAX);
            let step = self.decoder.step(&self.input[self.read..end], &mut self.output);
            let step = step.map_err(|reason| broken(self.coding, reason))?;
            self.read += step.read;
            if self.output.len() > self.bytes_max {
                return Err(DecompressionError::TooLarge { bytes_max: self.bytes_max });
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
    fn make_room(&mut self) {
        if self.output.len() == self.output.capacity() {
            let most = self.bytes_max.saturating_add(1).saturating_sub(self.output.len());
            self.output.reserve_exact(self.output.len().max(FIRST_OUTPUT_BYTES).min(most).max(1));
        }
    }

    fn into_output(mut self) -> Bytes {
        let unused = self.output.capacity() - self.output.len();
        if unused > self.output.len() / 4 {
            self.output.shrink_to_fit();
        }
        Bytes::from(self.output)
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

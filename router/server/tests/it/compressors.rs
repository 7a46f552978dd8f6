//! Compresses what tests send and decompresses what they get, by other ways than the router's.

use flate2::{Compression, read};
use std::io::{Cursor, Read};

pub(crate) const CODINGS: [&str; 4] = ["gzip", "deflate", "br", "zstd"];

pub(crate) fn compressed(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut output = Vec::new();
    match coding {
        "gzip" => _ = read::GzEncoder::new(bytes, Compression::new(6)).read_to_end(&mut output).unwrap(),
        "deflate" => _ = read::ZlibEncoder::new(bytes, Compression::new(6)).read_to_end(&mut output).unwrap(),
        "br" => _ = brotli::CompressorReader::new(bytes, 4096, 5, 22).read_to_end(&mut output).unwrap(),
        "zstd" => output = zstd::stream::encode_all(bytes, 3).unwrap(),
        other => panic!("{other}"),
    }
    output
}

pub(crate) fn decompressed(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut output = Vec::new();
    match coding {
        "gzip" => _ = read::GzDecoder::new(bytes).read_to_end(&mut output).unwrap(),
        "br" => _ = brotli::Decompressor::new(Cursor::new(bytes), 4096).read_to_end(&mut output).unwrap(),
        "zstd" => output = zstd::stream::decode_all(bytes).unwrap(),
        other => panic!("{other}"),
    }
    output
}

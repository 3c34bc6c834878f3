//! Data files as they are published: gzipped, mostly.

use std::borrow::Cow;

use crate::error::DataError;

/// How a gzip stream begins; no IDX or safetensors file begins so.
const MAGIC: &[u8] = &[0x1f, 0x8b];

/// Unpacks `content` where it is gzipped; raw content comes back as it is.
pub(super) fn gunzip<'a>(file: &str, content: &'a [u8]) -> Result<Cow<'a, [u8]>, DataError> {
    if !content.starts_with(MAGIC) {
        return Ok(content.into());
    }
    unpack(content)
        .map(Cow::from)
        .map_err(|cause| DataError::Gzip {
            file: file.to_string(),
            cause,
        })
}

#[cfg(not(target_arch = "wasm32"))]
fn unpack(content: &[u8]) -> Result<Vec<u8>, String> {
    use std::io::Read;
    /// Far above any such data set: a small file that unpacks to more is an attack or an accident.
    const LIMIT: u64 = 1 << 30;
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(content)
        .take(LIMIT + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| error.to_string())?;
    if unpacked.len() as u64 > LIMIT {
        return Err(format!("it unpacks to more than {LIMIT} bytes"));
    }
    Ok(unpacked)
}

/// A browser has a decoder of its own, so the library brings none (20 KB of its download).
#[cfg(target_arch = "wasm32")]
fn unpack(_: &[u8]) -> Result<Vec<u8>, String> {
    Err("in a browser the caller unpacks it, with DecompressionStream".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_damaged_stream_is_named() {
        let content = b"as it was before it was packed, and as it comes back";
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        assert_eq!(*gunzip("i", content).unwrap(), *content);
        assert_eq!(*gunzip("i.gz", &packed).unwrap(), *content);
        let error = gunzip("i.gz", &packed[..packed.len() - 9]).unwrap_err();
        assert!(matches!(error, DataError::Gzip { .. }), "{error}");
        assert!(error.to_string().starts_with("i.gz: "), "{error}");
    }
}

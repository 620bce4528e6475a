//! Compresses the OpenAPI document, which is half a megabyte of a binary that should be small.

use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;

const DOCUMENT: &str = "openapi.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&std::fs::read(DOCUMENT)?)?;
    let compressed = Path::new(&std::env::var("OUT_DIR")?).join(DOCUMENT).with_extension("deflate");
    std::fs::write(compressed, encoder.finish()?)?;
    Ok(())
}

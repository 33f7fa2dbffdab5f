//! Writes what a `.zst` file holds to standard output: for scripts on machines without the `zstd` program.
//!
//! ```console
//! $ cargo run -q -p tallybook-examples --example unzstd -- data/complete-journey/transactions.csv.zst | head
//! ```

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

use ruzstd::decoding::StreamingDecoder;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let mut file = BufReader::new(File::open(path)?);
    let mut out = io::stdout().lock();
    // A file that was joined, or compressed in parallel, has several frames.
    while !file.fill_buf()?.is_empty() {
        io::copy(&mut StreamingDecoder::new(&mut file)?, &mut out)?;
    }
    Ok(())
}

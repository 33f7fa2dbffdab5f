//! The commands of `docs/cli.md` run as a test, in order, and print what the page says they print.
//!
//! They run in a temporary copy of `tests/data`. To write the page anew after a change, run the test with
//! `TALLYBOOK_DOCS=write`; what changes from run to run is then to be written as `[..]` again by hand.

use std::fs;
use std::path::Path;

#[test]
fn the_commands_of_the_cli_page_print_what_it_says() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = here.join("../../docs/cli.md");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("cli.md");
    let work = folder.path().join("cli.in");
    fs::create_dir(&work).unwrap();
    for file in fs::read_dir(here.join("tests/data")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), work.join(file.file_name())).unwrap();
    }
    fs::copy(&page, &copy).unwrap();
    trycmd::TestCases::new().env("NO_COLOR", "1").case(&copy).run();
}

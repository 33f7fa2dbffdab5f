//! Pages of commands run as tests: each in order, in a temporary copy of `tests/data`.
//!
//! `TRYCMD=overwrite cargo test -p tallybook-cli --test cli_docs` writes the pages anew after a change; what differs from
//! run to run is then to be written as `[..]` again by hand.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

fn check(page: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = here.join(page);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("page.md");
    let work = folder.path().join("page.in");
    fs::create_dir(&work).unwrap();
    for file in fs::read_dir(here.join("tests/data")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), work.join(file.file_name())).unwrap();
    }
    fs::copy(&page, &copy).unwrap();
    trycmd::TestCases::new().env("NO_COLOR", "1").case(&copy).run();
    if std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite") {
        fs::copy(&copy, &page).unwrap();
    }
}

#[test]
fn the_commands_of_the_cli_page_print_what_it_says() {
    check("../../docs/cli.md");
}

#[test]
fn every_other_command_and_error_prints_what_is_written_down() {
    check("tests/commands.md");
}

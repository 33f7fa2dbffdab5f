//! What the run came to, as Markdown.

use std::collections::BTreeMap;

use crate::build::Built;
use crate::judge::Verdict;
use crate::listing::Mutant;

const COLUMNS: [&str; 5] = ["Caught", "Timed out", "Survived", "Not viable", "Not planted"];

/// Prints a table by file, then the mutants that survived and those that were not planted.
pub fn print(mutants: &[Mutant], built: &Built, verdicts: &BTreeMap<u32, Verdict>) {
    let mut files: BTreeMap<String, [usize; 5]> = BTreeMap::new();
    let mut lists = [const { Vec::new() }; 5];
    for mutant in mutants {
        let column = match verdicts.get(&mutant.id) {
            Some(Verdict::Caught(_)) => 0,
            Some(Verdict::TimedOut) => 1,
            Some(Verdict::Survived) => 2,
            None if built.not_viable.contains(&mutant.id) => 3,
            None => 4,
        };
        files.entry(format!("`{}`", mutant.file)).or_default()[column] += 1;
        lists[column].push(mutant);
    }
    println!("| File | Mutants | {} |\n|---|---|---|---|---|---|---|", COLUMNS.join(" | "));
    let together = ("**together**".to_owned(), lists.each_ref().map(Vec::len));
    for (name, counts) in files.into_iter().chain([together]) {
        let sum: usize = counts.iter().sum();
        println!("| {name} | {sum} | {} |", counts.map(|count| count.to_string()).join(" | "));
    }
    for column in [2, 4] {
        println!("\n{}:\n", COLUMNS[column]);
        lists[column].iter().for_each(|mutant| println!("- {} ({})", mutant.name, mutant.id));
    }
}

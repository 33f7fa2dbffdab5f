//! Figures: what a job came to in each run, and the table or JSON that tells it.
//!
//! A figure is told by its median with the least and the greatest of all runs, never by a mean, and always beside the
//! machine, the commit and the command. A peer's figure, or a limit's, names the one of ours that it stands beside.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// One figure of one job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// The row of docs/performance.md that it belongs to, named as the job is.
    #[serde(default)]
    pub row: String,
    /// Who was measured: `tallybook`, `limit` for what the machine would allow, or a peer's name.
    pub who: String,
    /// What was measured.
    pub what: String,
    /// The unit, such as `orders/s`.
    pub unit: String,
    /// What every run came to, in order of running.
    pub runs: Vec<f64>,
    /// For a peer or a limit: what of ours does the same work.
    #[serde(default)]
    pub beside: Option<String>,
}

impl Figure {
    /// A figure of ours.
    pub fn ours(what: impl Into<String>, unit: &str, runs: Vec<f64>) -> Figure {
        Figure::of("tallybook", what, unit, runs)
    }

    /// A figure of somebody's.
    pub fn of(who: &str, what: impl Into<String>, unit: &str, runs: Vec<f64>) -> Figure {
        let (row, who, unit) = (String::new(), who.to_owned(), unit.to_owned());
        Figure { row, who, what: what.into(), unit, runs, beside: None }
    }

    /// What the machine would allow for one of ours.
    pub fn limit(what: impl Into<String>, unit: &str, runs: Vec<f64>, beside: impl Into<String>) -> Figure {
        Figure { beside: Some(beside.into()), ..Figure::of("limit", what, unit, runs) }
    }

    /// The runs' median; the lower of the two in the middle where there is an even number.
    pub fn median(&self) -> f64 {
        let mut sorted = self.runs.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
    }

    fn least(&self) -> f64 {
        self.runs.iter().copied().min_by(f64::total_cmp).unwrap_or(f64::NAN)
    }

    fn greatest(&self) -> f64 {
        self.runs.iter().copied().max_by(f64::total_cmp).unwrap_or(f64::NAN)
    }
}

/// Where and how figures came about.
#[derive(Clone, Debug, Serialize)]
pub struct Circumstances {
    /// The processor's model.
    pub processor: String,
    /// How many cores the process may use.
    pub cores: usize,
    /// The system's kernel.
    pub kernel: String,
    /// The file system that holds the measured files.
    pub file_system: String,
    /// The commit that was checked out, and whether anything was changed since.
    pub commit: String,
    /// The command that measured.
    pub command: String,
}

impl Circumstances {
    /// Looks around; what cannot be told is `unknown`.
    pub fn here(folder: &Path) -> Circumstances {
        let text = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let processor = text("/proc/cpuinfo");
        let processor =
            processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
        let command: Vec<String> = std::env::args().skip(1).collect();
        Circumstances {
            processor: known(processor.trim_start_matches([' ', '\t', ':'])),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: known(text("/proc/sys/kernel/osrelease").trim()),
            file_system: file_system(&text("/proc/mounts"), folder),
            commit: commit(),
            command: format!("cargo run --release -p tallybook-benches -- {}", command.join(" ")),
        }
    }
}

fn known(text: &str) -> String {
    if text.is_empty() { "unknown".to_owned() } else { text.to_owned() }
}

/// The type of the file system mounted nearest above a folder.
fn file_system(mounts: &str, folder: &Path) -> String {
    let Ok(folder) = folder.canonicalize() else { return known("") };
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (point, kind) = (words.next()?, words.next()?);
        folder.starts_with(point).then_some((point.len(), kind))
    });
    // Of two mounts on one point the later hides the earlier.
    mounted.max_by_key(|(len, _)| *len).map_or_else(|| known(""), |(_, kind)| kind.to_owned())
}

fn commit() -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=10", "HEAD"]) else { return known("") };
    match git(&["status", "--porcelain", "--untracked-files=no"]) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit} with changes"),
    }
}

/// Work that could not be measured, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Whose work: a peer's name, or a row where it was ours.
    pub who: String,
    /// What there is to install, or what went wrong.
    pub why: String,
}

/// All that one run came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The figures, in order of measuring.
    pub figures: Vec<Figure>,
    /// Peers that are not installed.
    pub skipped: Vec<Missing>,
    /// What should have been measured, but ended in an error.
    pub failed: Vec<Missing>,
    /// Rows and the seconds that each took, with all that prepares it.
    pub took: Vec<(String, f64)>,
}

impl Report {
    /// A report of figures that all are of one row.
    pub fn of(row: &str, figures: Vec<Figure>) -> Report {
        let mut report = Report::default();
        report.add(row, figures);
        report
    }

    /// Adds figures to a row.
    pub fn add(&mut self, row: &str, figures: Vec<Figure>) {
        self.figures.extend(figures.into_iter().map(|figure| Figure { row: row.to_owned(), ..figure }));
    }

    /// How many times as good ours of the same row is as a figure that stands beside it; `None` where none of ours does.
    pub fn ours_times(&self, theirs: &Figure) -> Option<f64> {
        let beside = theirs.beside.as_ref()?;
        let is_it = |figure: &&Figure| {
            figure.who == "tallybook" && figure.row == theirs.row && figure.what == *beside
        };
        let ours = self.figures.iter().find(is_it)?;
        // Of a time less is better, of a rate more.
        Some(match ours.unit.ends_with("/s") {
            true => ours.median() / theirs.median(),
            false => theirs.median() / ours.median(),
        })
    }

    /// Figures as a table, with where and how they came about.
    pub fn table(&self, circumstances: &Circumstances) -> String {
        let Circumstances { processor, cores, kernel, file_system, commit, command } = circumstances;
        let mut out = String::new();
        let _ = writeln!(out, "machine  {processor}, {cores} cores, kernel {kernel}, {file_system}");
        let _ = writeln!(out, "commit   {commit}");
        let _ = writeln!(out, "command  {command}\n");
        let width = |text: fn(&Figure) -> &str, heading: &str| {
            let widths = self.figures.iter().map(|figure| text(figure).chars().count());
            widths.chain([heading.len()]).max().unwrap_or(0)
        };
        let who = width(|figure| &figure.who, "who");
        let what = width(|figure| &figure.what, "what");
        let unit = width(|figure| &figure.unit, "unit");
        let _ = writeln!(
            out,
            "{:who$}  {:what$}  {:>12}  {:>12}  {:>12}  {:unit$}  {:>10}",
            "who", "what", "median", "min", "max", "unit", "ours times"
        );
        for figure in &self.figures {
            let [median, min, max] = [figure.median(), figure.least(), figure.greatest()].map(shown);
            let times = self.ours_times(figure).map(shown).unwrap_or_default();
            let line = format!(
                "{:who$}  {:what$}  {median:>12}  {min:>12}  {max:>12}  {:unit$}  {times:>10}",
                figure.who, figure.what, figure.unit
            );
            let _ = writeln!(out, "{}", line.trim_end());
        }
        for (told, all) in [("skipped", &self.skipped), ("failed", &self.failed)] {
            for Missing { who, why } in all {
                let _ = writeln!(out, "{told}  {who}: {why}");
            }
        }
        out
    }

    /// Figures as JSON, with where and how they came about.
    pub fn json(&self, circumstances: &Circumstances) -> serde_json::Value {
        let figures: Vec<_> = self
            .figures
            .iter()
            .map(|figure| {
                serde_json::json!({
                    "row": figure.row,
                    "who": figure.who,
                    "what": figure.what,
                    "unit": figure.unit,
                    "median": figure.median(),
                    "min": figure.least(),
                    "max": figure.greatest(),
                    "runs": figure.runs,
                    "beside": figure.beside,
                    "ours_times": self.ours_times(figure),
                })
            })
            .collect();
        let took: Vec<_> = self
            .took
            .iter()
            .map(|(row, seconds)| serde_json::json!({ "row": row, "seconds": seconds }))
            .collect();
        serde_json::json!({
            "circumstances": circumstances,
            "figures": figures,
            "skipped": self.skipped,
            "failed": self.failed,
            "took": took,
        })
    }
}

/// A number in few digits: thousands with commas, small ones with decimals.
pub fn shown(value: f64) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    if value.abs() < 100.0 {
        return format!("{value:.3}");
    }
    let digits = format!("{:.0}", value.abs());
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value < 0.0 { format!("-{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_told_by_its_median_and_its_bounds() {
        let figure = Figure::ours("orders", "orders/s", vec![3.0, 1.0, 2.0, 9.0]);
        assert_eq!((figure.median(), figure.least(), figure.greatest()), (2.0, 1.0, 9.0));
    }

    #[test]
    fn a_peer_is_held_beside_ours_where_more_is_better_and_where_less_is() {
        let beside = |figure: Figure, what: &str| Figure { beside: Some(what.to_owned()), ..figure };
        let figures = vec![
            beside(Figure::of("peer", "earn", "orders/s", vec![100.0]), "order"),
            beside(Figure::of("peer", "stop", "s", vec![9.0]), "close"),
            beside(Figure::of("peer", "rest", "s", vec![9.0]), "nothing of ours"),
            Figure::ours("order", "orders/s", vec![400.0]),
            Figure::ours("close", "s", vec![3.0]),
        ];
        let report = Report::of("row", figures);
        let times: Vec<_> = report.figures.iter().map(|figure| report.ours_times(figure)).collect();
        assert_eq!(times, [Some(4.0), Some(3.0), None, None, None]);
    }

    #[test]
    fn numbers_are_shown_in_few_digits() {
        let shown = [0.0123, 99.5, 100.0, 1_234_567.8, -4_000.0, f64::NAN].map(shown);
        assert_eq!(shown, ["0.012", "99.500", "100", "1,234,568", "-4,000", "-"]);
    }

    #[test]
    fn the_file_system_is_that_of_the_nearest_mount() {
        let mounts = "/dev/a / ext4 rw 0 0\nproc /proc proc rw 0 0\n";
        assert_eq!(file_system(mounts, Path::new("/")), "ext4");
        assert_eq!(file_system(mounts, Path::new("/proc")), "proc");
    }
}

//! A progress bar with rate and time left, on a terminal only.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far a long command has come.
pub struct Progress {
    bar: ProgressBar,
    done: Arc<AtomicU64>,
    started: Instant,
}

impl Progress {
    /// A bar over `total` of what `done` counts; hidden where nobody looks, or `hidden` is asked.
    pub fn new(total: u64, done: Arc<AtomicU64>, hidden: bool) -> Progress {
        let bar = ProgressBar::new(total);
        if hidden || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3}%  {msg}  {eta} left") {
            bar.set_style(style);
        }
        Progress { bar, done, started: Instant::now() }
    }

    /// Shows that so many `things` have been done by now.
    pub fn show(&self, count: u64, things: &str) {
        self.bar.set_position(self.done.load(Ordering::Relaxed));
        let seconds = self.started.elapsed().as_secs().max(1);
        self.bar.set_message(format!("{} {things}, {}/s", HumanCount(count), HumanCount(count / seconds)));
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

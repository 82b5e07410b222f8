//! What is printed: a line for each thing that was tried, and what to do where it failed.

use std::env;
use std::io::{IsTerminal as _, stdout};
use std::process::ExitCode;

const GREEN: &str = "32";
const YELLOW: &str = "33";
const RED: &str = "31";

pub(crate) struct Report {
    colored: bool,
    faults: usize,
}

#[derive(Clone, Copy)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "always" => Some(Self::Always),
            "never" => Some(Self::Never),
            _ => None,
        }
    }
}

impl Report {
    pub(crate) fn new(color: Color) -> Self {
        let colored = match color {
            // https://no-color.org: any value that is not empty.
            Color::Auto => {
                stdout().is_terminal()
                    && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
            Color::Always => true,
            Color::Never => false,
        };
        Self { colored, faults: 0 }
    }

    pub(crate) fn works(&mut self, what: &str, found: &str) {
        self.line(GREEN, "ok", what, found);
    }

    pub(crate) fn skipped(&mut self, what: &str, why: &str) {
        self.line(YELLOW, "--", what, why);
    }

    /// Something that may be meant so.
    pub(crate) fn doubtful(&mut self, what: &str, found: &str, advice: &str) {
        self.line(YELLOW, "??", what, found);
        self.advice(advice);
    }

    pub(crate) fn fails(&mut self, what: &str, found: &str, advice: &str) {
        self.faults += 1;
        self.line(RED, "XX", what, found);
        self.advice(advice);
    }

    /// The last line, and what a script sees.
    pub(crate) fn conclude(self) -> ExitCode {
        match self.faults {
            0 => {
                println!("everything that was tried works");
                ExitCode::SUCCESS
            }
            faults => {
                println!("{faults} of these must be mended");
                ExitCode::FAILURE
            }
        }
    }

    fn line(&self, color: &str, mark: &str, what: &str, text: &str) {
        if self.colored {
            println!("\x1b[{color}m{mark}\x1b[0m {what:11} {text}");
        } else {
            println!("{mark} {what:11} {text}");
        }
    }

    fn advice(&self, advice: &str) {
        println!("   {:11} -> {advice}", "");
    }
}

/// An error and its causes, on one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    for cause in causes {
        let cause = cause.to_string();
        // Some libraries repeat their cause.
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

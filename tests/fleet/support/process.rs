//! A process of the fleet, from outside.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// Longer than anything takes on a machine that works.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `fleet-process`, killed with this.
#[derive(Debug)]
pub struct FleetProcess {
    child: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl FleetProcess {
    /// Starts one; `program` is where Cargo built it.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn start(program: &str, endpoint: &str, store: &str) -> Self {
        let mut child = Command::new(program)
            .args([endpoint, store])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("fleet-process starts");
        let commands = child.stdin.take().expect("a pipe");
        let answers = child.stdout.take().expect("a pipe");
        Self {
            child,
            commands,
            answers: BufReader::new(answers).lines(),
        }
    }

    /// Has it run a command, whose answer [`answer`](Self::answer) waits for.
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub async fn tell(&mut self, command: &str) {
        let line = format!("{command}\n");
        let written = self.commands.write_all(line.as_bytes()).await;
        written.expect("fleet-process reads");
    }

    /// The next answer.
    ///
    /// # Panics
    ///
    /// If it ends, or does not answer within a minute.
    pub async fn answer(&mut self) -> String {
        let line = timeout(PATIENCE, self.answers.next_line()).await;
        let line = line.expect("fleet-process answers within a minute");
        line.expect("a pipe").expect("fleet-process goes on")
    }

    /// Has it run a command and waits for the answer.
    ///
    /// # Panics
    ///
    /// As [`answer`](Self::answer).
    pub async fn ask(&mut self, command: &str) -> String {
        self.tell(command).await;
        self.answer().await
    }

    /// Sends a signal, such as `STOP`, `CONT` or `KILL`.
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub fn signal(&self, name: &str) {
        super::signal(self.child.id().expect("a running process"), name);
    }
}

//! Control of one process of the fleet.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// Longer than any reply takes.
const REPLY_TIMEOUT: Duration = Duration::from_secs(60);

/// A running `fleet-process`, killed on drop.
#[derive(Debug)]
pub struct FleetProcess {
    child: Child,
    commands: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
}

impl FleetProcess {
    /// Starts a process; `program` is the path of the executable.
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
        let replies = child.stdout.take().expect("a pipe");
        Self {
            child,
            commands,
            replies: BufReader::new(replies).lines(),
        }
    }

    /// Sends a command, whose reply [`reply`](Self::reply) returns.
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub async fn send(&mut self, command: &str) {
        let line = format!("{command}\n");
        let written = self.commands.write_all(line.as_bytes()).await;
        written.expect("fleet-process reads");
    }

    /// Waits for the next reply.
    ///
    /// # Panics
    ///
    /// If it ends, or does not reply within a minute.
    pub async fn reply(&mut self) -> String {
        let line = timeout(REPLY_TIMEOUT, self.replies.next_line()).await;
        let line = line.expect("fleet-process replies within a minute");
        line.expect("a pipe").expect("fleet-process is running")
    }

    /// Sends a command and waits for the reply.
    ///
    /// # Panics
    ///
    /// As [`reply`](Self::reply).
    pub async fn run(&mut self, command: &str) -> String {
        self.send(command).await;
        self.reply().await
    }

    /// Sends a signal, such as `STOP`, `CONT` or `KILL`.
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub fn signal(&self, name: &str) {
        signal(self.child.id().expect("a running process"), name);
    }
}

/// Sends a signal to a process.
///
/// # Panics
///
/// If there is no `kill`.
pub fn signal(process: u32, name: &str) {
    let status = std::process::Command::new("kill")
        .arg(format!("-{name}"))
        .arg(process.to_string())
        .status();
    assert!(status.expect("kill").success(), "kill -{name} {process}");
}

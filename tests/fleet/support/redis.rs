//! Redis servers started by the tests.

mod monitor;
mod resp;

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use crate::TestDirectory;
use crate::process::signal;

pub use self::monitor::Monitor;
use self::resp::exchange;

/// A `redis-server` on a free loopback port, with a password; killed on drop.
#[derive(Debug)]
pub struct RedisServer {
    process: Child,
    port: u16,
    directory: TestDirectory,
    options: Vec<String>,
}

impl RedisServer {
    /// The password of the default user.
    pub const PASSWORD: &str = "redis-pa55word";

    /// Starts a server, or returns `None` if `redis-server` is not installed, unless the environment variable
    /// `REQUIRE_TOOLS` is set.
    ///
    /// # Panics
    ///
    /// If it does not start, or if it is not installed and `REQUIRE_TOOLS` is set.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts a server with additional options, such as `["--cluster-enabled", "yes"]`.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with(options: &[&str]) -> Option<Self> {
        let directory = TestDirectory::new();
        let port = free_port();
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        match spawn(port, &directory, &options) {
            Ok(process) => {
                let server = Self {
                    process,
                    port,
                    directory,
                    options,
                };
                server.wait_until_ready();
                Some(server)
            }
            Err(error) if std::env::var_os("REQUIRE_TOOLS").is_none() => {
                static TELL: Once = Once::new();
                // Written directly: the test harness hides the output of tests that pass.
                TELL.call_once(|| {
                    let _ = writeln!(
                        std::io::stderr(),
                        "tests are skipped, {error}: install redis-server (Debian: apt-get install redis-server)"
                    );
                });
                None
            }
            Err(error) => panic!("redis-server: {error}"),
        }
    }

    /// Starts a Sentinel that watches `master` under the name `mymaster`.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start_sentinel(master: &Self) -> Self {
        let directory = TestDirectory::new();
        let (port, master) = (free_port(), master.port);
        let password = Self::PASSWORD;
        let configuration = format!(
            "port {port}\nbind 127.0.0.1\nrequirepass {password}\n\
             sentinel monitor mymaster 127.0.0.1 {master} 1\nsentinel auth-pass mymaster {password}\n"
        );
        let file = directory.path().join("sentinel.conf");
        std::fs::write(&file, configuration).expect("a writable directory");
        let process = Command::new("redis-server")
            .arg(&file)
            .arg("--sentinel")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        let server = Self {
            process,
            port,
            directory,
            options: Vec::new(),
        };
        server.wait_until_ready();
        server
    }

    /// Returns the URL for the default user.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// Returns that URL with the port of a proxy.
    #[must_use]
    pub fn url_at(&self, port: u16) -> String {
        format!("redis://:{}@127.0.0.1:{port}", Self::PASSWORD)
    }

    /// Returns its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the directory with `dump.rdb`.
    #[must_use]
    pub fn directory(&self) -> &TestDirectory {
        &self.directory
    }

    /// Sends a signal, such as `STOP`, `CONT` or `KILL`.
    ///
    /// # Panics
    ///
    /// If there is no `kill`.
    pub fn signal(&self, name: &str) {
        signal(self.process.id(), name);
    }

    /// Kills it and starts an empty server on the same port.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn restart_empty(&mut self) {
        self.kill();
        self.process =
            spawn(self.port, &self.directory, &self.options).expect("redis-server is installed");
        self.wait_until_ready();
    }

    /// Kills it.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Sends a command and returns the first line or the bulk string of the reply.
    ///
    /// # Panics
    ///
    /// If it does not reply.
    pub fn command(&self, words: &[&str]) -> String {
        self.connect()
            .and_then(|mut stream| exchange(&mut stream, words))
            .expect("a reply of redis-server")
    }

    /// Repeats a command until its reply satisfies `is_wanted`.
    ///
    /// # Panics
    ///
    /// If that takes more than a minute.
    pub fn wait_for(&self, words: &[&str], is_wanted: impl Fn(&str) -> bool) {
        let start = Instant::now();
        let mut reply = String::new();
        while start.elapsed() < Duration::from_secs(60) {
            reply = self.command(words);
            if is_wanted(&reply) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{words:?} returned this for a minute: {reply}");
    }

    /// Opens an authenticated connection.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached.
    pub fn connect(&self) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        exchange(&mut stream, &["AUTH", Self::PASSWORD])?;
        Ok(stream)
    }

    /// Records every command that the server runs from now on.
    ///
    /// # Panics
    ///
    /// If it does not reply.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        Monitor::start(self.connect().expect("a running redis-server"))
    }

    fn wait_until_ready(&self) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            let pong = self
                .connect()
                .and_then(|mut stream| exchange(&mut stream, &["PING"]));
            if pong.is_ok_and(|pong| pong == "PONG") {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("redis-server did not start within 20 s");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound socket").port()
}

fn spawn(port: u16, directory: &TestDirectory, options: &[String]) -> std::io::Result<Child> {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--requirepass", RedisServer::PASSWORD, "--save", ""])
        .arg("--dir")
        .arg(directory.path())
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

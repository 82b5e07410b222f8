//! A Redis of the test's own.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::TestDirectory;

/// A `redis-server` on a free port of the loopback interface, with a password, stopped with this.
#[derive(Debug)]
pub struct RedisServer {
    process: Child,
    port: u16,
    directory: TestDirectory,
}

impl RedisServer {
    /// The password of the default user.
    pub const PASSWORD: &str = "redis-pa55word";

    /// Starts one, or returns `None` where there is no `redis-server`, unless the environment variable
    /// `REQUIRE_TOOLS` is set.
    ///
    /// # Panics
    ///
    /// If it does not start, or if there is none and `REQUIRE_TOOLS` is set.
    #[must_use]
    pub fn start() -> Option<Self> {
        let directory = TestDirectory::new();
        let port = free_port();
        match spawn(port, &directory) {
            Ok(process) => {
                let server = Self {
                    process,
                    port,
                    directory,
                };
                server.wait_until_ready();
                Some(server)
            }
            Err(error) if std::env::var_os("REQUIRE_TOOLS").is_none() => {
                eprintln!(
                    "skipped, {error}: install redis-server (Debian: apt-get install redis-server)"
                );
                None
            }
            Err(error) => panic!("redis-server: {error}"),
        }
    }

    /// The URL of the default user.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// The same, through a proxy at another port.
    #[must_use]
    pub fn url_at(&self, port: u16) -> String {
        format!("redis://:{}@127.0.0.1:{port}", Self::PASSWORD)
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it writes `dump.rdb`.
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

    /// Kills it and starts an empty one at the same port.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn restart_empty(&mut self) {
        self.kill();
        self.process = spawn(self.port, &self.directory).expect("it has started before");
        self.wait_until_ready();
    }

    /// Kills it.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Sends a command and returns the first line or the bulk string of the answer.
    ///
    /// # Panics
    ///
    /// If it does not answer.
    pub fn command(&self, words: &[&str]) -> String {
        self.connect()
            .and_then(|mut stream| exchange(&mut stream, words))
            .expect("an answer of redis-server")
    }

    /// A connection that has authenticated.
    ///
    /// # Errors
    ///
    /// As the socket has it.
    pub fn connect(&self) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        exchange(&mut stream, &["AUTH", Self::PASSWORD])?;
        Ok(stream)
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

/// Sends a signal to a process.
///
/// # Panics
///
/// If there is no `kill`.
pub fn signal(process: u32, name: &str) {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(process.to_string())
        .status();
    assert!(status.expect("kill").success(), "kill -{name} {process}");
}

/// A port that was free just now.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound socket").port()
}

fn spawn(port: u16, directory: &TestDirectory) -> std::io::Result<Child> {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--requirepass", RedisServer::PASSWORD, "--save", ""])
        .arg("--dir")
        .arg(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// One command over RESP 2.
fn exchange(stream: &mut TcpStream, words: &[&str]) -> std::io::Result<String> {
    let mut request = format!("*{}\r\n", words.len());
    for word in words {
        request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    stream.write_all(request.as_bytes())?;
    let line = read_line(stream)?;
    match line.split_at_checked(1) {
        Some(("$", length)) => {
            let Ok(length) = length.parse::<usize>() else {
                return Ok(String::new());
            };
            let mut bytes = vec![0; length + 2];
            stream.read_exact(&mut bytes)?;
            bytes.truncate(length);
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        Some(("+" | ":", rest)) => Ok(rest.to_owned()),
        _ => Ok(line),
    }
}

fn read_line(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    line.truncate(line.len() - 2);
    Ok(String::from_utf8_lossy(&line).into_owned())
}

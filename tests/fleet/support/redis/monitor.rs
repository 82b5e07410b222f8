//! The commands that a server has run.

use std::io::Read as _;
use std::net::{Shutdown, TcpStream};
use std::thread::JoinHandle;

use super::resp::exchange;

/// A recording of what `MONITOR` prints.
#[derive(Debug)]
pub struct Monitor {
    stream: TcpStream,
    recording: JoinHandle<Vec<u8>>,
}

impl Monitor {
    pub(super) fn start(mut stream: TcpStream) -> Self {
        let reply = exchange(&mut stream, &["MONITOR"]);
        assert_eq!(reply.expect("a reply of redis-server"), "OK");
        stream.set_read_timeout(None).expect("a socket");
        let mut reader = stream.try_clone().expect("a socket");
        let recording = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // It ends when the connection does.
            let _ = reader.read_to_end(&mut bytes);
            bytes
        });
        Self { stream, recording }
    }

    /// Ends the recording and returns it.
    ///
    /// # Panics
    ///
    /// If the connection is gone.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.stream.shutdown(Shutdown::Read).expect("a connection");
        self.recording.join().expect("no panic")
    }
}

//! What a user of the workspace can see, over real sockets.

mod client;
mod docs;
mod metrics;
mod middleware;
mod mock_wristband;
mod token;

//! What a user of the workspace can see, over real sockets.

mod client;
mod middleware;
mod token;

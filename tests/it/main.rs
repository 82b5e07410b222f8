//! What a user of the workspace can see, over real sockets.

mod middleware;
mod token;

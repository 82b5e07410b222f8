//! Who calls: bearer tokens, verified by Wristband's published keys.

mod key_set;
mod layer;
mod verifier;

pub use key_set::KeySet;
pub(crate) use layer::{Caller, require_token};
pub use verifier::{TokenRejection, TokenVerifier};

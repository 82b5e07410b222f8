//! One token for a fleet: the stores by themselves, and shared by many processes.

mod file_store;
mod metrics;
mod processes;
mod recovery;
mod redis_faults;
mod redis_store;
mod rotation;
mod secrecy;
mod sharing;

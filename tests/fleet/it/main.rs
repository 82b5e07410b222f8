//! One token for a fleet: the stores, alone and under many processes.

mod file_store;
mod redis_store;
mod sharing;

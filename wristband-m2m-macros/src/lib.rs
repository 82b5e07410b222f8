//! The `#[wristband_m2m]` attribute. Use it through `wristband-m2m-reqwest`.
#![allow(dead_code)]

mod expand;
mod model;
mod path;

//! JsonPath: where in a document decoding stopped, such as `items[3].price`, and what was wrong there.
//!
//! Names of fields come from the type and may be shown, and so may what a type expects. Values and keys of maps come from the
//! document and may not: of a value only its kind is shown, and a key is shown as `{key}`. That is what keeps us from an
//! existing crate here.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write};

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};

use mismatch::Mismatch;
use tracked::Tracked;

mod access;
mod mismatch;
mod tracked;
mod variant;

/// The position and the reason of a decode error.
pub(super) struct Problem {
    /// Empty at the top.
    pub(super) path: String,
    pub(super) reason: Option<String>,
}

/// Decodes once more; `None` if that succeeds.
pub(super) fn problem<T: DeserializeOwned>(body: &[u8]) -> Option<Problem> {
    let tracker = PathTracker {
        typed_numbers: numbers_are_maps(),
        ..PathTracker::default()
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let mismatch = T::deserialize(tracker.track(&mut json)).err()?;
    let mut path = String::new();
    for step in tracker.steps.borrow().iter() {
        // Writing to a String cannot fail.
        let _ = match step {
            Step::Item(index) => write!(path, "[{index}]"),
            Step::Field(name) if path.is_empty() => write!(path, "{name}"),
            Step::Field(name) => write!(path, ".{name}"),
            Step::Key if path.is_empty() => write!(path, "{{key}}"),
            Step::Key => write!(path, ".{{key}}"),
        };
    }
    Some(Problem {
        path,
        reason: mismatch.reason(),
    })
}

/// Whether serde_json represents each number as a map, as it does with its feature `arbitrary_precision`.
fn numbers_are_maps() -> bool {
    struct Probe;

    impl<'de> Visitor<'de> for Probe {
        type Value = ();

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a number")
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
            Ok(())
        }
    }

    serde_json::Deserializer::from_slice(b"1")
        .deserialize_any(Probe)
        .is_err()
}

/// The steps from the top to where decoding is. They stay as they are when an error leads out.
#[derive(Default)]
struct PathTracker {
    steps: RefCell<Vec<Step>>,
    /// On its way through the errors of serde_json, which cannot carry it.
    mismatch: Cell<Mismatch>,
    typed_numbers: bool,
}

#[derive(Clone, Copy)]
enum Step {
    Item(usize),
    Field(&'static str),
    Key,
}

impl PathTracker {
    fn track<I>(&self, inner: I) -> Tracked<'_, I> {
        Tracked {
            inner,
            tracker: self,
            fields: &[],
            depth: self.steps.borrow().len(),
            item: 0,
        }
    }

    /// Takes one step from a depth, whatever was tried there before.
    fn step(&self, depth: usize, step: Step) {
        let mut steps = self.steps.borrow_mut();
        steps.truncate(depth);
        steps.push(step);
    }

    fn back(&self, depth: usize) {
        self.steps.borrow_mut().truncate(depth);
    }

    /// The error of the type, as an error of the deserializer.
    fn pass<E: Error>(&self, mismatch: Mismatch) -> E {
        self.mismatch.set(mismatch);
        E::custom("")
    }

    /// An error of the deserializer, as what the type has reported; of its own errors nothing is kept, for they quote the
    /// document.
    fn restore<E>(&self, _: E) -> Mismatch {
        self.mismatch.take()
    }
}

//! Sequences and maps: the parts of a document that a step leads into.

use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};

use super::Step;
use super::mismatch::Mismatch;
use super::tracked::Tracked;

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Tracked<'_, A> {
    type Error = Mismatch;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mismatch> {
        self.tracker.step(self.depth, Step::Item(self.item));
        let seed = self.on(seed);
        let item = self.inner.next_element_seed(seed);
        let item = item.map_err(|error| self.tracker.restore(error))?;
        self.tracker.back(self.depth);
        self.item += 1;
        Ok(item)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Tracked<'_, A> {
    type Error = Mismatch;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mismatch> {
        self.tracker.back(self.depth);
        if self.fields.is_empty() {
            let key = self.inner.next_key_seed(seed);
            let key = key.map_err(|error| self.tracker.restore(error))?;
            if key.is_some() {
                self.tracker.step(self.depth, Step::Key);
            }
            return Ok(key);
        }
        let key = self.inner.next_key::<String>();
        let key = key.map_err(|error| self.tracker.restore(error))?;
        let Some(key) = key else {
            return Ok(None);
        };
        let field = self.fields.iter().find(|field| **field == key);
        if let Some(field) = field {
            self.tracker.step(self.depth, Step::Field(field));
            return seed.deserialize(key.into_deserializer()).map(Some);
        }
        // An unknown field is reported at the struct that does not have it.
        let key = seed.deserialize(key.into_deserializer())?;
        self.tracker.step(self.depth, Step::Key);
        Ok(Some(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mismatch> {
        let seed = self.on(seed);
        let value = self.inner.next_value_seed(seed);
        let value = value.map_err(|error| self.tracker.restore(error))?;
        self.tracker.back(self.depth);
        Ok(value)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

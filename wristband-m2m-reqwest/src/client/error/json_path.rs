//! PathTracker: where in a document decoding stopped, as a path such as `items[3].price`.
//!
//! Names of fields come from the type and may be shown. Keys of maps come from the document and may not: each is shown as
//! `{key}`. That is what keeps us from an existing crate here.

use std::cell::RefCell;
use std::fmt::Write;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};

/// Decodes once more, and says where that fails; `None` if it is at the top.
pub(super) fn of<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
    let tracker = PathTracker::default();
    let mut json = serde_json::Deserializer::from_slice(body);
    T::deserialize(tracker.track(&mut json)).err()?;
    let mut path = String::new();
    for step in tracker.0.borrow().iter() {
        // Writing to a String cannot fail.
        let _ = match step {
            Step::Item(index) => write!(path, "[{index}]"),
            Step::Field(name) if path.is_empty() => write!(path, "{name}"),
            Step::Field(name) => write!(path, ".{name}"),
            Step::Key if path.is_empty() => write!(path, "{{key}}"),
            Step::Key => write!(path, ".{{key}}"),
        };
    }
    (!path.is_empty()).then_some(path)
}

/// The steps from the top to where decoding is. It stays as it is when an error leads out.
#[derive(Default)]
struct PathTracker(RefCell<Vec<Step>>);

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
            depth: self.0.borrow().len(),
            item: 0,
        }
    }

    /// Takes one step from a depth, whatever was tried there before.
    fn step(&self, depth: usize, step: Step) {
        let mut steps = self.0.borrow_mut();
        steps.truncate(depth);
        steps.push(step);
    }

    fn back(&self, depth: usize) {
        self.0.borrow_mut().truncate(depth);
    }
}

/// Wraps each part of a deserializer that decoding passes through.
struct Tracked<'t, I> {
    inner: I,
    tracker: &'t PathTracker,
    /// Of the struct that is decoded, if it is one.
    fields: &'static [&'static str],
    depth: usize,
    item: usize,
}

impl<'t, I> Tracked<'t, I> {
    fn on<J>(&self, inner: J) -> Tracked<'t, J> {
        self.tracker.track(inner)
    }
}

fn with_fields<'t, I>(
    mut track: Tracked<'t, I>,
    fields: &'static [&'static str],
) -> Tracked<'t, I> {
    track.fields = fields;
    track
}

macro_rules! deserialize {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = self.on(visitor);
            self.inner.$method($($argument,)* visitor)
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = D::Error;

    deserialize! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = with_fields(self.on(visitor), fields);
        self.inner.deserialize_struct(name, fields, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident: $type:ty),*) => {
        $(fn $method<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Tracked<'_, V> {
    type Value = V::Value;

    visit! {
        visit_bool: bool, visit_char: char,
        visit_i8: i8, visit_i16: i16, visit_i32: i32, visit_i64: i64, visit_i128: i128,
        visit_u8: u8, visit_u16: u16, visit_u32: u32, visit_u64: u64, visit_u128: u128,
        visit_f32: f32, visit_f64: f64,
        visit_str: &str, visit_borrowed_str: &'de str, visit_string: String,
        visit_bytes: &[u8], visit_borrowed_bytes: &'de [u8], visit_byte_buf: Vec<u8>
    }

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.expecting(formatter)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, some: D) -> Result<V::Value, D::Error> {
        let some = self.on(some);
        self.inner.visit_some(some)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inside: D) -> Result<V::Value, D::Error> {
        let inside = self.on(inside);
        self.inner.visit_newtype_struct(inside)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        let items = self.on(items);
        self.inner.visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        let entries = with_fields(self.on(entries), self.fields);
        self.inner.visit_map(entries)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        let variant = self.on(variant);
        self.inner.visit_enum(variant)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Tracked<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.on(deserializer);
        self.inner.deserialize(deserializer)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Tracked<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.tracker.step(self.depth, Step::Item(self.item));
        let seed = self.on(seed);
        let item = self.inner.next_element_seed(seed)?;
        self.tracker.back(self.depth);
        self.item += 1;
        Ok(item)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Tracked<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.tracker.back(self.depth);
        if self.fields.is_empty() {
            let key = self.inner.next_key_seed(seed)?;
            if key.is_some() {
                self.tracker.step(self.depth, Step::Key);
            }
            return Ok(key);
        }
        let Some(key) = self.inner.next_key::<String>()? else {
            return Ok(None);
        };
        let field = self.fields.iter().find(|field| **field == key);
        let step = field.map_or(Step::Key, |field| Step::Field(field));
        self.tracker.step(self.depth, step);
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.on(seed);
        let value = self.inner.next_value_seed(seed)?;
        self.tracker.back(self.depth);
        Ok(value)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, 't, A: EnumAccess<'de>> EnumAccess<'de> for Tracked<'t, A> {
    type Error = A::Error;
    type Variant = Tracked<'t, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let tracker = self.tracker;
        let (name, inside) = self.inner.variant_seed(seed)?;
        Ok((name, tracker.track(inside)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Tracked<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.on(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.on(visitor);
        self.inner.tuple_variant(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = with_fields(self.on(visitor), fields);
        self.inner.struct_variant(fields, visitor)
    }
}

//! Tracked: a part of a deserializer whose steps are followed.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::PathTracker;
use super::mismatch::Mismatch;
use super::variant::EnumVisitor;

/// Wraps each part of a deserializer that decoding passes through.
pub(super) struct Tracked<'t, I> {
    pub(super) inner: I,
    pub(super) tracker: &'t PathTracker,
    /// Of the struct that is decoded, if it is one.
    pub(super) fields: &'static [&'static str],
    pub(super) depth: usize,
    pub(super) item: usize,
}

impl<'t, I> Tracked<'t, I> {
    pub(super) fn on<J>(&self, inner: J) -> Tracked<'t, J> {
        self.tracker.track(inner)
    }
}

fn with_fields<'t, I>(
    mut tracked: Tracked<'t, I>,
    fields: &'static [&'static str],
) -> Tracked<'t, I> {
    tracked.fields = fields;
    tracked
}

/// Where a type asks for one kind of value, serde_json reports another kind itself, and quotes it. So whatever is there is
/// handed to the type, which reports it to us.
macro_rules! deserialize_any {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Mismatch> {
            $(let _ = $argument;)*
            self.deserialize_any(visitor)
        })*
    };
}

macro_rules! deserialize_number {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            if !self.tracker.typed_numbers {
                return self.deserialize_any(visitor);
            }
            let visitor = self.on(visitor);
            self.inner.$method(visitor).map_err(|error| self.tracker.restore(error))
        })*
    };
}

/// Kinds of value that depend on being asked for.
macro_rules! deserialize_typed {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Mismatch> {
            let visitor = self.on(visitor);
            self.inner.$method($($argument,)* visitor).map_err(|error| self.tracker.restore(error))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = Mismatch;

    deserialize_any! {
        deserialize_bool();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_identifier();
    }

    deserialize_number! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    deserialize_typed! {
        deserialize_any();
        deserialize_i128();
        deserialize_u128();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_newtype_struct(name: &'static str);
        deserialize_ignored_any();
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let visitor = with_fields(self.on(visitor), fields);
        self.inner
            .deserialize_any(visitor)
            .map_err(|error| self.tracker.restore(error))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let visitor = EnumVisitor {
            inner: visitor,
            tracker: self.tracker,
        };
        self.inner
            .deserialize_any(visitor)
            .map_err(|error| self.tracker.restore(error))
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident: $type:ty),*) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value).map_err(|mismatch| self.tracker.pass(mismatch))
        })*
    };
}

macro_rules! visit_inside {
    ($($method:ident: $access:ident),*) => {
        $(fn $method<A: $access<'de>>(self, inside: A) -> Result<V::Value, A::Error> {
            let inside = with_fields(self.on(inside), self.fields);
            self.inner.$method(inside).map_err(|mismatch| self.tracker.pass(mismatch))
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

    visit_inside! {
        visit_some: Deserializer,
        visit_newtype_struct: Deserializer,
        visit_seq: SeqAccess,
        visit_map: MapAccess
    }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(formatter)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner
            .visit_none()
            .map_err(|mismatch| self.tracker.pass(mismatch))
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner
            .visit_unit()
            .map_err(|mismatch| self.tracker.pass(mismatch))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Tracked<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.on(deserializer);
        self.inner
            .deserialize(deserializer)
            .map_err(|mismatch| self.tracker.pass(mismatch))
    }
}

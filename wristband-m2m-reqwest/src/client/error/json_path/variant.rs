//! Enums, as JSON has them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::PathTracker;
use super::mismatch::Mismatch;

/// The name of a variant, or a map from that to what is in it.
pub(super) struct EnumVisitor<'t, V> {
    pub(super) inner: V,
    pub(super) tracker: &'t PathTracker,
}

macro_rules! no_enum {
    ($($method:ident($($value:ident: $type:ty)?) => $unexpected:expr;)*) => {
        $(fn $method<E: Error>(self, $($value: $type)?) -> Result<V::Value, E> {
            Err(self.tracker.pass(Mismatch::invalid_type($unexpected, &self)))
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for EnumVisitor<'_, V> {
    type Value = V::Value;

    no_enum! {
        visit_bool(value: bool) => Unexpected::Bool(value);
        visit_u64(value: u64) => Unexpected::Unsigned(value);
        visit_i64(value: i64) => Unexpected::Signed(value);
        visit_f64(value: f64) => Unexpected::Float(value);
        visit_unit() => Unexpected::Unit;
    }

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(formatter)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        let name: StrDeserializer<'_, Mismatch> = name.into_deserializer();
        self.inner
            .visit_enum(name)
            .map_err(|mismatch| self.tracker.pass(mismatch))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<V::Value, A::Error> {
        let mismatch = Mismatch::invalid_type(Unexpected::Seq, &self);
        Err(self.tracker.pass(mismatch))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let variant = Variant {
            map,
            tracker: self.tracker,
        };
        self.inner
            .visit_enum(variant)
            .map_err(|mismatch| self.tracker.pass(mismatch))
    }
}

/// The map of a variant. Its one key is not a step: the variant is what stands at the path.
struct Variant<'t, A> {
    map: A,
    tracker: &'t PathTracker,
}

impl<'de, A: MapAccess<'de>> Variant<'_, A> {
    fn value<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<S::Value, Mismatch> {
        let value = self.map.next_value_seed(self.tracker.track(seed));
        value.map_err(|error| self.tracker.restore(error))
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Variant<'_, A> {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(
        mut self,
        seed: S,
    ) -> Result<(S::Value, Self), Mismatch> {
        let name = self.map.next_key_seed(self.tracker.track(seed));
        let name = name.map_err(|error| self.tracker.restore(error))?;
        let name = name.ok_or_else(|| Mismatch::custom("an empty object"))?;
        Ok((name, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Variant<'_, A> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        self.value(PhantomData)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Mismatch> {
        self.value(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.value(VariantSeed {
            visitor,
            fields: &[],
        })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.value(VariantSeed { visitor, fields })
    }
}

struct VariantSeed<V> {
    visitor: V,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for VariantSeed<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_struct("", self.fields, self.visitor)
    }
}

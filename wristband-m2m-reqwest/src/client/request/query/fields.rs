//! Fields: a struct or map, or a sequence of pairs, one parameter for each.

use serde::Serialize;
use serde::ser::{
    Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, Serializer,
};

use super::scalar::{Scalar, refuse};
use super::value::Value;
use super::{Pairs, Unfit};
use crate::client::request::encoding::encoded;

pub(super) struct Fields<'p, 't>(pub(super) &'p mut Pairs<'t>);

const NEEDS: &str = "a struct, a map or a sequence of pairs";

impl<'p, 't> Serializer for Fields<'p, 't> {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = Self;
    type SerializeTuple = Impossible<(), Unfit>;
    type SerializeTupleStruct = Impossible<(), Unfit>;
    type SerializeTupleVariant = Impossible<(), Unfit>;
    type SerializeMap = Entry<'p, 't>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Unfit>;

    fn serialize_none(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unfit> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unfit> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entry<'p, 't>, Unfit> {
        Ok(Entry {
            pairs: self.0,
            key: None,
        })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unfit> {
        Err(Unfit::Shape {
            is: "a variant with data",
            needs: NEEDS,
        })
    }

    refuse! { NEEDS =>
        "a bool": serialize_bool(bool) -> ();
        "a character": serialize_char(char) -> ();
        "text": serialize_str(&str) -> ();
        "bytes": serialize_bytes(&[u8]) -> ();
        "a number": serialize_i8(i8) -> ();
        "a number": serialize_i16(i16) -> ();
        "a number": serialize_i32(i32) -> ();
        "a number": serialize_i64(i64) -> ();
        "a number": serialize_u8(u8) -> ();
        "a number": serialize_u16(u16) -> ();
        "a number": serialize_u32(u32) -> ();
        "a number": serialize_u64(u64) -> ();
        "a number": serialize_f32(f32) -> ();
        "a number": serialize_f64(f64) -> ();
        "a variant": serialize_unit_variant(&'static str, u32, &'static str) -> ();
        "a tuple": serialize_tuple(usize) -> Self::SerializeTuple;
        "a tuple": serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        "a variant with data": serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        "a variant with data": serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

impl SerializeStruct for Fields<'_, '_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        value.serialize(Value::new(self.0, &encoded(key)))
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

impl SerializeSeq for Fields<'_, '_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, pair: &T) -> Result<(), Unfit> {
        pair.serialize(Pair(self.0))
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

/// An entry of a map: a key, then its value.
pub(super) struct Entry<'p, 't> {
    pairs: &'p mut Pairs<'t>,
    /// Encoded.
    key: Option<String>,
}

impl Entry<'_, '_> {
    /// Takes a key, or the value for the last key.
    fn half<T: Serialize + ?Sized>(&mut self, half: &T) -> Result<(), Unfit> {
        match self.key.take() {
            Some(key) => half.serialize(Value::new(self.pairs, &key)),
            None => {
                let mut key = String::new();
                if !half.serialize(Scalar(&mut key))? {
                    return Err(Unfit::Shape {
                        is: "a `None`",
                        needs: "a key",
                    });
                }
                self.key = Some(key);
                Ok(())
            }
        }
    }
}

impl SerializeMap for Entry<'_, '_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unfit> {
        self.key = None;
        self.half(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        self.half(value)
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

impl SerializeTuple for Entry<'_, '_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, half: &T) -> Result<(), Unfit> {
        self.half(half)
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

/// A key and a value as a tuple.
struct Pair<'p, 't>(&'p mut Pairs<'t>);

const NEEDS_PAIR: &str = "a key and a value";

impl<'p, 't> Serializer for Pair<'p, 't> {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = Impossible<(), Unfit>;
    type SerializeTuple = Entry<'p, 't>;
    type SerializeTupleStruct = Impossible<(), Unfit>;
    type SerializeTupleVariant = Impossible<(), Unfit>;
    type SerializeMap = Impossible<(), Unfit>;
    type SerializeStruct = Impossible<(), Unfit>;
    type SerializeStructVariant = Impossible<(), Unfit>;

    fn serialize_tuple(self, length: usize) -> Result<Entry<'p, 't>, Unfit> {
        if length != 2 {
            return Err(Unfit::Shape {
                is: "a tuple that is no pair",
                needs: NEEDS_PAIR,
            });
        }
        Ok(Entry {
            pairs: self.0,
            key: None,
        })
    }

    fn serialize_some<T: Serialize + ?Sized>(self, pair: &T) -> Result<(), Unfit> {
        pair.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        pair: &T,
    ) -> Result<(), Unfit> {
        pair.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unfit> {
        Err(Unfit::Shape {
            is: "a variant with data",
            needs: NEEDS_PAIR,
        })
    }

    refuse! { NEEDS_PAIR =>
        "a bool": serialize_bool(bool) -> ();
        "a character": serialize_char(char) -> ();
        "text": serialize_str(&str) -> ();
        "bytes": serialize_bytes(&[u8]) -> ();
        "a number": serialize_i8(i8) -> ();
        "a number": serialize_i16(i16) -> ();
        "a number": serialize_i32(i32) -> ();
        "a number": serialize_i64(i64) -> ();
        "a number": serialize_u8(u8) -> ();
        "a number": serialize_u16(u16) -> ();
        "a number": serialize_u32(u32) -> ();
        "a number": serialize_u64(u64) -> ();
        "a number": serialize_f32(f32) -> ();
        "a number": serialize_f64(f64) -> ();
        "a `None`": serialize_none() -> ();
        "a unit": serialize_unit() -> ();
        "a unit struct": serialize_unit_struct(&'static str) -> ();
        "a variant": serialize_unit_variant(&'static str, u32, &'static str) -> ();
        "a sequence": serialize_seq(Option<usize>) -> Self::SerializeSeq;
        "a tuple": serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        "a variant with data": serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        "a map": serialize_map(Option<usize>) -> Self::SerializeMap;
        "a struct": serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        "a variant with data": serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

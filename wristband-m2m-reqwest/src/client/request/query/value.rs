//! The value of one key: a scalar or a sequence of scalars.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{Impossible, SerializeSeq, SerializeTuple, SerializeTupleStruct, Serializer};

use super::scalar::{Scalar, refuse};
use super::{Pairs, Unfit};

pub(super) struct Value<'p, 't> {
    pairs: &'p mut Pairs<'t>,
    /// Encoded.
    key: &'p dyn Display,
    comma_separated: bool,
    items: usize,
}

pub(super) const NEEDS: &str = "a scalar or a sequence of scalars";

impl<'p, 't> Value<'p, 't> {
    /// A sequence repeats the key.
    pub(super) fn new(pairs: &'p mut Pairs<'t>, key: &'p dyn Display) -> Self {
        Self {
            pairs,
            key,
            comma_separated: false,
            items: 0,
        }
    }

    pub(super) fn comma_separated(pairs: &'p mut Pairs<'t>, key: &'p dyn Display) -> Self {
        Self {
            comma_separated: true,
            ..Self::new(pairs, key)
        }
    }

    /// Appends a value, unless it is `None`.
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        let before = self.pairs.text.len();
        if self.comma_separated && self.items > 0 {
            self.pairs.text.push(',');
        } else {
            self.pairs.separate();
            self.pairs.push(self.key);
            self.pairs.text.push('=');
        }
        if value.serialize(Scalar(self.pairs.text))? {
            self.items += 1;
        } else {
            self.pairs.text.truncate(before);
        }
        Ok(())
    }
}

macro_rules! write_items {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(mut self, value: $type) -> Result<(), Unfit> {
            self.item(&value)
        })*
    };
}

impl Serializer for Value<'_, '_> {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Impossible<(), Unfit>;
    type SerializeMap = Impossible<(), Unfit>;
    type SerializeStruct = Impossible<(), Unfit>;
    type SerializeStructVariant = Impossible<(), Unfit>;

    write_items! {
        serialize_bool: bool, serialize_char: char, serialize_str: &str,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64
    }

    fn serialize_none(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unfit> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unfit> {
        self.item(variant)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
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
        "bytes": serialize_bytes(&[u8]) -> ();
        "a unit": serialize_unit() -> ();
        "a unit struct": serialize_unit_struct(&'static str) -> ();
        "a variant with data": serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        "a map": serialize_map(Option<usize>) -> Self::SerializeMap;
        "a struct": serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        "a variant with data": serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

impl SerializeSeq for Value<'_, '_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        self.item(value)
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

impl SerializeTuple for Value<'_, '_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        self.item(value)
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

impl SerializeTupleStruct for Value<'_, '_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        self.item(value)
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

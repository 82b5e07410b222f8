//! Scalar: a value that is one piece of text, written encoded.

use std::fmt::{Display, Write};

use serde::Serialize;
use serde::ser::{Impossible, Serializer};

use super::Unfit;
use crate::client::request::encoding::Encoded;

/// Says whether there was a value: `None` writes nothing.
pub(super) struct Scalar<'t>(pub(super) &'t mut String);

const NEEDS: &str = "text, a number, a bool or a unit variant";

impl Scalar<'_> {
    fn write(self, value: impl Display) -> Result<bool, Unfit> {
        write!(Encoded(self.0), "{value}").map_err(|_| Unfit::Own)?;
        Ok(true)
    }
}

macro_rules! write_displayed {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<bool, Unfit> {
            self.write(value)
        })*
    };
}

/// The methods of a serializer that refuse their value, as `what it is: methods`.
macro_rules! refuse {
    ($needs:expr => $($is:literal: $method:ident($($argument:ty),*) -> $result:ty;)*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$result, Unfit> {
            Err(Unfit::Shape { is: $is, needs: $needs })
        })*
    };
}
pub(super) use refuse;

impl Serializer for Scalar<'_> {
    type Ok = bool;
    type Error = Unfit;
    type SerializeSeq = Impossible<bool, Unfit>;
    type SerializeTuple = Impossible<bool, Unfit>;
    type SerializeTupleStruct = Impossible<bool, Unfit>;
    type SerializeTupleVariant = Impossible<bool, Unfit>;
    type SerializeMap = Impossible<bool, Unfit>;
    type SerializeStruct = Impossible<bool, Unfit>;
    type SerializeStructVariant = Impossible<bool, Unfit>;

    write_displayed! {
        serialize_bool: bool, serialize_char: char, serialize_str: &str,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64
    }

    fn serialize_none(self) -> Result<bool, Unfit> {
        Ok(false)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<bool, Unfit> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<bool, Unfit> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<bool, Unfit> {
        self.write(variant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<bool, Unfit> {
        Err(Unfit::Shape {
            is: "a variant with data",
            needs: NEEDS,
        })
    }

    refuse! { NEEDS =>
        "bytes": serialize_bytes(&[u8]) -> bool;
        "a unit": serialize_unit() -> bool;
        "a unit struct": serialize_unit_struct(&'static str) -> bool;
        "a sequence": serialize_seq(Option<usize>) -> Self::SerializeSeq;
        "a tuple": serialize_tuple(usize) -> Self::SerializeTuple;
        "a tuple": serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        "a variant with data": serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        "a map": serialize_map(Option<usize>) -> Self::SerializeMap;
        "a struct": serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        "a variant with data": serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

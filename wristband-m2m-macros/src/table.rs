//! Tables of the names that users write. Parsing, messages and docs are generated from them.

/// Defines an enum of names from rows of `Variant = "name", "as it is written" => "what it means";`. Other ways to write it may
/// follow the first, for the docs.
///
/// Users of a name match on the enum, so the compiler lists what a new row needs. `$docs!()` expands to the rows of a Markdown
/// table.
macro_rules! table {
    (
        $(#[doc = $what:literal])+
        enum $Table:ident, $docs:ident;
        $($Name:ident = $name:literal, $example:literal $(, $forms:literal)? => $meaning:literal;)+
    ) => {
        $(#[doc = $what])+
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(crate) enum $Table {
            $(#[doc = $meaning] $Name),+
        }

        #[allow(dead_code, reason = "not every table is asked everything")]
        impl $Table {
            pub(crate) const ALL: &[Self] = &[$(Self::$Name),+];
            pub(crate) const NAMES: &[&str] = &[$($name),+];

            pub(crate) fn find(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$Name),)+
                    _ => None,
                }
            }

            /// The name that was probably meant.
            pub(crate) fn nearest(name: &str) -> Option<Self> {
                let near = crate::suggest::nearest(name, Self::NAMES.iter().copied())?;
                Self::find(near)
            }

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$Name => $name),+
                }
            }

            /// What a message says to write.
            pub(crate) fn example(self) -> &'static str {
                match self {
                    $(Self::$Name => $example),+
                }
            }
        }

        macro_rules! $docs {
            () => {
                concat!($("| ", $crate::table::forms!($example $(, $forms)?), " | ", $meaning, " |\n"),+)
            };
        }
        pub(crate) use $docs;
    };
}

/// How it may be written: as in the example, unless other forms are given.
macro_rules! forms {
    ($example:literal) => {
        concat!("`", $example, "`")
    };
    ($example:literal, $forms:literal) => {
        $forms
    };
}

pub(crate) use {forms, table};

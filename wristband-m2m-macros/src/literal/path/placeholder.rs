//! The text between two braces of a path.

use super::Part;

/// Reads the text between two braces.
pub(super) fn read(inside: &str) -> Result<Part, String> {
    if ["self", "Self", "super", "crate"].contains(&inside) {
        return Err(format!(
            "`{inside}` cannot be the name of an argument: write another one, such as `{{id}}`"
        ));
    }
    if is_name(inside) {
        return Ok(Part::Value(inside.to_owned()));
    }
    if let Some(name) = inside.strip_prefix('*')
        && is_name(name)
    {
        return Ok(Part::Rest(name.to_owned()));
    }
    let mistake = if inside.is_empty() {
        "`{}` has no name: write the name of an argument in it, such as `{id}`".to_owned()
    } else if let Some(name) = rest_name(inside) {
        format!("`{{{inside}}}` is not a placeholder: write `{{*{name}}}` for the rest of the path")
    } else if let Some(name) = leading_name(inside) {
        format!(
            "`{{{inside}}}` is not a placeholder: write `{{{name}}}`, which takes its type from \
                the argument"
        )
    } else {
        format!(
            "`{{{inside}}}` is not a placeholder: write the name of an argument in it, such as \
                `{{id}}`, or `{{*rest}}` for the rest of the path"
        )
    };
    Err(mistake)
}

/// The name in other notations of `{*rest}`: `{rest*}`, `{rest..}`, `{...rest}`, `{**rest}`.
fn rest_name(inside: &str) -> Option<&str> {
    if !inside.contains(['*', '.']) {
        return None;
    }
    let name = inside.trim_matches(['*', '.', ' ']);
    is_name(name)
        .then_some(name)
        .or_else(|| name.is_empty().then_some("rest"))
}

/// The name in `{id:u32}`, `{id?}`, `{ id }` and `{r#type}`.
fn leading_name(inside: &str) -> Option<&str> {
    let inside = inside.trim();
    let inside = inside.strip_prefix("r#").unwrap_or(inside);
    let end = inside
        .find([':', '?', ' ', '=', ',', '!', '<', '&'])
        .unwrap_or(inside.len());
    Some(&inside[..end]).filter(|name| is_name(name))
}

/// A Rust identifier, without the `r#` of a raw one.
pub(super) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next();
    first.is_some_and(|c| c == '_' || c.is_alphabetic())
        && letters.all(|c| c == '_' || c.is_alphanumeric())
        && text != "_"
}

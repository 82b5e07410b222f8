//! The known name that was probably meant.

/// Returns the nearest of `known`, if it is near enough to be what `name` was meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance(name, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to write in place of an unknown name: a similar one, or the list of all.
pub(crate) fn suggestion(name: &str, one: &str, all: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(candidate) => similar(one, candidate),
        None => format!("the {all} are {}", list(known)),
    }
}

pub(crate) fn similar(what: &str, name: &str) -> String {
    format!("a similar {what} exists: `{name}`")
}

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [init @ .., last] => format!("`{}` and `{last}`", init.join("`, `")),
    }
}

/// Up to a third of the letters may differ, and at least one.
fn tolerance(name: &str, candidate: &str) -> usize {
    let length = name.chars().count().max(candidate.chars().count());
    (length / 3).max(1)
}

/// The edit distance of two names (insertions, deletions, substitutions, transpositions), ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            row[j] = (last[j - 1] + usize::from(!same))
                .min(last[j] + 1)
                .min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERBS: [&str; 9] = [
        "get", "post", "put", "patch", "delete", "head", "options", "request", "header",
    ];

    #[test]
    fn a_slip_of_the_finger_finds_what_was_meant() {
        for (written, meant) in [
            ("gett", "get"),
            ("GET", "get"),
            ("psot", "post"),
            ("delet", "delete"),
            ("optoins", "options"),
            ("heder", "header"),
            ("requets", "request"),
        ] {
            assert_eq!(nearest(written, VERBS), Some(meant), "{written}");
        }
    }

    #[test]
    fn another_word_finds_nothing() {
        for written in ["instrument", "must_use", "automock", "test", "", "日本語"] {
            assert_eq!(nearest(written, VERBS), None, "{written}");
        }
    }

    #[test]
    fn without_a_near_name_all_are_listed() {
        assert_eq!(
            suggestion("x", "role", "roles", &["json", "form"]),
            "the roles are `json` and `form`"
        );
        assert_eq!(
            suggestion("jsno", "role", "roles", &["json", "form"]),
            "a similar role exists: `json`"
        );
    }

    #[test]
    fn a_swap_counts_as_one_edit() {
        assert_eq!(distance("form", "from"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}

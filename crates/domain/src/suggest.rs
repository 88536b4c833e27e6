//! "Did you mean": the nearest of the words that would have been understood.

/// How alike two words must be, from 0 (nothing shared) to 1 (equal), for one to be offered for the other.
const ALIKE: f64 = 0.6;

/// Returns the candidate nearest to what was typed, where one is near enough to be what was meant.
///
/// Case does not count.
#[must_use]
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    // Nobody means a word of ours with a text this long, and comparing costs its square.
    if typed.len() > 100 {
        return None;
    }
    let length = typed.chars().count();
    candidates
        .into_iter()
        .filter(|word| could_be_alike(length, word.chars().count()))
        .map(|word| (strsim::normalized_damerau_levenshtein(&typed, &word.to_lowercase()), word))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

/// Returns whether words of so many letters can be near enough: every letter that one has more is a difference.
fn could_be_alike(one: usize, other: usize) -> bool {
    // In tenths: 0.6 of the longer one must be shared.
    one.min(other) * 10 >= one.max(other) * 6
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_a_wild_guess_is_not_made() {
        let verbs = ["create", "list", "who", "next", "ooo", "help"];

        assert_eq!(nearest("craete", verbs), Some("create"));
        assert_eq!(nearest("LIST", verbs), Some("list"));
        assert_eq!(nearest("nxt", verbs), Some("next"));
        assert_eq!(nearest("banana", verbs), None);
        assert_eq!(nearest(&"x".repeat(10_000), verbs), None);
    }
}

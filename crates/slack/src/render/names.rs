//! Names of people and rotations, made harmless.

use crate::escape::escape;
use domain::ids::{ChannelId, UserId};
use domain::message::Person;

/// The longest name that is shown, in characters.
const LONGEST: usize = 80;

/// Who stands where somebody was erased.
pub(crate) const FORMER: &str = "a former member";

/// Returns a person's name without calling them, or a mention where no name is known.
pub(crate) fn name_of(person: &Person) -> String {
    let name = person.name.as_deref().map(plain).unwrap_or_default();
    if name.is_empty() { mention(&person.user) } else { name }
}

/// Returns a person's name for a text in which nothing is a mark: a choice of a menu, an error beside a field.
pub(crate) fn bare(person: &Person) -> String {
    let name = unmarked(person.name.as_deref().unwrap_or_default());
    match name.is_empty() {
        true if person.user.is_erased() => FORMER.to_owned(),
        true => person.user.to_string(),
        false => name,
    }
}

/// Returns a name for a text in which nothing is a mark.
pub(crate) fn unmarked(name: &str) -> String {
    let calm = name.chars().filter(|c| !turns_direction(*c) && !c.is_control());
    let calm: String = calm.take(LONGEST).collect();
    calm.trim().to_owned()
}

/// Returns words that somebody typed, as long as they are, without marks that turn the direction of what follows.
pub(crate) fn straight(words: &str) -> String {
    words.chars().filter(|c| !turns_direction(*c)).collect()
}

/// Returns a mention, which calls the person: for those who must act. Whoever was erased is called by nothing.
pub(crate) fn mention(user: &UserId) -> String {
    if user.is_erased() {
        return FORMER.to_owned();
    }
    if is_slack_id(user.as_str()) { format!("<@{user}>") } else { plain(user.as_str()) }
}

/// Returns a link to a channel.
pub(crate) fn link(channel: &ChannelId) -> String {
    if is_slack_id(channel.as_str()) { format!("<#{channel}>") } else { plain(channel.as_str()) }
}

/// Returns a rotation's name in bold.
pub(crate) fn title(name: &str) -> String {
    format!("*{}*", plain(name))
}

/// Returns a list of names in plain words, the first `most` of them.
pub(crate) fn list(people: &[Person], most: usize) -> String {
    let mut words: Vec<String> = people.iter().take(most).map(name_of).collect();
    if people.len() > most {
        words.push(format!("{} more", people.len() - most));
    }
    words.join(", ")
}

/// Returns the names of a few people: "Ana, Ben and Cho".
pub(crate) fn names(people: &[Person]) -> String {
    in_words(people.iter().map(name_of).collect())
}

/// Returns words as a list in a sentence.
pub(crate) fn in_words(mut words: Vec<String>) -> String {
    let Some(last) = words.pop() else { return String::new() };
    if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) }
}

/// Returns a name that cannot be taken for anything else: on one line, bounded, escaped, without marks of formatting and
/// without marks that turn the direction of what follows.
pub(crate) fn plain(name: &str) -> String {
    let calm = calmed(name);
    let mut short: String = calm.trim().chars().take(LONGEST).collect();
    if calm.trim().chars().count() > LONGEST {
        short.pop();
        short.push('…');
    }
    let escaped = escape(&short);
    if short.chars().any(is_right_to_left) {
        // An isolate keeps the rest of the line in its own order.
        format!("\u{2068}{escaped}\u{2069}")
    } else {
        escaped
    }
}

/// Returns a line that somebody wrote, as long as it is, escaped and without marks of formatting and of direction.
pub(crate) fn inert(line: &str) -> String {
    escape(&calmed(line))
}

/// Returns a name as one column of a table: exactly `width` characters, made harmless but for escaping.
///
/// Marks that turn the direction are left out, and a name that is written from right to left is isolated by none: in a
/// table it would cost the others their columns.
pub(crate) fn column(name: &str, width: usize) -> String {
    let calm = calmed(name);
    let short = super::blocks::clip(calm.trim(), width);
    format!("{short:<width$}")
}

/// Returns a name on one line without marks of formatting and of direction.
fn calmed(name: &str) -> String {
    let chars: Vec<char> = name.chars().filter(|c| !turns_direction(*c)).map(calm).collect();
    let is_in_word =
        |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
    let shown = |(at, c): (usize, &char)| match c {
        // At the edge of a word it would slant all up to the next one, be that in somebody else's name.
        '_' if !(is_in_word(at.checked_sub(1)) && is_in_word(Some(at + 1))) => 'ˍ',
        c => *c,
    };
    chars.iter().enumerate().map(shown).collect()
}

/// Returns what stands for a character: Slack has no escape for its marks, so look-alikes do.
fn calm(c: char) -> char {
    match c {
        '*' => '∗',
        '`' => 'ˋ',
        '~' => '∼',
        '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    }
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

fn is_slack_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, shown: &str) {
        assert_eq!(plain(name), shown);
    }

    #[test]
    fn names_cannot_call_a_channel_or_forge_a_link() {
        check("<!channel>", "&lt;!channel&gt;");
        check("<https://evil.example|Slack>", "&lt;https://evil.example|Slack&gt;");
        check("&lt;!here&gt;", "&amp;lt;!here&amp;gt;");
    }

    #[test]
    fn names_cannot_format_or_break_the_line() {
        check("*bold* ~gone~ ```code", "∗bold∗ ∼gone∼ ˋˋˋcode");
        check("one\ntwo\u{2028}three\0", "one two three");
        check("_ana", "ˍana");
        check("ben_ on_call __x__", "benˍ on_call ˍˍxˍˍ");
    }

    #[test]
    fn names_cannot_turn_the_rest_of_the_line_around() {
        check("\u{202e}nimda", "nimda");
        check("נעמי", "\u{2068}נעמי\u{2069}");
    }

    #[test]
    fn long_names_are_cut_before_they_are_escaped() {
        let shown = plain(&"&".repeat(200));

        assert_eq!(shown, format!("{}…", "&amp;".repeat(79)));
    }

    #[test]
    fn without_a_visible_name_a_mention_stands_in() {
        for name in [None, Some(""), Some(" \u{202e} ")] {
            let person = Person { user: UserId::new("U1"), name: name.map(str::to_owned) };

            assert_eq!(name_of(&person), "<@U1>");
        }
    }

    #[test]
    fn whoever_was_erased_is_a_former_member_and_never_a_mention() {
        let user = UserId::new("erased-0123456789ab");

        assert_eq!(mention(&user), "a former member");
        let person = Person { user, name: None };
        assert_eq!(name_of(&person), "a former member");
        assert_eq!(bare(&person), "a former member");
    }

    #[test]
    fn an_id_that_is_none_cannot_become_a_mention() {
        assert_eq!(mention(&UserId::new("!channel")), "!channel");
        assert_eq!(mention(&UserId::new("U1><!here")), "U1&gt;&lt;!here");
    }
}

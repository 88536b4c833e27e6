//! `cover`.

use super::skip::name_and_days;
use super::words::Word;
use super::{Command, name_of};
use crate::refusal::Refusal;
use crate::story::cover::Command as Cover;

const USAGE: &str = "/rotation cover support friday";

/// A rotation that is called `list` stands in quotation marks.
pub(super) fn parse(words: &[Word]) -> Result<Command, Refusal> {
    if let [verb, rest @ ..] = words
        && !verb.is_quoted
        && (verb.is("list") || verb.is("ls"))
    {
        return Ok(Command::Cover(Cover::List { rotation: name_of(rest) }));
    }
    let mut of = None;
    let mut rest = Vec::new();
    for word in words {
        match word.person()? {
            None => rest.push(word.clone()),
            Some(person) if of.is_none() => {
                rest.pop_if(|lead| !lead.is_quoted && lead.is("for"));
                of = Some(person);
            }
            Some(_) => return Err(Refusal::Usage { usage: USAGE }),
        }
    }
    let is = |word: &Word, lead: &str| !word.is_quoted && word.is(lead);
    let rest = match rest.as_slice() {
        [first, second, rest @ ..] if is(first, "for") && is(second, "me") => rest,
        [lead, rest @ ..] if is(lead, "me") => rest,
        all => all,
    };
    let (rotation, days) = name_and_days(rest);
    Ok(Command::Cover(Cover::Ask { rotation, of, days }))
}

#[cfg(test)]
mod tests {
    use super::super::parse_command;
    use super::*;
    use crate::ids::UserId;

    #[track_caller]
    fn check(typed: &str, name: Option<&str>, of: Option<&str>, days: Option<&str>) {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let (rotation, of, days) = (text(name), of.map(UserId::new), text(days));
        let expected = Command::Cover(Cover::Ask { rotation, of, days });

        assert_eq!(parse_command(typed), Ok(expected), "{typed}");
    }

    #[test]
    fn a_request_says_for_whom_where_and_when() {
        check("cover", None, None, None);
        check("cover me", None, None, None);
        check("cover for me", None, None, None);
        check("cover support", Some("support"), None, None);
        check("cover support friday", Some("support"), None, Some("friday"));
        check("cover 24 Dec to 2 Jan", None, None, Some("24 Dec to 2 Jan"));
        check("cover <@U1|ben>", None, Some("U1"), None);
        check(
            "cover for <@U1> first line tomorrow",
            Some("first line"),
            Some("U1"),
            Some("tomorrow"),
        );
        check("cover support for <@U1>", Some("support"), Some("U1"), None);
        check("cover \"friday\"", Some("friday"), None, None);
        check("cover \"list\"", Some("list"), None, None);
    }

    #[test]
    fn the_list_is_of_a_rotation_or_of_the_channels() {
        for (typed, name) in [("cover list", None), ("cover ls support", Some("support"))] {
            let rotation = name.map(str::to_owned);
            assert_eq!(parse_command(typed), Ok(Command::Cover(Cover::List { rotation })));
        }
    }

    #[test]
    fn nobody_asks_for_two_at_once() {
        let refusal = parse_command("cover <@U1> <@U2>").unwrap_err();

        assert_eq!(refusal, Refusal::Usage { usage: USAGE });
        assert!(matches!(parse_command("cover @ben"), Err(Refusal::UnknownPerson { .. })));
    }
}

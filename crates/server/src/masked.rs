//! The last line of defence of the log: tokens and addresses are masked in whatever is written.
//!
//! Nothing that holds one is logged on purpose; this is for what nobody thought of.

use std::borrow::Cow;
use std::io::{self, Write};
use tracing_subscriber::fmt::MakeWriter;

/// What stands for what was there.
const MASK: &str = "[masked]";

/// Writes lines of a log with what must not be in them masked.
#[derive(Clone, Copy, Debug)]
pub struct Masked<W>(pub W);

/// Masks one line after the other.
#[derive(Debug)]
pub struct MaskedLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Masked<W> {
    type Writer = MaskedLine<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        MaskedLine(self.0.make_writer())
    }
}

impl<W: Write> Write for MaskedLine<W> {
    /// Writes everything: a line comes in one piece, and one half of a token is none to be recognised.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.write_all(mask(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns whether there is anything to mask.
pub(crate) fn is_touched(text: &str) -> bool {
    matches!(mask(text), Cow::Owned(_))
}

/// Returns a text with tokens of Slack, keys of Stripe, what follows `Bearer` and e-mail addresses masked.
///
/// It goes over the text once, and borrows it where there is nothing to mask.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut clean: Option<String> = None;
    let mut kept = 0;
    let mut at = 0;
    while at < bytes.len() {
        let Some((from, until)) = secret_at(bytes, at, kept) else {
            at += 1;
            continue;
        };
        let clean = clean.get_or_insert_with(|| String::with_capacity(text.len()));
        clean.push_str(&text[kept..from]);
        clean.push_str(MASK);
        kept = until;
        at = until;
    }
    match clean {
        None => Cow::Borrowed(text),
        Some(mut clean) => {
            clean.push_str(&text[kept..]);
            Cow::Owned(clean)
        }
    }
}

/// Returns from where to where there is a secret that is recognised at a place; it begins at `kept` or later.
///
/// Both ends lie beside letters of ASCII, so the text can be cut there.
fn secret_at(bytes: &[u8], at: usize, kept: usize) -> Option<(usize, usize)> {
    match bytes[at] {
        b'x' | b'X' => token(bytes, at),
        b'b' | b'B' => bearer(bytes, at),
        b'r' | b's' | b'w' => stripes(bytes, at),
        b'@' => address(bytes, (at, at + 1), kept),
        b'%' if starts(bytes, at, b"%40") => address(bytes, (at, at + 3), kept),
        b'\\' if starts(bytes, at, br"\u0040") => address(bytes, (at, at + 6), kept),
        _ => None,
    }
}

/// `xox` and a letter and a hyphen, `xoxe.` or `xapp-`, and what follows.
fn token(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let is_token = starts(bytes, at, b"xapp-")
        || starts(bytes, at, b"xoxe.")
        || starts(bytes, at, b"xox")
            && bytes.get(at + 3).is_some_and(u8::is_ascii_alphabetic)
            && bytes.get(at + 4) == Some(&b'-');
    is_token.then(|| {
        (at, end(bytes, at, |byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)))
    })
}

/// A secret key of Stripe's (`sk_live_`, `rk_test_` and so on) or the secret of a webhook (`whsec_`), which begin a word.
fn stripes(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let is_within = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    let begins: [&[u8]; 5] = [b"sk_live_", b"sk_test_", b"rk_live_", b"rk_test_", b"whsec_"];
    let begin = begins.into_iter().find(|begin| bytes[at..].starts_with(begin))?;
    let until = end(bytes, at, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (!is_within && until > at + begin.len()).then_some((at, until))
}

/// `Bearer` and what follows a space, which keeps the word itself.
fn bearer(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    if !starts(bytes, at, b"bearer") {
        return None;
    }
    let is_between = |byte: u8| byte == b' ' || byte == b'+' || byte == b':';
    let from = end(bytes, at + 6, is_between);
    let until =
        end(bytes, from, |byte| byte.is_ascii_alphanumeric() || b"-._~+/=%".contains(&byte));
    // A word of the language after it is none of a token's length.
    (from > at + 6 && until >= from + 8).then_some((from, until))
}

/// What stands before and after an at sign, where the second has a dot.
fn address(bytes: &[u8], (sign, after): (usize, usize), kept: usize) -> Option<(usize, usize)> {
    let is_local =
        |byte: u8| byte.is_ascii_alphanumeric() || b"._%+-'".contains(&byte) || byte >= 0x80;
    let from = bytes[kept..sign]
        .iter()
        .rposition(|byte| !is_local(*byte))
        .map_or(kept, |last| kept + last + 1);
    let until = end(bytes, after, |byte| {
        byte.is_ascii_alphanumeric() || b".-".contains(&byte) || byte >= 0x80
    });
    // A full stop behind it ends a sentence.
    let until = end_of_word(bytes, after, until);
    let has_dot = bytes[after..until].iter().skip(1).any(|byte| *byte == b'.');
    (from < sign && has_dot).then_some((from, until))
}

fn end_of_word(bytes: &[u8], from: usize, mut until: usize) -> usize {
    while until > from && b".-".contains(&bytes[until - 1]) {
        until -= 1;
    }
    until
}

/// Returns whether a text stands at a place, in capitals or not.
fn starts(bytes: &[u8], at: usize, text: &[u8]) -> bool {
    bytes.get(at..at + text.len()).is_some_and(|found| found.eq_ignore_ascii_case(text))
}

/// Returns where bytes of a kind end that begin at a place.
fn end(bytes: &[u8], from: usize, is_part: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter()
        .position(|byte| !is_part(*byte))
        .map_or(bytes.len().max(from), |length| from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_addresses_are_masked_and_the_rest_stays() {
        for (text, wanted) in [
            ("token xoxb-12-ab_C.d, and on", "token [masked], and on"),
            ("{\"t\":\"xoxp-1\"}", "{\"t\":\"[masked]\"}"),
            ("XOXE.xoxp-1-AbC end", "[masked] end"),
            ("xapp-1-A0-b", "[masked]"),
            ("key=sk_live_51Abc, rk_test_9z.", "key=[masked], [masked]."),
            ("\"whsec_abc123\"", "\"[masked]\""),
            ("authorization: Bearer abcdef.ghi-jkl=", "authorization: Bearer [masked]"),
            ("BEARER  xyz12345678", "BEARER  [masked]"),
            ("wren@harbour.example.", "[masked]."),
            ("to <wren.o'hara+x@mail.harbour.example>!", "to <[masked]>!"),
            ("q=wren%40harbour.example&x", "q=[masked]&x"),
            (r#""wren\u0040harbour.example""#, r#""[masked]""#),
            ("größe@köln.example ja", "[masked] ja"),
            ("a@b.c d@e.f", "[masked] [masked]"),
            ("postgres://app:geheim@db.example/x", "postgres://app:[masked]/x"),
        ] {
            assert_eq!(mask(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_nobodys_secret_stays() {
        for text in [
            "",
            "x",
            "xo",
            "xox",
            "xoxb",
            "boxes and oxen",
            "<@U123> is on duty",
            "@here",
            "a@b",
            "the bearer of news",
            "Bearer x",
            "risk_test_one and sk_test_ and whsec_",
            "50% of 40",
            "user@ host.example",
            "größe",
        ] {
            assert!(!is_touched(text), "{text} became {}", mask(text));
        }
    }

    #[test]
    fn a_long_line_is_gone_over_once() {
        let line = "b@".repeat(200_000) + &"x".repeat(200_000);
        let began = std::time::Instant::now();

        assert!(!is_touched(&line));

        assert!(began.elapsed().as_secs() < 2, "{:?}", began.elapsed());
    }

    #[test]
    fn what_a_writer_is_given_comes_out_masked() {
        let mut line = MaskedLine(Vec::new());

        line.write_all(b"{\"message\":\"xoxb-1 and \xff wren@harbour.example\"}\n").unwrap();

        assert_eq!(
            String::from_utf8(line.0).unwrap(),
            "{\"message\":\"[masked] and \u{fffd} [masked]\"}\n"
        );
    }
}

//! Escaping for Slack's mrkdwn.

/// Returns `text` with the three characters escaped that mean something to Slack.
///
/// Everything that a person typed goes through it before it stands in mrkdwn or in a message's `text`, so that nobody can
/// mention a channel or forge a link (Slack, "Formatting message text"). `plain_text` is never parsed and is not escaped.
///
/// # Examples
///
/// ```
/// assert_eq!(slack::escape("<!channel> & co"), "&lt;!channel&gt; &amp; co");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

//! Several steps in one text, so that they are one trip to the connection's thread and back.

use crate::step::{Step, append};
use sqlx::AssertSqlSafe;

/// Returns the statements of the steps and then `end`, with the parameters numbered through.
///
/// It consists of our own statements and of numbers; all values are bound.
pub(super) fn together(steps: &[Step], end: &str) -> AssertSqlSafe<String> {
    let mut text = String::with_capacity(2048);
    let mut before = 0;
    for step in steps {
        append(&mut text, step.sql, before);
        text.push_str("; ");
        before += step.values.len();
    }
    text.push_str(end);
    AssertSqlSafe(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Value;
    use sqlx::SqlSafeStr;

    #[test]
    fn parameters_are_numbered_through() {
        let value = || Value::Text(String::from("a"));
        let first = Step::new("insert into a values ($1, $2)", [value(), value()]);
        let second = Step::new("update b set c = $2 where d = $1 and e = $10", [value()]);
        let steps = [first, second.clone(), second];

        let text = together(&steps, "release member").into_sql_str();

        assert_eq!(
            text.as_str(),
            "insert into a values ($1, $2); update b set c = $4 where d = $3 and e = $12; \
             update b set c = $5 where d = $4 and e = $13; release member"
        );
    }
}

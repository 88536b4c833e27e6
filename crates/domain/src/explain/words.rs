//! An explanation in plain words.

use super::{Asked, Debt, DebtFate, Explanation, Fallback, Measured, Verdict};
use crate::engine::{SeatedBy, SkipReason};
use crate::skip::SkipRule;
use crate::zone::Zone;

impl Explanation {
    /// Returns the explanation as sentences, one a line: the turn, the rule, each member in the order of the ring, what
    /// is owed, and the fallback. Days and times are those of `zone`.
    #[must_use]
    pub fn in_words(&self, zone: &Zone) -> Vec<String> {
        let time = |at| zone.local_of(at).format("%Y-%m-%d %H:%M").to_string();
        let (from, to) = (time(self.turn.window.start()), time(self.turn.window.end()));
        let last = self.last_turn.as_ref();
        let begin = last.map_or_else(
            || String::from("nobody has had a turn yet"),
            |last| format!("the last turn by order was {last}'s"),
        );
        let head =
            [format!("Turn {}, {from} to {to}: {begin}.", self.turn.index), rule_line(self.rule)];
        head.into_iter()
            .chain(self.asked.iter().map(|asked| self.member_line(asked, zone)))
            .chain(self.debts.iter().map(debt_line))
            .chain(self.fallback.iter().map(|fallback| fallback_line(fallback, zone)))
            .collect()
    }

    fn member_line(&self, asked: &Asked, zone: &Zone) -> String {
        let Asked { member, verdict, measured } = asked;
        match verdict {
            Verdict::Serves(by) => format!("{member} serves{}{}.", why(*by), self.kept(measured)),
            Verdict::PassedOver(reason) => {
                format!("{member} was passed over: {}.", reason_words(reason, measured, zone))
            }
            Verdict::NotAsked if self.seats == 1 => {
                format!("{member} was not asked: somebody else had the seat.")
            }
            Verdict::NotAsked => format!("{member} was not asked: all the seats were taken."),
        }
    }

    /// Returns how much somebody who serves is away all the same.
    fn kept(&self, measured: &Measured) -> String {
        match (measured.share > 0.0, self.rule) {
            (false, _) => String::new(),
            (true, SkipRule::AtLeastHours(_)) => {
                format!(", though away for {}", hours(measured))
            }
            (true, _) => format!(", though away for {}", percent(measured.share)),
        }
    }
}

fn rule_line(rule: SkipRule) -> String {
    match rule {
        SkipRule::OverShare(share) => {
            format!("Whoever is away for more than {} of it is passed over.", percent(share))
        }
        SkipRule::Any => "Whoever is away for any of it is passed over.".into(),
        SkipRule::AtLeastHours(hours) => {
            format!("Whoever is away for {hours} hours of it or more is passed over.")
        }
        SkipRule::Never => "Nobody is passed over for being away.".into(),
    }
}

const fn why(by: SeatedBy) -> &'static str {
    match by {
        SeatedBy::Order => ", next in order",
        SeatedBy::MakeUp => " to make up for a turn",
        SeatedBy::Fallback => ", since nobody else can",
        SeatedBy::Replacement => " for the rest of the turn",
    }
}

fn reason_words(reason: &SkipReason, measured: &Measured, zone: &Zone) -> String {
    match reason {
        SkipReason::Away { until, .. } => {
            let until = until.map_or_else(
                || String::from("nobody knows until when"),
                |until| format!("until {}", zone.date_of(until)),
            );
            format!("away for {} ({}), {until}", percent(measured.share), hours(measured))
        }
        SkipReason::AlreadySeated => "has a seat already".into(),
        SkipReason::Deactivated => "is not in the workspace any more".into(),
    }
}

fn debt_line(debt: &Debt) -> String {
    let Debt { owed, fate } = debt;
    let fate = match fate {
        DebtFate::Made => "is owed from now on",
        DebtFate::Paid => "is made up for",
        DebtFate::Waits => "is still owed",
        DebtFate::Lapsed => "is too old and owed no more",
    };
    format!("Turn {} of {} {fate}.", owed.since, owed.member)
}

fn fallback_line(fallback: &Fallback, zone: &Zone) -> String {
    let Fallback { user, verdict, measured } = fallback;
    match verdict {
        Verdict::Serves(_) => format!("{user} stands in, since nobody else can."),
        Verdict::PassedOver(reason) => {
            format!("{user} cannot stand in: {}.", reason_words(reason, measured, zone))
        }
        Verdict::NotAsked => format!("{user} need not stand in."),
    }
}

fn percent(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

fn hours(measured: &Measured) -> String {
    let text = format!("{:.1}", measured.missed.as_seconds_f64() / 3600.0);
    format!("{} h", text.strip_suffix(".0").unwrap_or(&text))
}

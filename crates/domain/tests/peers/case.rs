//! The cases as they stand in the file, and how a whole category of them is asked.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::{Debug, Write};
use std::sync::LazyLock;

/// The cases that the engine answers.
pub(crate) static ADOPTED: LazyLock<Vec<Case>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/peer_cases.json")).expect("the cases can be read")
});

/// The cases that it does not answer, each with the reason.
pub(crate) static LEFT_OUT: LazyLock<Vec<LeftOut>> = LazyLock::new(|| {
    let list = include_str!("../data/peer_cases_left_out.json");
    serde_json::from_str(list).expect("the list can be read")
});

/// A question of a peer's test and its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// Its name here.
    pub(crate) id: String,
    /// What kind of question it is.
    pub(crate) category: String,
    /// Where it was read.
    pub(crate) source: Source,
    /// What is given.
    given: Value,
    /// The right answer.
    expected: Value,
    /// The answer of the peer, where it differs.
    #[serde(default)]
    pub(crate) peers_answer: Option<Value>,
    /// What was changed on the way here, and why.
    #[serde(default)]
    pub(crate) note: String,
}

/// A case that is not adopted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeftOut {
    /// Its name here.
    pub(crate) id: String,
    /// What kind of question it is.
    pub(crate) category: String,
    /// Where it was read.
    pub(crate) source: Source,
    /// Why the engine does not answer it.
    pub(crate) reason: String,
}

/// Where a case was read: a test in a repository, or a page.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Source {
    /// A test.
    Test {
        /// Owner and name.
        repo: String,
        /// The file.
        path: String,
        /// The test in it.
        test: String,
    },
    /// A page.
    Page {
        /// Its address or title.
        page: String,
    },
}

impl Source {
    /// Returns whether every part says something.
    pub(crate) fn is_complete(&self) -> bool {
        match self {
            Self::Test { repo, path, test } => {
                [repo, path, test].iter().all(|part| !part.is_empty())
            }
            Self::Page { page } => !page.is_empty(),
        }
    }
}

/// Asks every case of a category; `answer` is given what is asked for as well, and says nothing else.
#[track_caller]
pub(crate) fn ask<G, E>(category: &str, answer: impl Fn(&G, &E) -> E)
where
    G: DeserializeOwned,
    E: DeserializeOwned + PartialEq + Debug,
{
    let cases: Vec<&Case> = ADOPTED.iter().filter(|case| case.category == category).collect();
    assert!(!cases.is_empty(), "no case is a {category}");
    let mut faults = String::new();
    for case in cases {
        let given: G = read(case, "given", &case.given);
        let expected: E = read(case, "expected", &case.expected);
        let ours = answer(&given, &expected);
        if ours != expected {
            writeln!(faults, "{}: {ours:?}\n  instead of {expected:?}", case.id)
                .expect("a string takes all");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[track_caller]
fn read<T: DeserializeOwned>(case: &Case, part: &str, value: &Value) -> T {
    T::deserialize(value).unwrap_or_else(|fault| panic!("{}, {part}: {fault}", case.id))
}

//! The sources that there are.

use crate::hibob;
use crate::source::AbsenceSource;
use domain::source::SourceCode;

/// One line for each.
static SOURCES: [&dyn AbsenceSource; 1] = [&hibob::HiBob];

/// Returns all sources, the one that is offered first in front.
#[must_use]
pub fn sources() -> &'static [&'static dyn AbsenceSource] {
    &SOURCES
}

/// Returns the source of that code.
#[must_use]
pub fn find(code: &SourceCode) -> Option<&'static dyn AbsenceSource> {
    sources().iter().copied().find(|source| source.info().code == *code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_source_is_found_by_its_code_and_no_code_is_given_twice() {
        let codes: BTreeSet<_> = sources().iter().map(|source| &source.info().code).collect();

        assert_eq!(codes.len(), sources().len());
        for code in codes {
            assert_eq!(find(code).map(|source| source.info().code.clone()).as_ref(), Some(code));
        }
        assert!(find(&SourceCode::new("nobody").unwrap()).is_none());
    }

    #[test]
    fn every_source_has_all_that_is_needed_to_connect_it() {
        for info in sources().iter().map(|source| source.info()) {
            assert!(!info.name.is_empty() && !info.how.is_empty(), "{info:?}");
            assert!(!info.grants.is_empty() && !info.hosts.is_empty(), "{info:?}");
            let fields: BTreeSet<_> = info.fields.iter().map(|field| field.code).collect();
            assert_eq!(fields.len(), info.fields.len(), "{info:?}");
            assert!(info.fields.iter().any(|field| field.is_secret), "{info:?}");
        }
    }
}

//! The repository's own files, as the rules about them see them.

use std::path::Path;
use std::process::Command;

/// A text file that git tracks, or would on the next `git add`.
pub(crate) struct File {
    /// From the root, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Returns the lines that `is_wrong`, each as `path:line: what`.
    pub(crate) fn lines(&self, what: &str, is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
        (1..)
            .zip(self.text.lines())
            .filter(|(_, line)| is_wrong(line))
            .map(|(number, _)| format!("{}:{number}: {what}", self.path))
            .collect()
    }

    /// Returns whether this is Rust source.
    pub(crate) fn is_rust(&self) -> bool {
        self.ends_in("rs")
    }

    /// Returns whether the file's name has this extension.
    pub(crate) fn ends_in(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|its| its == extension)
    }
}

/// Returns the root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests have a folder of their own")
}

/// Returns every text file of the repository.
pub(crate) fn files() -> Vec<File> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    assert!(listed.status.success(), "git: {}", String::from_utf8_lossy(&listed.stderr));

    let mut paths: Vec<_> = String::from_utf8(listed.stdout)
        .expect("paths are UTF-8")
        .split_terminator('\0')
        .map(String::from)
        .collect();
    paths.sort();
    paths.dedup();
    // A file that was deleted and not yet committed cannot be read; one that is no text is no concern.
    let files: Vec<_> = paths
        .into_iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(root().join(&path)).ok()?;
            Some(File { path, text })
        })
        .collect();
    assert!(files.len() > 30, "only {} files: the list is not to be believed", files.len());
    files
}

/// Fails with every fault of the repository, and fails when `sample`, which breaks the rule, passes it.
#[track_caller]
pub(crate) fn check(rule: fn(&File) -> Vec<String>, sample: (&str, &str)) {
    let sample = File { path: sample.0.into(), text: sample.1.into() };
    assert!(!rule(&sample).is_empty(), "the rule is blind: it accepts {:?}", sample.text);

    let faults: Vec<_> = files().iter().flat_map(rule).collect();

    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Returns the line without its comment, as far as a line alone can tell.
pub(crate) fn code(line: &str) -> &str {
    let end = line
        .match_indices("//")
        .map(|(at, _)| at)
        .find(|&at| !line[..at].ends_with(':'))
        .unwrap_or(line.len());
    &line[..end]
}

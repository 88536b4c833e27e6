//! The help: exactly the verbs that there are.

/// Returns the lines of the help.
pub(crate) fn help_lines() -> Vec<String> {
    [
        "I pass a duty from one to the next, and pass over whoever is away.",
        "`/rotation` shows this channel's rotations",
        "`/rotation create support` sets up a rotation",
        "`/rotation list` shows all rotations",
        "`/rotation who` or `/rotation who support` tells who is on duty",
        "`/rotation next support 5` tells who comes next",
        "`/rotation ooo add tomorrow` enters that you are away; also `24 Dec to 31 Dec`, or for somebody else `@Ben friday`",
        "`/rotation ooo list` shows when you are away; also `@Ben`",
        "`/rotation ooo remove 24 Dec` takes it back",
        "`/rotation help` shows this",
    ]
    .map(String::from)
    .to_vec()
}

//! The help: exactly the verbs that there are, each with a line that works.

/// Returns the lines of the help, in two parts: of rotations, and of people and what is theirs. Slack takes so much in one
/// block and no more.
pub(crate) fn help_lines() -> [Vec<String>; 2] {
    let rotations = [
        "I pass a duty from one person to the next, and pass over whoever is away.",
        "• `/rotation` shows this channel's rotations",
        "• `/rotation create support` sets up a rotation",
        "• `/rotation list` shows all rotations",
        "• `/rotation show support` shows everything about it, with its buttons",
        "• `/rotation who support` tells who is on duty",
        "• `/rotation next support 10` tells who comes next",
        "• `/rotation edit support` changes its name, its channel and its rules",
        "• `/rotation handover support to @Ben` passes your duty on now; without a name to the next who is free",
        "• `/rotation skip support` passes you over in your next turn; while you are on duty it passes the duty on",
        "• `/rotation assign @Cho for @Ben support friday` lets somebody serve instead; without days the whole turn",
        "• `/rotation cover support friday` asks the others who can stand in; without days for a whole turn, `/rotation cover @Ben` for somebody else",
        "• `/rotation cover list support` shows who needs cover",
        "• `/rotation swap support @Ben` asks Ben to swap a turn with you; with days at once: `/rotation swap support @Ben 15 June 22 June`",
        "• `/rotation note support` leaves a note for whoever is on duty next, `/rotation note list` shows yours",
        "• `/rotation pause support until 24 Dec` lets it rest; `/rotation resume support` ends that, `/rotation resume support now` at once",
        "• `/rotation delete support` deletes it; `/rotation undelete support` brings it back within 30 days",
        "• `/rotation add support @Ben` lets somebody join; `/rotation add support channel-members` everybody in its channel",
        "• `/rotation remove support @Ben` takes somebody out, `/rotation leave support` yourself",
        "• `/rotation order support @Ben` changes the order: Ben comes first",
    ];
    let people = [
        "• `/rotation ooo add 24 Dec to 2 Jan` enters days away; for somebody else `/rotation ooo add @Ben friday`",
        "• `/rotation ooo add today 14:00-16:00` enters times, `/rotation ooo add tomorrow morning` half a day, `/rotation ooo add from Monday on` what has no end yet",
        "• `/rotation ooo list` shows when you are away; somebody else `/rotation ooo list @Ben`",
        "• `/rotation ooo remove 24 Dec` takes it back; `/rotation ooo available` says that you are there although another system says otherwise",
        "• `/rotation history support` shows the last turns, `/rotation stats support 90d` who did how much",
        "• `/rotation settings support` sets who manages it and what it sends, `/rotation settings me` what you get",
        "• `/rotation calendar support` gives you a link to its calendar, `/rotation calendar me` to your own turns, `/rotation page support` to a page with the whole month",
        "• `/rotation calendar revoke` lets your links open nothing any more",
        "• `/rotation export me` gives you everything that I keep of you, `/rotation erase me` erases it",
        "• `/rotation admin` is for admins: the settings of this workspace; `/rotation events` shows them who did what, `/rotation export` gives them everything",
        "• `/rotation help` shows this",
    ];
    [rotations.map(String::from).to_vec(), people.map(String::from).to_vec()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::command::parse_command;

    #[test]
    fn every_example_is_understood() {
        for line in help_lines().concat().iter().skip(1) {
            for example in line.split('`').skip(1).step_by(2) {
                let typed = example.trim_start_matches("/rotation");
                let typed = typed.replace("@Ben", "<@UBEN|ben>").replace("@Cho", "<@UCHO|cho>");

                assert!(parse_command(&typed).is_ok(), "{example}");
            }
        }
    }
}

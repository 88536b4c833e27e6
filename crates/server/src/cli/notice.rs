//! `asyncbot notice breach`: the admins of workspaces are told what happened; it may run while the service does.

use super::opened::now;
use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::config::{opened_store, told_site};
use crate::settings::{DatabaseSettings, KeySettings, SiteSettings};
use app::notice::{recipients, tell_of_breach};
use clap::Subcommand;
use domain::story::notice::Breach;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use store::{Store, WorkspaceListing};

#[derive(Debug, Subcommand)]
pub(super) enum NoticeCommand {
    /// Tells the admins of workspaces that somebody else may have seen their data: what happened, when, and what comes next
    Breach(Box<BreachOptions>),
}

#[derive(clap::Args, Debug)]
pub(super) struct BreachOptions {
    /// TOML with the texts `what`, `when` and `next_steps`, and `workspaces`: a list of ids of workspaces or of Slack teams, or "all"
    #[arg(long, value_name = "FILE")]
    workspaces: PathBuf,
    /// Says how many would be told, and tells nobody
    #[arg(long)]
    dry_run: bool,
    /// Tells the others although some of the workspaces are not known here
    #[arg(long)]
    skip_unknown: bool,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
    #[command(flatten)]
    site: SiteSettings,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    what: String,
    when: String,
    next_steps: String,
    workspaces: Wanted,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Wanted {
    Word(String),
    List(Vec<String>),
}

/// What the file asks for, among the workspaces that there are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Chosen {
    reachable: Vec<WorkspaceListing>,
    /// The app is not installed there any more.
    unreachable: Vec<WorkspaceListing>,
    unknown: Vec<String>,
}

pub(super) async fn notice(command: NoticeCommand) -> u8 {
    telemetry::start(Some("error"));
    let NoticeCommand::Breach(options) = command;
    let opened = opened_store(&options.database, &options.keys);
    let site = told_site(&options.site);
    let order = read(&options.workspaces);
    let (place, keys, site, (mut breach, wanted)) = match (opened, site, order) {
        (Ok((place, keys)), Ok(site), Ok(order)) => (place, keys, site, order),
        (opened, site, order) => {
            let mut faults = opened.err().unwrap_or_default();
            faults.extend(site.err());
            output::complain_of_all(&faults);
            if let Err(fault) = order {
                output::complain(&fault);
            }
            return WRONG_USE;
        }
    };
    breach.contact = site.security_contact().map(str::to_owned);
    let store = match Store::open(&place, keys).await {
        Ok(store) => store,
        Err(fault) => {
            output::complain(&fault.to_string());
            return NOT_WELL;
        }
    };
    let code = match tell(&store, &options, &breach, &wanted).await {
        Ok(code) => code,
        Err(fault) => {
            output::complain(&format!(
                "{fault}; whoever was told is not told twice, so please run it again"
            ));
            NOT_WELL
        }
    };
    store.close().await;
    code
}

async fn tell(
    store: &Store,
    options: &BreachOptions,
    breach: &Breach,
    wanted: &Wanted,
) -> Result<u8, app::AppError> {
    let chosen = choose(store.system().list_workspaces().await?, wanted);
    for unknown in &chosen.unknown {
        output::complain(&format!("{unknown} is no workspace that is known here"));
    }
    if !chosen.unknown.is_empty() && !options.skip_unknown {
        output::complain("Nobody was told. Please mend the list, or say --skip-unknown.");
        return Ok(WRONG_USE);
    }
    let now = now(store).await;
    let (mut people, mut new) = (0, 0);
    for workspace in &chosen.reachable {
        let (told, fresh) = if options.dry_run {
            let told = recipients(store, workspace.id).await?.len();
            (told, told)
        } else {
            let told = tell_of_breach(store, workspace.id, breach, now).await?;
            (told.people.len(), told.new)
        };
        people += told;
        new += fresh;
        let again = told - fresh;
        let (id, team) = (workspace.id, workspace.team.as_str());
        let would = if options.dry_run { "would be told" } else { "told" };
        output::say(&format!("{id} ({team}): {} {would}, {again} of them before", people_of(told)));
    }
    for workspace in &chosen.unreachable {
        let (id, team) = (workspace.id, workspace.team.as_str());
        output::say(&format!("{id} ({team}): unreachable, the app is not installed there"));
    }
    let workspaces = chosen.reachable.len();
    output::say(&if options.dry_run {
        format!("Nobody was told. {} in {workspaces} workspaces would be.", people_of(people))
    } else {
        format!(
            "The running service tells {} in {workspaces} workspaces within minutes.",
            people_of(new)
        )
    });
    Ok(if chosen.unreachable.is_empty() { DONE } else { NOT_WELL })
}

fn read(file: &Path) -> Result<(Breach, Wanted), String> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|fault| format!("the file {name} cannot be read: {fault}"))?;
    parse(&text).map_err(|fault| format!("the file {name} does not fit: {fault}"))
}

fn parse(text: &str) -> Result<(Breach, Wanted), String> {
    let order: Order = toml::from_str(text).map_err(|fault| fault.message().to_owned())?;
    let breach = Breach {
        what: order.what.trim().to_owned(),
        when: order.when.trim().to_owned(),
        next_steps: order.next_steps.trim().to_owned(),
        contact: None,
    };
    breach.check().map_err(|fault| fault.to_string())?;
    match &order.workspaces {
        Wanted::Word(word) if word != "all" => {
            Err("`workspaces` must be a list of ids, or \"all\"".to_owned())
        }
        Wanted::List(list) if list.is_empty() => Err("`workspaces` names none".to_owned()),
        _ => Ok((breach, order.workspaces)),
    }
}

fn people_of(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// Sorts the workspaces that there are; each is told once, however often it is named.
fn choose(all: Vec<WorkspaceListing>, wanted: &Wanted) -> Chosen {
    let is_named = |listing: &WorkspaceListing, name: &str| {
        listing.team.as_str() == name || listing.id.to_string() == name
    };
    let mut chosen = Chosen::default();
    if let Wanted::List(names) = wanted {
        let is_unknown = |name: &&String| !all.iter().any(|listing| is_named(listing, name));
        chosen.unknown = names.iter().filter(is_unknown).cloned().collect();
    }
    for listing in all {
        let is_wanted = match wanted {
            Wanted::Word(_) => true,
            Wanted::List(names) => names.iter().any(|name| is_named(&listing, name)),
        };
        if is_wanted {
            let list =
                if listing.is_active { &mut chosen.reachable } else { &mut chosen.unreachable };
            list.push(listing);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::{TeamId, WorkspaceId};

    const GOOD: &str = "what = \"a\"\nwhen = \"b\"\nnext_steps = \"c\"\nworkspaces = ";

    fn listing(team: &str, is_active: bool) -> WorkspaceListing {
        let team = TeamId::new(team);
        WorkspaceListing {
            id: WorkspaceId::of_team(&team),
            team,
            is_active,
            deactivated_at: None,
            kept_until: None,
        }
    }

    #[test]
    fn a_file_says_everything_or_is_refused_with_the_field() {
        assert!(parse(&format!("{GOOD}\"all\"")).is_ok());
        assert!(parse(&format!("{GOOD}[\"T1\"]")).is_ok());
        for (text, said) in [
            (format!("{GOOD}[]"), "names none"),
            (format!("{GOOD}\"some\""), "\"all\""),
            (format!("{GOOD}\"all\"\nwho = 1"), "who"),
            (GOOD.replace("what", "# what") + "\"all\"", "what"),
            (GOOD.replace("\"b\"", "\" \"") + "\"all\"", "`when` is empty"),
        ] {
            let fault = parse(&text).err().unwrap();
            assert!(fault.contains(said), "{text}: {fault}");
        }
    }

    #[test]
    fn workspaces_are_named_by_either_id_and_told_once() {
        let all = vec![listing("T1", true), listing("T2", false), listing("T3", true)];
        let id = listing("T1", true).id.to_string();
        let names = [id.as_str(), "T1", "T2", "T9"].map(str::to_owned).to_vec();

        let chosen = choose(all.clone(), &Wanted::List(names));

        assert_eq!(chosen.reachable, [listing("T1", true)]);
        assert_eq!(chosen.unreachable, [listing("T2", false)]);
        assert_eq!(chosen.unknown, ["T9"]);
        assert_eq!(choose(all, &Wanted::Word("all".to_owned())).reachable.len(), 2);
    }
}

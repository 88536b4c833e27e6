//! How views come to be and change, whoever asks: the bot's call or its answer to a submission.

use crate::block_kit::with_ids;
use crate::world::World;
use crate::world::view::View;
use chrono::{DateTime, Utc};
use domain::ids::TeamId;
use serde_json::{Map, Value};

/// Makes a view of what the bot gave; `below` is the id and the root of the modal under it.
pub(crate) fn make_view(
    world: &mut World,
    body: Value,
    is_home: bool,
    below: Option<(String, String)>,
    now: DateTime<Utc>,
) -> View {
    let id = format!("V{:08}", world.secrets.count());
    let (previous, root) =
        below.map_or((None, id.clone()), |(previous, root)| (Some(previous), root));
    let hash = new_hash(world, now);
    View {
        id,
        is_home,
        hash,
        previous,
        root,
        body: with_block_ids(world, body),
        errors: Map::new(),
    }
}

/// Puts another body into an open view and returns it.
pub(crate) fn replace_view(
    world: &mut World,
    team: &TeamId,
    id: &str,
    body: Value,
    now: DateTime<Utc>,
) -> Option<View> {
    let body = with_block_ids(world, body);
    let hash = new_hash(world, now);
    let view = world.find_mut(team)?.view_mut(id)?;
    view.body = body;
    view.hash = hash;
    view.errors = Map::new();
    Some(view.clone())
}

fn new_hash(world: &mut World, now: DateTime<Utc>) -> String {
    format!("{}.{}", now.timestamp(), &world.secrets.next("hash")[..8])
}

fn with_block_ids(world: &mut World, mut body: Value) -> Value {
    let secrets = &mut world.secrets;
    let blocks = body["blocks"].take();
    body["blocks"] = with_ids(blocks, || secrets.next("block")[..5].to_owned());
    body
}

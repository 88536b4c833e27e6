//! The forms about a roster.

use super::blocks::plain_text;
use super::modal::{input, option, optional, view};
use super::names::{bare, list, unmarked};
use domain::action::Field;
use domain::message::Person;
use domain::story::roster::{Modal, PLACES, Scene};
use serde_json::{Value, json};

/// The most choices of a menu, and of each group of a longer one.
const MOST_OPTIONS: usize = 100;

/// The longest label of a group, in characters.
const LONGEST_GROUP: usize = 75;

/// The most members whose present order is shown.
const MOST_SHOWN: usize = 50;

/// Returns a form as `views.open` takes it.
pub(super) fn render(modal: &Modal) -> Value {
    let (scene, mut form, flag) = match modal {
        Modal::Add(scene) => (scene, view("roster_add", "Add people", "Add", &add(scene)), false),
        Modal::Remove(scene) => {
            let form = view("roster_remove", "Remove people", "Remove", &remove(scene));
            (scene, form, is_last(scene))
        }
        Modal::Order(scene) => {
            (scene, view("roster_order", "Order of turns", "Save", &order(scene)), false)
        }
    };
    let memory = format!("{}|{}|{}", scene.rotation, scene.revision, u8::from(flag));
    form["private_metadata"] = json!(memory);
    form
}

fn add(scene: &Scene) -> Vec<Value> {
    let people =
        json!({ "type": "multi_users_select", "placeholder": plain_text("Pick people", 150) });
    let mut blocks = vec![optional(input(
        Field::People,
        &format!("Who joins {}?", unmarked(&scene.name)),
        Some("They take turns in the order in which you pick them."),
        people,
    ))];
    if !scene.members.is_empty() {
        let mut before = menu("static_select", &scene.members);
        before["placeholder"] = plain_text("They serve last", 150);
        blocks.push(optional(input(
            Field::Before,
            "Before whom?",
            Some("Left empty, everybody else serves before them once."),
            before,
        )));
    }
    let everybody = json!({
        "type": "checkboxes",
        "options": [option("everyone", "Everybody in its channel")],
    });
    blocks.push(optional(input(
        Field::Everyone,
        "Or all at once",
        Some("I look who is there, leave out bots and guests, and tell you."),
        everybody,
    )));
    blocks
}

fn remove(scene: &Scene) -> Vec<Value> {
    let mut blocks = Vec::new();
    if is_last(scene) {
        let text = "They are the last one. Without them nobody will be on duty.";
        blocks.push(json!({ "type": "section", "text": plain_text(text, 3000) }));
    }
    blocks.push(input(
        Field::People,
        &format!("Who leaves {}?", unmarked(&scene.name)),
        None,
        menu("multi_static_select", &scene.members),
    ));
    if !scene.on_duty.is_empty() {
        let handoff = option("handoff", "At the next handoff");
        let when = json!({
            "type": "radio_buttons",
            "options": [handoff.clone(), option("now", "Now; the next one takes over")],
            "initial_option": handoff,
        });
        let names: Vec<String> = scene.on_duty.iter().map(bare).collect();
        let label = format!("On duty now: {}. If they leave, when?", names.join(", "));
        blocks.push(input(Field::When, &label, None, when));
    }
    blocks
}

fn order(scene: &Scene) -> Vec<Value> {
    if scene.members.len() > PLACES {
        let text = format!("Now: {}.", list(&scene.members, MOST_SHOWN));
        let text = json!({ "type": "mrkdwn", "text": text, "verbatim": true });
        return vec![
            json!({ "type": "section", "text": text }),
            input(
                Field::People,
                "Who comes first, in this order?",
                Some("Everybody else follows in the order that they have now."),
                menu("multi_static_select", &scene.members),
            ),
        ];
    }
    let place = |(place, member): (usize, &Person)| {
        let mut element = menu("static_select", &scene.members);
        element["initial_option"] = choice(member);
        let hint = (place == 0).then_some("The duty goes round in this order.");
        let field = Field::Place(u8::try_from(place).unwrap_or(u8::MAX));
        input(field, &format!("Place {}", place + 1), hint, element)
    };
    scene.members.iter().enumerate().map(place).collect()
}

fn is_last(scene: &Scene) -> bool {
    scene.members.len() == 1
}

/// Returns a menu of people; a long one is grouped by their places in the order, as Slack wants it.
fn menu(kind: &str, people: &[Person]) -> Value {
    let mut element = json!({ "type": kind });
    if people.len() <= MOST_OPTIONS {
        element["options"] = people.iter().map(choice).collect();
        return element;
    }
    let group = |(number, part): (usize, &[Person])| {
        let first = number * MOST_OPTIONS;
        let label = format!("{} to {}", first + 1, first + part.len());
        let options: Vec<Value> = part.iter().map(choice).collect();
        json!({ "label": plain_text(&label, LONGEST_GROUP), "options": options })
    };
    element["option_groups"] = people.chunks(MOST_OPTIONS).enumerate().map(group).collect();
    element
}

fn choice(person: &Person) -> Value {
    option(person.user.as_str(), &bare(person))
}

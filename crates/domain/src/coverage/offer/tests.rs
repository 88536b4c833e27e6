//! Which words are an offer.

use super::*;

#[track_caller]
fn check(texts: &[&str], is_one: bool) {
    let wrong: Vec<&&str> = texts.iter().filter(|text| is_offer(text) != is_one).collect();

    assert!(
        wrong.is_empty(),
        "{} offers: {wrong:#?}",
        if is_one { "These are" } else { "These are no" }
    );
}

#[test]
fn english_offers_are_found() {
    check(
        &[
            "I can take it",
            "I can take it.",
            "i'll take it!",
            "I\u{2019}ll take it",
            "I will cover",
            "Sure, I can cover Tuesday",
            "I can",
            "I can do Tuesday",
            "can do",
            "I can also do that",
            "Happy to cover for you",
            "I'm happy to step in",
            "I'd be happy to take over",
            "Let me take this one",
            "count me in",
            "Put me down",
            "<@U0ANA> I can take your shift",
            "Hi Ana, I can take the whole week :wave:",
            ":raised_hand: I can do it",
            "No problem, I'll take it",
            "yes, I'll do it",
            "I've got this",
            "I could take it",
            "I can cover the morning and Cho the afternoon",
            "I'm in",
            "I can help out",
        ],
        true,
    );
}

#[test]
fn offers_in_other_languages_are_found() {
    check(
        &[
            "Ich kann übernehmen",
            "ich kann uebernehmen",
            "Ich übernehme gern!",
            "Klar, mach ich",
            "Kann ich machen",
            "Ich springe ein",
            "Ich kann am Dienstag",
            "Kein Problem, ich nehme die Schicht",
            "Ich kann dich vertreten",
            "Je peux le faire",
            "je m'en charge",
            "Je m\u{2019}en occupe !",
            "Oui, je te remplace",
            "Pas de souci, je prends le relais",
            "Je peux aussi prendre mardi",
            "Yo puedo",
            "Sí, yo lo cubro",
            "Puedo cubrirlo",
            "Lo hago yo",
            "Me encargo yo",
            "Cuenta conmigo",
            "Deixa comigo",
            "Eu posso cobrir",
            "Ci penso io",
            "Posso farlo io",
            "Ik neem het over",
            "Ja hoor, ik kan het doen",
            "Jag kan ta det",
            "Jeg tager det",
            "Ja wezmę",
            "私がやります。",
            "代わります",
        ],
        true,
    );
}

#[test]
fn refusals_conditions_and_doubts_are_no_offers() {
    check(
        &[
            "I can't take it",
            "I can\u{2019}t",
            "I cannot",
            "I can not take it",
            "Sorry, I can't",
            "No",
            "I won't be able to cover",
            "I can take it if nobody else does",
            "I can take it but only until noon",
            "Maybe I can take it",
            "I might take it",
            "I wish I can take it",
            "I can never take it",
            "Unfortunately I can take nothing",
            "Ich kann nicht",
            "Leider kann ich nicht",
            "Ich kann übernehmen, wenn keiner sonst will",
            "Ich übernehme das nicht",
            "Vielleicht kann ich",
            "Je ne peux pas",
            "Je peux pas le faire",
            "Je peux le faire si personne d'autre",
            "Non, je ne peux pas",
            "No puedo",
            "Yo no puedo",
            "Tal vez puedo",
            "Não posso",
            "Non posso",
            "Ik kan niet",
            "Jag kan inte ta det",
            "Nie mogę",
            "やりません",
        ],
        false,
    );
}

#[test]
fn questions_thanks_and_talk_are_no_offers() {
    check(
        &[
            "",
            "   ",
            ":thumbsup:",
            "<@U0ANA>",
            "Can you take it?",
            "can you take it",
            "Can Ben take it",
            "Could you cover",
            "I can take it?",
            "¿Puedo cubrirlo?",
            "Kann ich das machen?",
            "Thanks, I'll take it from here",
            "Thank you",
            "Danke, ich kann selbst",
            "Merci, je peux venir",
            "Gracias",
            "Ben can take it",
            "You can take it",
            "of course you can take it",
            "Ben kann übernehmen",
            "She said I can take it",
            "I can see that",
            "I can take a look",
            "I'll take it up with the team",
            "I can take Tuesday off",
            "I'll be away",
            "I'm in Berlin",
            "got it",
            "Got it, thanks",
            "take it",
            "Who can take it",
            "when I can take it I will tell",
            "&gt; I can take it\nwho wrote that",
            "> I can take it",
            "`I can take it`",
            "Is this still open",
            "Good luck",
            "The printer is broken again, I can print nothing",
            "ok",
            "yes",
        ],
        false,
    );
}

#[test]
fn anything_long_is_no_offer() {
    let many = format!("I can take it {}", "really ".repeat(20));
    let long = format!("I can take it {}", "a".repeat(400));
    check(&[&many, &long], false);
}

#[test]
fn no_text_makes_it_panic() {
    for text in [
        "<",
        "<@",
        ":",
        "::",
        ":a",
        "a:b:",
        "\u{0}",
        "'",
        "’",
        "<@U1",
        ":smile",
        "İ",
        "ſ",
        "\u{1f511}",
    ] {
        assert!(!is_offer(text), "{text:?}");
    }
}

//! What the key ring promises.

use super::*;
use proptest::prelude::*;
use sha2::Digest;

const PLACE: Place<'static> =
    Place { table: "workspaces", column: "bot_token", workspace: b"one", row: b"row" };

fn entry(id: u32, number: u8) -> String {
    format!("{id}:{}", STANDARD.encode(Sha256::digest([number])))
}

fn entry_of(key: [u8; KEY_BYTES]) -> String {
    format!("1:{}", STANDARD.encode(key))
}

fn ring(text: &str) -> KeyRing {
    KeyRing::parse(&SecretString::from(text)).unwrap()
}

#[track_caller]
fn check_refused(text: &str, fault: KeyRingFault) {
    let found = KeyRing::parse(&SecretString::from(text)).unwrap_err();

    assert_eq!(found, fault);
}

#[test]
fn what_was_sealed_opens_in_its_place() {
    let ring = ring(&entry(1, 7));

    let sealed = ring.seal(&PLACE, b"token").unwrap();

    assert_eq!(ring.open(&PLACE, &sealed).unwrap().expose_secret(), b"token");
    assert_eq!(sealed.as_bytes().len(), 5 + 33);
}

#[test]
fn a_text_comes_back_as_it_was() {
    let ring = ring(&entry(1, 7));
    let text = SecretString::from("xoxb-1");

    let sealed = ring.seal_text(&PLACE, &text).unwrap();

    assert_eq!(ring.open_text(&PLACE, &sealed).unwrap().expose_secret(), "xoxb-1");
}

#[test]
fn the_same_value_is_never_sealed_to_the_same_bytes() {
    let ring = ring(&entry(1, 7));

    assert_ne!(ring.seal(&PLACE, b"token").unwrap(), ring.seal(&PLACE, b"token").unwrap());
}

#[test]
fn a_value_moved_to_another_place_does_not_open() {
    let ring = ring(&entry(1, 7));
    let sealed = ring.seal(&PLACE, b"token").unwrap();

    for moved in [
        Place { table: "meta", ..PLACE },
        Place { column: "name", ..PLACE },
        Place { workspace: b"two", ..PLACE },
        Place { row: b"other", ..PLACE },
    ] {
        assert_eq!(ring.open(&moved, &sealed).unwrap_err(), OpenFault::Closed, "{moved:?}");
    }
}

#[test]
fn an_older_key_opens_and_the_first_key_seals() {
    let sealed = ring(&entry(1, 7)).seal(&PLACE, b"token").unwrap();

    let rotated = ring(&format!("{}, {}", entry(2, 8), entry(1, 7)));

    assert_eq!(rotated.open(&PLACE, &sealed).unwrap().expose_secret(), b"token");
    assert_eq!(rotated.seal(&PLACE, b"token").unwrap().key_id(), 2);
}

#[test]
fn a_key_that_left_the_ring_is_named() {
    let sealed = ring(&entry(1, 7)).seal(&PLACE, b"token").unwrap();

    let fault = ring(&entry(2, 8)).open(&PLACE, &sealed).unwrap_err();

    assert_eq!(fault, OpenFault::UnknownKey { id: 1 });
}

#[test]
fn another_key_under_the_same_id_does_not_open() {
    let sealed = ring(&entry(1, 7)).seal(&PLACE, b"token").unwrap();

    assert_eq!(ring(&entry(1, 8)).open(&PLACE, &sealed).unwrap_err(), OpenFault::Closed);
}

#[test]
fn wrong_rings_are_refused_with_the_entry_that_is_wrong() {
    let good = entry(1, 7);

    check_refused("", KeyRingFault::Empty);
    check_refused("  ", KeyRingFault::Empty);
    check_refused(&format!("{good},"), KeyRingFault::NoColon { entry: 2 });
    check_refused("nonsense", KeyRingFault::NoColon { entry: 1 });
    for id in ["0", "-1", "+1", "01", "x", "", "4294967296", "1.5"] {
        let text = good.replacen('1', id, 1);
        check_refused(&text, KeyRingFault::BadId { entry: 1 });
    }
    check_refused(&format!("{good},{}", entry(1, 9)), KeyRingFault::DuplicateId { entry: 2 });
    check_refused("1:%%%", KeyRingFault::NotBase64 { entry: 1 });
    check_refused("1:AAAA", KeyRingFault::WrongLength { entry: 1, bytes: 3 });
    check_refused(&format!("{good},{}", entry(2, 7)), KeyRingFault::SameKey { entry: 2 });
}

#[test]
fn a_key_that_is_easy_to_guess_is_refused() {
    let counted: Vec<u8> = (0..32).collect();
    for weak in [
        [0; KEY_BYTES],
        [7; KEY_BYTES],
        *b"correct horse battery staple! 12",
        counted.try_into().unwrap(),
        std::array::from_fn(|index| [1, 200, 3, 77][index % 4]),
    ] {
        check_refused(&entry_of(weak), KeyRingFault::Weak { entry: 1 });
    }
}

#[test]
fn what_was_signed_verifies_by_its_key_and_for_its_purpose_alone() {
    let one = ring(&entry(1, 7));
    let signature = one.sign("audit", b"hash");

    let rotated = ring(&format!("{},{}", entry(2, 8), entry(1, 7)));

    assert_eq!(rotated.verifies("audit", b"hash", &signature), Ok(true));
    assert_eq!(rotated.verifies("audit", b"hushed", &signature), Ok(false));
    assert_eq!(rotated.verifies("ledger", b"hash", &signature), Ok(false));
    assert_eq!(rotated.verifies("audith", b"ash", &signature), Ok(false));
    assert_eq!(rotated.sign("audit", b"hash").key, 2);
    let other = ring(&entry(1, 9));
    assert_eq!(other.verifies("audit", b"hash", &signature), Ok(false));
    let without = ring(&entry(3, 9));
    let unknown = Err(OpenFault::UnknownKey { id: 1 });
    assert_eq!(without.verifies("audit", b"hash", &signature), unknown);
}

#[test]
fn the_largest_id_is_fine() {
    assert_eq!(ring(&entry(u32::MAX, 7)).current_id().get(), u32::MAX);
}

#[test]
fn no_message_and_no_debug_shows_key_material() {
    let material = STANDARD.encode([7; 31]);
    let text = format!("{},2:{material}", entry(1, 7));

    let fault = KeyRing::parse(&SecretString::from(text)).unwrap_err();

    assert!(!fault.to_string().contains(&material));
    assert_eq!(format!("{:?}", ring(&entry(1, 7))), "[1]");
}

#[test]
fn the_debug_of_a_sealed_value_shows_no_bytes() {
    let sealed = ring(&entry(3, 7)).seal(&PLACE, b"token").unwrap();

    assert_eq!(format!("{sealed:?}"), "Sealed(key 3, 38 bytes)");
}

#[test]
fn a_generated_entry_is_a_ring() {
    let text = KeyRing::generate_entry(KeyId::new(5).unwrap()).unwrap();

    assert_eq!(KeyRing::parse(&text).unwrap().current_id().get(), 5);
}

proptest! {
    #[test]
    fn no_flipped_bit_goes_unseen(
        value in prop::collection::vec(any::<u8>(), 0..64),
        position in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let ring = ring(&entry(1, 7));
        let mut bytes = ring.seal(&PLACE, &value).unwrap().as_bytes().to_vec();
        let position = position.index(bytes.len());
        bytes[position] ^= 1 << bit;

        let outcome = Sealed::from_bytes(bytes).map(|sealed| ring.open(&PLACE, &sealed).is_ok());

        prop_assert!(!matches!(outcome, Ok(true)));
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let ring = ring(&entry(1, 7));

        let outcome = Sealed::from_bytes(bytes).map(|sealed| ring.open(&PLACE, &sealed).is_ok());

        prop_assert!(!matches!(outcome, Ok(true)));
    }

    #[test]
    fn any_value_comes_back(value in prop::collection::vec(any::<u8>(), 0..256)) {
        let ring = ring(&entry(1, 7));
        let sealed = ring.seal(&PLACE, &value).unwrap();

        let opened = ring.open(&PLACE, &sealed).unwrap();

        prop_assert_eq!(opened.expose_secret(), value.as_slice());
    }
}

use super::*;
use proptest::prelude::*;

const ID: RecordId = [7; 16];
const LIFE: Duration = Duration::from_secs(3600);

fn sealer(secret: &str) -> Sealer {
    Sealer::new(
        secret,
        "https://acme.example/api/v1/oauth2/token",
        "billing",
    )
    .unwrap()
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn sealed(sealer: &Sealer, text: &[u8]) -> StoreRecord {
    sealer
        .seal(Purpose::Token, ID, text, LIFE, now() + LIFE)
        .unwrap()
}

fn why_not(sealer: &Sealer, record: &StoreRecord, at: SystemTime) -> Option<Unusable> {
    sealer.open(Purpose::Token, record, at).err()
}

#[test]
fn a_sealed_record_opens() {
    let record = sealed(&sealer("s3cr3t"), b"a.b.c");
    let opened = sealer("s3cr3t")
        .open(Purpose::Token, &record, now())
        .unwrap_or_else(|_| panic!());
    assert_eq!(
        (opened.id, opened.life, &*opened.plain),
        (ID, LIFE, &b"a.b.c"[..])
    );
}

#[test]
fn sealing_twice_gives_different_bytes() {
    let sealer = sealer("s3cr3t");
    assert_ne!(sealed(&sealer, b"a.b.c"), sealed(&sealer, b"a.b.c"));
}

#[test]
fn each_secret_endpoint_and_client_has_its_own_name_and_key() {
    let one = Sealer::new("secret", "https://a.example", "client").unwrap();
    let others = [
        Sealer::new("secres", "https://a.example", "client").unwrap(),
        Sealer::new("secret", "https://b.example", "client").unwrap(),
        Sealer::new("secret", "https://a.example", "clienu").unwrap(),
        // Only the boundary between the two moves.
        Sealer::new("secret", "https://a.examplec", "lient").unwrap(),
    ];
    let record = sealed(&one, b"token");
    for other in others {
        assert_ne!(one.slot(), other.slot());
        assert_eq!(why_not(&other, &record, now()), Some(Unusable::Garbage));
    }
}

/// The name and the key must never change between releases: a fleet is updated one process at a time.
#[test]
fn the_name_is_stable_and_debug_hides_the_secret() {
    let sealer = sealer("s3cr3t");
    assert_eq!(sealer.slot().name(), "00a5c1e2400945b42c4af12c820dffc5");
    assert!(!format!("{sealer:?}").contains("s3cr3t"));
}

#[test]
fn a_record_of_an_earlier_release_opens() {
    let bytes = concat!(
        "0107070707070707070707070707070707", // version, id
        "00000036ee80",                       // life
        "000001a318933e80",                   // end
        "485353d0d02483336e6c19b8",           // nonce
        "c62d97fa2fb190e8092741b1271be3842ccb2a0fa7",
    );
    let bytes: Vec<u8> = (0..bytes.len() / 2)
        .map(|at| u8::from_str_radix(&bytes[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let record = StoreRecord::from_bytes(bytes);
    let opened = sealer("s3cr3t").open(Purpose::Token, &record, now());
    assert_eq!(
        opened.ok().map(|opened| opened.plain),
        Some(b"a.b.c".to_vec())
    );
}

#[test]
fn a_token_is_not_read_as_a_failure() {
    let sealer = sealer("s3cr3t");
    let record = sealed(&sealer, b"\0");
    assert_eq!(
        sealer.open(Purpose::Failure, &record, now()).err(),
        Some(Unusable::Garbage)
    );
}

#[test]
fn a_record_can_be_replayed_for_five_minutes_at_most() {
    let sealer = sealer("s3cr3t");
    let record = sealed(&sealer, b"a.b.c");
    let end = now() + LIFE;
    assert_eq!(why_not(&sealer, &record, end + REPLAY_BOUND), None);
    let later = end + REPLAY_BOUND + Duration::from_millis(1);
    assert_eq!(why_not(&sealer, &record, later), Some(Unusable::Replayed));
    // A clock that is behind does not matter.
    assert_eq!(why_not(&sealer, &record, UNIX_EPOCH), None);
}

#[test]
fn a_token_of_64_kib_is_the_longest() {
    let sealer = sealer("s3cr3t");
    let record = sealed(&sealer, &vec![b'a'; LONGEST_PLAIN]);
    assert_eq!(why_not(&sealer, &record, now()), None);
    let seal = sealer.seal(
        Purpose::Token,
        ID,
        &vec![b'a'; LONGEST_PLAIN + 1],
        LIFE,
        now(),
    );
    assert!(seal.is_none());
    let longer = [record.as_bytes(), b"x"].concat();
    assert_eq!(
        why_not(&sealer, &StoreRecord::from_bytes(longer), now()),
        Some(Unusable::Garbage)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_byte_anywhere_is_detected(text in "[ -~]{0,200}", at: prop::sample::Index, change in 1u8..) {
        let sealer = sealer("s3cr3t");
        let mut bytes = sealed(&sealer, text.as_bytes()).as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        let record = StoreRecord::from_bytes(bytes);
        prop_assert_eq!(why_not(&sealer, &record, now()), Some(Unusable::Garbage));
    }

    #[test]
    fn a_truncated_or_extended_record_is_detected(text in "[ -~]{0,200}", keep: prop::sample::Index, more in prop::collection::vec(any::<u8>(), 1..40)) {
        let sealer = sealer("s3cr3t");
        let record = sealed(&sealer, text.as_bytes());
        let cut = record.as_bytes()[..keep.index(record.as_bytes().len())].to_vec();
        prop_assert_eq!(why_not(&sealer, &StoreRecord::from_bytes(cut), now()), Some(Unusable::Garbage));
        let longer = [record.as_bytes(), &more].concat();
        prop_assert_eq!(why_not(&sealer, &StoreRecord::from_bytes(longer), now()), Some(Unusable::Garbage));
    }

    #[test]
    fn arbitrary_bytes_are_garbage(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(why_not(&sealer("s3cr3t"), &StoreRecord::from_bytes(bytes), now()), Some(Unusable::Garbage));
    }

    #[test]
    fn every_life_and_end_survives_the_round_trip(life in 0u64..=31_536_000_000, end in 0u64..=4_102_444_800_000, id: [u8; 16]) {
        let sealer = sealer("s3cr3t");
        let (life, end) = (Duration::from_millis(life), UNIX_EPOCH + Duration::from_millis(end));
        let record = sealer.seal(Purpose::Token, id, b"t", life, end).unwrap();
        let opened = sealer.open(Purpose::Token, &record, end).unwrap_or_else(|_| panic!());
        prop_assert_eq!((opened.id, opened.life), (id, life));
    }
}

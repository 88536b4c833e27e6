//! Links to calendars and pages: each opens until it is revoked, with whoever made it, or with what it shows.

use super::bench::{at, rotation, user};
use super::both_engines;
use crate::CalendarLink;
use domain::calendar::Published;
use domain::story::calendar::Opens;

fn link(who: &str, opens: Opens) -> CalendarLink {
    CalendarLink { user: user(who), opens, published: Published::default(), created_at: at(0) }
}

both_engines! {
    async fn a_link_is_found_by_its_hash_as_it_was_made(bench) {
        let support = rotation("support");
        let mut tx = bench.write().await;
        tx.insert_rotation(&support).await.unwrap();
        let made = [Opens::Mine, Opens::Rotation(support.id), Opens::Page(support.id)];
        for (number, opens) in (0_u8..).zip(made) {
            tx.insert_calendar_link(&link("UANA", opens), &[number]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = bench.write().await;

        for (number, opens) in (0_u8..).zip(made) {
            assert_eq!(tx.find_calendar_link(&[number]).await.unwrap(), Some(link("UANA", opens)));
            assert_eq!(tx.lock_calendar_link(&[number]).await.unwrap(), Some(link("UANA", opens)));
        }
        assert_eq!(tx.find_calendar_link(&[9]).await.unwrap(), None);
    }

    async fn what_was_published_is_kept_with_the_link_alone(bench) {
        let published = Published::default().with(&[], at(5));
        let mut tx = bench.write().await;
        tx.insert_calendar_link(&link("UANA", Opens::Mine), b"one").await.unwrap();
        tx.insert_calendar_link(&link("UBEN", Opens::Mine), b"two").await.unwrap();

        tx.record_published(b"one", &published).await.unwrap();

        let of = |found: Option<CalendarLink>| found.map(|found| found.published);
        assert_eq!(of(tx.find_calendar_link(b"one").await.unwrap()), Some(published));
        assert_eq!(of(tx.find_calendar_link(b"two").await.unwrap()), Some(Published::default()));
    }

    async fn each_way_of_revoking_takes_its_own_and_no_other(bench) {
        let (support, pizza) = (rotation("support"), rotation("pizza"));
        let mut tx = bench.write().await;
        tx.insert_rotation(&support).await.unwrap();
        tx.insert_rotation(&pizza).await.unwrap();
        let all = [
            ("UANA", Opens::Mine, b"a"),
            ("UANA", Opens::Rotation(support.id), b"b"),
            ("UANA", Opens::Rotation(pizza.id), b"c"),
            ("UANA", Opens::Page(support.id), b"d"),
            ("UBEN", Opens::Mine, b"e"),
            ("UBEN", Opens::Page(support.id), b"f"),
        ];
        for (who, opens, hash) in all {
            tx.insert_calendar_link(&link(who, opens), hash).await.unwrap();
        }
        tx.commit().await.unwrap();
        let left = async |tx: &mut crate::Tx| {
            let mut left = String::new();
            for (_, _, hash) in all {
                if tx.find_calendar_link(hash).await.unwrap().is_some() {
                    left.push(char::from(hash[0]));
                }
            }
            left
        };

        let ana = user("UANA");
        let mut tx = bench.write().await;
        assert_eq!(tx.delete_calendar_link(&ana, Opens::Rotation(support.id)).await.unwrap(), 1);
        assert_eq!(left(&mut tx).await, "acdef");
        assert_eq!(tx.delete_calendar_link(&ana, Opens::Rotation(support.id)).await.unwrap(), 0);
        assert_eq!(tx.delete_calendar_link(&ana, Opens::Mine).await.unwrap(), 1);
        assert_eq!(left(&mut tx).await, "cdef");
        assert_eq!(tx.delete_calendar_links_to(support.id).await.unwrap(), 2);
        assert_eq!(left(&mut tx).await, "ce");
        assert_eq!(tx.delete_calendar_links_of(&ana).await.unwrap(), 1);
        assert_eq!(left(&mut tx).await, "e");
        assert_eq!(tx.delete_calendar_links().await.unwrap(), 1);
        assert_eq!(left(&mut tx).await, "");
    }
}

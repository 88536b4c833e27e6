//! Links to archives: each opens once, until its end, and the next one of its kind replaces it.

use super::bench::{at, user};
use super::both_engines;
use crate::ExportLink;
use domain::story::data::Scope;

fn link(scope: Scope) -> ExportLink {
    ExportLink { user: user("UANA"), scope, expires_at: at(100) }
}

both_engines! {
    async fn of_several_who_come_with_a_link_one_gets_it(bench) {
        let mut tx = bench.write().await;
        tx.set_export_link(&link(Scope::Person), b"one").await.unwrap();
        tx.commit().await.unwrap();

        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (store, workspace) = (bench.store.clone(), bench.workspace);
            tasks.spawn(async move {
                let mut tx = store.write(workspace).await.unwrap();
                let taken = tx.take_export_link(b"one", at(99)).await.unwrap();
                tx.commit().await.unwrap();
                taken
            });
        }
        let taken: Vec<ExportLink> = tasks.join_all().await.into_iter().flatten().collect();

        assert_eq!(taken, [link(Scope::Person)]);
    }

    async fn a_link_ends_at_its_end_and_with_the_next_of_its_kind(bench) {
        let mut tx = bench.write().await;
        tx.set_export_link(&link(Scope::Person), b"one").await.unwrap();
        tx.set_export_link(&link(Scope::Workspace), b"all").await.unwrap();
        tx.set_export_link(&link(Scope::Person), b"two").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = bench.write().await;

        assert_eq!(tx.find_export_link(b"one", at(0)).await.unwrap(), None, "there is another");
        assert_eq!(tx.find_export_link(b"all", at(0)).await.unwrap(), Some(link(Scope::Workspace)));
        assert_eq!(tx.find_export_link(b"two", at(99)).await.unwrap(), Some(link(Scope::Person)));
        assert_eq!(tx.find_export_link(b"two", at(100)).await.unwrap(), None);
        assert_eq!(tx.take_export_link(b"two", at(100)).await.unwrap(), None);
        assert_eq!(tx.delete_export_links_before(at(99)).await.unwrap(), 0);
        assert_eq!(tx.delete_export_links_before(at(100)).await.unwrap(), 2);
    }
}

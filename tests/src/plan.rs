//! A workspace's plan, set past Stripe.

use crate::Play;
use domain::billing::Plan;
use server::demo::set_plan;

impl Play {
    /// Puts the workspace on a plan, and lets the bot do what follows.
    ///
    /// # Panics
    ///
    /// When the database does not take it.
    pub async fn is_on_plan(&self, plan: Plan) {
        let store = self.database().open().await;
        let now = self.stage().clock().now();
        set_plan(&store, self.workspace(), plan, now).await.expect("it is on that plan");
        store.close().await;
        self.wakes().await;
    }

    /// Whoever changes something wakes the workers.
    async fn wakes(&self) {
        self.types("eli", "/rotation ooo add 2027-01-01").await;
        self.types("eli", "/rotation ooo remove 2027-01-01").await;
        self.waits("30s").await;
    }
}

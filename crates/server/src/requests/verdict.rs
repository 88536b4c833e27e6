//! Whether a request of Slack's is answered with what was asked for, which its status does not say: an apology is a message
//! too.

use std::cell::Cell;
use std::future::Future;

tokio::task_local! {
    static IS_RIGHT: Cell<bool>;
}

/// Answers a request, and returns beside the answer whether it is what was asked for.
pub(crate) async fn of<T>(answering: impl Future<Output = T>) -> (T, bool) {
    let answering = async { (answering.await, IS_RIGHT.with(Cell::get)) };
    IS_RIGHT.scope(Cell::new(true), answering).await
}

/// Says of the request that is being answered that its answer is an apology.
pub(super) fn is_not_what_was_asked_for() {
    // What is answered for nobody is counted by nobody.
    let _ = IS_RIGHT.try_with(|is_right| is_right.set(false));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_apology_is_known_of_its_own_request_alone() {
        let apology = of(async { is_not_what_was_asked_for() });
        let (((), bad), ((), good)) = tokio::join!(apology, of(async {}));

        assert_eq!((bad, good), (false, true));
        is_not_what_was_asked_for();
    }
}

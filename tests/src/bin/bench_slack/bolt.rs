//! Bolt for JavaScript: it acknowledges and answers nothing.

use crate::load::{Kind, SECRET};
use crate::measure::Server;
use crate::process::{Process, free_port};
use std::path::Path;
use std::process::Command;
use store::testing::TestDatabase;

/// A running app of Bolt.
pub(crate) struct Bolt {
    process: Process,
    /// Where it keeps what it is sent, if it does.
    #[expect(dead_code, reason = "it goes away when this is dropped")]
    database: Option<TestDatabase>,
}

impl Bolt {
    /// Starts the app in `folder`: from memory, or with one INSERT into a database of its own before it acknowledges.
    pub(crate) async fn start(folder: &Path, keeps: bool) -> Self {
        let port = free_port();
        let mut command = Command::new("node");
        command.current_dir(folder).arg("app.mjs").arg(port.to_string());
        command.env("SLACK_SIGNING_SECRET", SECRET).env("NODE_ENV", "production");
        let database = if keeps { Some(TestDatabase::postgres().await) } else { None };
        match database.as_ref().and_then(TestDatabase::superuser_url) {
            Some(url) => command.env("DATABASE_URL", url),
            None => command.env_remove("DATABASE_URL"),
        };
        Self { process: Process::start(&mut command, port).await, database }
    }
}

impl Server for Bolt {
    fn port(&self) -> u16 {
        self.process.port()
    }

    fn worked(&self) -> u64 {
        self.process.worked()
    }

    fn path(&self) -> &'static str {
        "/slack/events"
    }

    fn says(&self, _kind: Kind, answer: &str) -> bool {
        answer.is_empty()
    }
}

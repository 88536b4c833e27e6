//! Stops and starts the bot when the simulator asks for it.

use super::bot_process::BotProcess;
use crate::boot::BootError;
use crate::config::BotConfig;
use crate::supervisor::Supervisor;
use chrono::{DateTime, Utc};
use crypto::KeyRing;
use simulator::{BotStatus, HostRequest, How, Simulator};
use std::net::SocketAddr;
use std::sync::Arc;
use store::StoreSettings;
use tokio::sync::{mpsc, watch};
use url::Url;

/// The bot's host: what it is started with, and whether it runs.
pub(super) struct BotHost {
    config: BotConfig,
    given: Given,
    /// Where its admin address is told.
    admin: watch::Sender<Option<SocketAddr>>,
    simulator: Arc<Simulator>,
    process: Option<BotProcess>,
    /// What the bot had planned when it was last seen.
    next_handoff: Option<DateTime<Utc>>,
}

/// What the bot has from its next start on.
pub(super) struct Given {
    pub(super) keys: watch::Receiver<Arc<KeyRing>>,
    pub(super) store: watch::Receiver<StoreSettings>,
}

impl BotHost {
    pub(super) const fn new(
        config: BotConfig,
        given: Given,
        admin: watch::Sender<Option<SocketAddr>>,
        simulator: Arc<Simulator>,
    ) -> Self {
        Self { config, given, admin, simulator, process: None, next_handoff: None }
    }

    /// Starts the bot, at the address that it had before where that is still free, and tells Slack where it is.
    pub(super) async fn start(&mut self) -> Result<Url, BootError> {
        self.config.keys = Arc::clone(&self.given.keys.borrow());
        self.config.store = self.given.store.borrow().clone();
        let process = match BotProcess::start(self.config.clone()).await {
            Err(BootError::Bind { .. }) if self.config.bind.port() != 0 => {
                self.config.bind.set_port(0);
                BotProcess::start(self.config.clone()).await?
            }
            started => started?,
        };
        self.config.bind = process.address();
        self.admin.send_replace(process.admin_address());
        self.process = Some(process);
        let url = self.url();
        self.simulator.set_bot_url(url.clone());
        Ok(url)
    }

    /// Answers the simulator until the play ends; the bot is stopped then.
    pub(super) async fn serve(
        mut self,
        mut asked: mpsc::Receiver<HostRequest>,
        supervisor: Supervisor,
    ) {
        loop {
            let request = tokio::select! {
                request = asked.recv() => request,
                () = supervisor.stopping() => None,
            };
            match request {
                Some(request) => self.answer(request).await,
                None => break,
            }
        }
        if let Some(process) = self.process.take() {
            process.stop().await;
        }
    }

    async fn answer(&mut self, request: HostRequest) {
        // Who asked may have gone meanwhile: then nobody needs the answer.
        match request {
            HostRequest::Bot { running: true, done, .. } => {
                let started = match self.process {
                    Some(_) => Ok(()),
                    None => self.start().await.map(|_| ()).map_err(|fault| fault.to_string()),
                };
                let _ = done.send(started.map(|()| self.status()));
            }
            HostRequest::Bot { running: false, how, done } => {
                self.end(how).await;
                let _ = done.send(Ok(self.status()));
            }
            HostRequest::NextHandoff { done } => {
                let _ = done.send(self.see_next_handoff().await);
            }
            HostRequest::Status { done } => {
                let _ = done.send(self.status());
            }
        }
    }

    async fn end(&mut self, how: How) {
        self.see_next_handoff().await;
        if let Some(process) = self.process.take() {
            match how {
                How::Kill => process.kill().await,
                How::Stop => process.stop().await,
            }
        }
    }

    async fn see_next_handoff(&mut self) -> Option<DateTime<Utc>> {
        if let Some(process) = &self.process {
            self.next_handoff = process.next_handoff().await;
        }
        self.next_handoff
    }

    fn status(&self) -> BotStatus {
        let running = self.process.is_some();
        BotStatus { running, url: running.then(|| self.url()) }
    }

    fn url(&self) -> Url {
        let mut url = self.simulator.url();
        // The simulator's own address is one of this machine, so the port can be set.
        let _ = url.set_port(Some(self.config.bind.port()));
        url
    }
}

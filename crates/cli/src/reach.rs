//! Who answers a command: the program that owns the data folder, or else this one.

use std::path::Path;

use tidegate_core::{Error, Result};
use tidegate_engine::{CommandChannels, Engine};

use crate::client::Client;

/// The data folder, over HTTP or in this process.
pub enum Reach {
    Server(Client),
    Here(Engine),
}

impl Reach {
    pub async fn open(folder: &Path) -> Result<Self> {
        Self::open_with(folder, tidegate_server::TRIAL_S).await
    }

    /// Like [`Self::open`]; models tried in this process get `trial_s` seconds.
    pub async fn open_with(folder: &Path, trial_s: u64) -> Result<Self> {
        match tidegate_store::owner(folder)? {
            Some(tidegate_store::Owner { http: Some(http), .. }) => Ok(Self::Server(Client::new(&http)?)),
            Some(tidegate_store::Owner { http: None, pid }) => Err(Error::unavailable(format!(
                "the data folder is held by process {pid}, which does not serve yet"
            ))
            .hint("try again in a moment")),
            None => {
                let commands = CommandChannels::Allowed;
                let engine = tidegate_server::start_with(folder.to_owned(), trial_s, commands).await?;
                Ok(Self::Here(engine))
            }
        }
    }
}

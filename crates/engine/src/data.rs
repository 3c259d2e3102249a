//! Data sets as things of their own: registered, described, marked, binned, and whether a file is still the same.
//!
//! Owns what registering a file means and who uses a data set. Must not know how a model learns from one.

mod card;
pub(crate) mod columns;
pub(crate) mod join;
mod personal;
mod profile;
mod reservoir;
mod training;
mod uses;

pub(crate) use training::Makings;
use uses::KnownUses;

use std::path::{Path, PathBuf};

use tidegate_core::{
    Error, Result,
    data::{DataColumn, DataFormat, DataMarks, Personal},
    id::DatasetId,
};
use tidegate_store::{Dataset, DatasetChange, NewDataset, Place, Role};
use tidegate_table::Table;

use crate::{
    CommandChannels, Engine,
    stage::blocking,
    view::{
        ColumnSeen, DataUse, DatasetDetail, DatasetPatch, DatasetSummary, FileState, ReasonRequest,
        RegisterRequest,
    },
};

const LONGEST_NAME: usize = 200;

/// A file read and described.
struct Looked {
    sha256: String,
    bytes: u64,
    format: DataFormat,
    table: Table,
    profile: Vec<DataColumn>,
}

impl Engine {
    /// All registered data sets and the current references of models, newest first; or those in the bin.
    pub async fn data_sets(&self, deleted: bool) -> Result<Vec<DatasetSummary>> {
        let known = self.known_uses().await?;
        let mut shown = Vec::new();
        for dataset in known.datasets.clone() {
            let listed = match dataset.role {
                Role::Registered => dataset.deleted.is_some() == deleted,
                _ => !deleted && dataset.current,
            };
            if listed {
                shown.extend(self.summary_of(dataset, &known)?);
            }
        }
        Ok(shown)
    }

    pub async fn data_set(&self, id: DatasetId) -> Result<DatasetDetail> {
        let mut dataset = self.store.dataset(id).await?;
        if dataset.profile.is_none() && self.file_state(&dataset)? == FileState::Here {
            let looked = look(self.store.path_of(&dataset)?).await?;
            self.store.put_profile(id, &looked.profile).await?;
            dataset.profile = Some(looked.profile);
        }
        let seen = |column: DataColumn| ColumnSeen {
            personal: dataset.marks.personal(&column),
            decided: dataset.marks.personal.contains_key(&column.name),
            column,
        };
        let columns_seen = dataset.profile.clone().unwrap_or_default().into_iter().map(seen).collect();
        let notes = dataset.marks.notes.clone();
        let summary = self.summary_of(dataset, &self.known_uses().await?)?;
        let summary = summary.ok_or_else(|| Error::not_found("the model of this data set was deleted"))?;
        Ok(DatasetDetail { summary, notes, columns_seen })
    }

    /// Registers a file of this machine, where it lies or as a copy; the same bytes are registered once.
    pub async fn register_file(&self, request: RegisterRequest) -> Result<DatasetDetail> {
        if self.options.command_channels == CommandChannels::Refused {
            return Err(Error::unsupported(
                "files of this machine can't be named while others reach the API",
            )
            .hint("upload the file instead"));
        }
        let path = PathBuf::from(&request.path);
        if !path.is_absolute() || !path.is_file() {
            return Err(Error::invalid(format!("`path`: there is no file {}", path.display()))
                .hint("give the whole path of a CSV or Parquet file on this machine"));
        }
        self.register(&path, request).await
    }

    /// Registers a copy of a file that is about to go.
    pub async fn register_copy(&self, file: &Path, name: Option<String>) -> Result<DatasetDetail> {
        self.register(file, RegisterRequest { copy: true, name, ..RegisterRequest::default() }).await
    }

    async fn register(&self, file: &Path, request: RegisterRequest) -> Result<DatasetDetail> {
        let file_name = file.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = checked_name(&request.name.or(file_name).unwrap_or_default())?;
        let looked = look(file.to_owned()).await?;
        if let Some(known) = self.registered_bytes(&looked.sha256).await? {
            return self.data_set(known.id).await;
        }
        let place = match request.copy {
            true => {
                let staging = self.store.stage()?;
                let (from, to) = (file.to_owned(), staging.path().join("data"));
                blocking(move || {
                    std::fs::copy(&from, &to).map(drop).map_err(|cause| {
                        Error::internal("the data set could not be copied into the data folder")
                            .because(cause)
                    })
                })
                .await?;
                Place::Staged(staging, "data".into())
            }
            false => {
                Place::Stays { path: file.to_owned(), sha256: looked.sha256.clone(), bytes: looked.bytes }
            }
        };
        let marks = DataMarks { tags: request.tags, notes: request.notes, ..DataMarks::default() };
        let who = request.who.unwrap_or_else(|| "you".into());
        self.insert_looked(looked, name, place, marks, &who).await
    }

    async fn insert_looked(
        &self,
        looked: Looked,
        name: String,
        place: Place,
        marks: DataMarks,
        who: &str,
    ) -> Result<DatasetDetail> {
        let new = NewDataset {
            model: None,
            name,
            role: Role::Registered,
            place,
            format: looked.format,
            rows: looked.table.rows as u64,
            columns: looked.table.columns.iter().map(|column| column.name.clone()).collect(),
            origin: None,
            profile: Some(looked.profile),
            marks,
        };
        let inserted = self.store.insert_dataset(new, who, "", self.clock.now()).await?;
        self.data_set(inserted.id).await
    }

    /// The registered data set, not in the bin, with these bytes.
    async fn registered_bytes(&self, sha256: &str) -> Result<Option<Dataset>> {
        let same = |dataset: &Dataset| {
            dataset.role == Role::Registered && dataset.deleted.is_none() && dataset.sha256 == sha256
        };
        Ok(self.store.all_datasets().await?.into_iter().find(same))
    }

    /// Renames, tags, notes, and decides about columns.
    pub async fn change_data_set(&self, id: DatasetId, patch: DatasetPatch) -> Result<DatasetDetail> {
        let dataset = self.registered(id).await?;
        let mut marks = dataset.marks;
        let mut changes = Vec::new();
        let name = patch.name.as_deref().map(checked_name).transpose()?;
        changes.extend(name.as_ref().map(|name| format!("renamed it to `{name}`")));
        if let Some(tags) = patch.tags {
            marks.tags = tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
            changes.push("changed the tags".into());
        }
        if let Some(notes) = patch.notes {
            marks.notes = notes;
            changes.push("changed the notes".into());
        }
        for (column, personal) in patch.personal.unwrap_or_default() {
            if !dataset.columns.contains(&column) {
                return Err(Error::invalid(format!("`personal`: there is no column `{column}`"))
                    .hint(format!("the columns are {}", dataset.columns.join(", "))));
            }
            changes.push(format!("said that `{column}` holds {}", personal.words()));
            marks.personal.insert(column, personal);
        }
        let what = format!("data set `{}`: {}", dataset.name, changes.join(", "));
        let change = DatasetChange { name, marks: Some(marks), deleted: None };
        let who = patch.who.as_deref().unwrap_or("you");
        self.store.change_dataset(id, change, what, who, self.clock.now()).await?;
        self.data_set(id).await
    }

    /// Into the bin; refused while something uses it.
    pub async fn delete_data_set(&self, id: DatasetId, reason: ReasonRequest) -> Result<()> {
        let dataset = self.registered(id).await?;
        let name = dataset.name.clone();
        let used = self.known_uses().await?.of(&dataset).into_iter().find(DataUse::is_now);
        if let Some(used) = used {
            return Err(match used {
                DataUse::Reference { model } => {
                    Error::conflict(format!("`{name}` is the reference data set of model `{model}`"))
                        .hint("give the model another reference first")
                }
                DataUse::Run { model, .. } | DataUse::Training { model, .. } => {
                    Error::conflict(format!("`{model}` learns from `{name}` now"))
                        .hint("wait for the run to end, or cancel it")
                }
            });
        }
        let now = self.clock.now();
        let change = DatasetChange { deleted: Some(Some(now)), ..DatasetChange::default() };
        let (what, who) = (format!("deleted the data set `{name}`"), reason.who.as_deref().unwrap_or("you"));
        self.store.change_dataset(id, change, what, who, now).await.map(drop)
    }

    /// Back from the bin.
    pub async fn restore_data_set(&self, id: DatasetId) -> Result<DatasetDetail> {
        let dataset = self.registered(id).await?;
        if let Some(same) = self.registered_bytes(&dataset.sha256).await?
            && same.id != id
        {
            return Err(Error::conflict(format!("the same bytes are registered as `{}`", same.name)));
        }
        let change = DatasetChange { deleted: Some(None), ..DatasetChange::default() };
        let what = format!("restored the data set `{}`", dataset.name);
        self.store.change_dataset(id, change, what, "you", self.clock.now()).await?;
        self.data_set(id).await
    }

    /// Out of the bin for good; a file that stays where it lies is left alone.
    pub async fn purge_data_set(&self, id: DatasetId, reason: ReasonRequest) -> Result<()> {
        self.registered(id).await?;
        let who = reason.who.as_deref().unwrap_or("you");
        self.store.purge_dataset(id, who, &reason.reason, self.clock.now()).await
    }

    /// One that belongs to no model.
    async fn registered(&self, id: DatasetId) -> Result<Dataset> {
        let dataset = self.store.dataset(id).await?;
        match dataset.role {
            Role::Registered => Ok(dataset),
            _ => Err(Error::conflict(format!("data set {id} belongs to a model"))
                .hint("give the model another reference data set instead")),
        }
    }

    /// A registered data set that is to be learnt from, and its file, whose bytes are those that were registered.
    pub(crate) async fn data_to_use(&self, id: DatasetId) -> Result<(Dataset, PathBuf)> {
        let dataset = self.registered(id).await?;
        let name = dataset.name.clone();
        if dataset.deleted.is_some() {
            return Err(Error::conflict(format!("the data set `{name}` is in the bin"))
                .hint("restore it, or choose another one"));
        }
        let path = self.store.path_of(&dataset)?;
        if !path.is_file() {
            return Err(Error::conflict(format!(
                "the file of the data set `{name}` is gone: {}",
                path.display()
            ))
            .hint("put it back, or register it again from its new place"));
        }
        let (file, wanted) = (path.clone(), dataset.sha256.clone());
        blocking(move || match hashed(&file)?.0 == wanted {
            true => Ok(()),
            false => {
                Err(Error::conflict(format!("the data set `{name}` has changed since it was registered"))
                    .hint("register the file again to use it as it is now"))
            }
        })
        .await?;
        Ok((dataset, path))
    }

    /// Columns that hold personal data and are not to be learnt from unless that is allowed.
    pub(crate) fn personal_columns(dataset: &Dataset) -> Vec<(String, Personal)> {
        let columns = dataset.profile.iter().flatten();
        columns.filter_map(|column| Some((column.name.clone(), dataset.marks.personal(column)?))).collect()
    }

    fn file_state(&self, dataset: &Dataset) -> Result<FileState> {
        Ok(match std::fs::metadata(self.store.path_of(dataset)?) {
            Err(_) => FileState::Missing,
            Ok(found) if found.len() != dataset.bytes => FileState::Changed,
            Ok(_) => FileState::Here,
        })
    }

    /// `None` for a set of a model in the bin.
    fn summary_of(&self, dataset: Dataset, known: &KnownUses) -> Result<Option<DatasetSummary>> {
        let reference_of = match dataset.model {
            None => None,
            Some(id) => match known.models.iter().find(|model| model.id == id) {
                None => return Ok(None),
                Some(model) => Some(model.name.clone()),
            },
        };
        let profile = dataset.profile.as_deref().unwrap_or_default();
        let personal = profile.iter().filter(|column| dataset.marks.personal(column).is_some());
        let undecided = |column: &&DataColumn| !dataset.marks.personal.contains_key(&column.name);
        Ok(Some(DatasetSummary {
            id: dataset.id,
            file: self.file_state(&dataset)?,
            used_by: known.of(&dataset),
            personal: personal.clone().count() as u32,
            undecided: personal.filter(undecided).count() as u32,
            columns: dataset.columns.len() as u32,
            path: dataset.path.map(|path| path.display().to_string()),
            name: dataset.name,
            format: dataset.format,
            sha256: dataset.sha256,
            bytes: dataset.bytes,
            rows: dataset.rows,
            created: dataset.created,
            deleted: dataset.deleted,
            tags: dataset.marks.tags,
            lineage: dataset.marks.lineage,
            reference_of,
        }))
    }
}

async fn look(path: PathBuf) -> Result<Looked> {
    blocking(move || {
        let (sha256, bytes) = hashed(&path)?;
        let table = tidegate_table::read(&path)?;
        let profile = table.columns.iter().map(profile::of).collect();
        Ok(Looked { sha256, bytes, format: format(&path)?, table, profile })
    })
    .await
}

fn format(path: &Path) -> Result<DataFormat> {
    use std::io::Read;
    let mut first = Vec::new();
    let file = std::fs::File::open(path).map_err(|cause| unreadable(path, cause))?;
    file.take(4).read_to_end(&mut first).map_err(|cause| unreadable(path, cause))?;
    Ok(if first == b"PAR1" { DataFormat::Parquet } else { DataFormat::Csv })
}

/// Lower-case hex of a file's SHA-256, and its length in bytes.
pub(crate) fn hashed(path: &Path) -> Result<(String, u64)> {
    use std::io::BufRead;

    use sha2::{Digest, Sha256};
    let unread = |cause| unreadable(path, cause);
    let mut reader = std::io::BufReader::with_capacity(1 << 16, std::fs::File::open(path).map_err(unread)?);
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    loop {
        let chunk = reader.fill_buf().map_err(unread)?;
        if chunk.is_empty() {
            let hex = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok((hex, bytes));
        }
        hasher.update(chunk);
        let read = chunk.len();
        bytes += read as u64;
        reader.consume(read);
    }
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    Error::invalid(format!("{} can't be read: {cause}", path.display())).because(cause)
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid(format!("`name` is no name for a data set: `{name}`"))
            .hint(format!("1 to {LONGEST_NAME} characters on one line")));
    }
    Ok(name.to_owned())
}

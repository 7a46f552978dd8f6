//! Writing, reading, deleting and listing objects.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use hansa_values::TenantId;
use object_store::{
    Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, local::LocalFileSystem,
    path::Path as StorePath,
};

use crate::{ContentType, ObjectKey, ObjectsError, OpenError, header, key::folder_of, walk::Walk};

/// At most so many keys in one answer of [`Objects::list`].
const LISTED_MAX: usize = 1_000;

/// A folder of objects.
#[derive(Debug, Clone)]
pub struct Objects {
    store: Arc<LocalFileSystem>,
    root: Arc<Path>,
    options: OpenOptions,
}

/// What may be chosen when a folder is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Larger contents are refused.
    pub object_bytes_max: u64,
}

/// What is put.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub bytes: Bytes,
    pub content_type: ContentType,
}

/// Whether there may be an object already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Create,
    Overwrite,
}

/// What is known of an object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    pub content_type: ContentType,
    /// Of the content, in lower-case hexadecimal digits.
    pub sha256: String,
    pub length: u64,
}

/// An object with its content, or the part of it that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub metadata: Metadata,
    pub bytes: Bytes,
}

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Without its tenant.
    pub key: String,
    pub length: u64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions { object_bytes_max: 32 << 20 }
    }
}

impl Objects {
    /// Opens the folder, or creates it for its owner alone, and tries to write in it.
    pub async fn open(root: &Path, options: OpenOptions) -> Result<Objects, OpenError> {
        let folder = |source| OpenError::Folder { path: root.to_owned(), source };
        let mut builder = tokio::fs::DirBuilder::new();
        #[cfg(unix)]
        builder.mode(0o700);
        builder.recursive(true).create(root).await.map_err(folder)?;
        let root = tokio::fs::canonicalize(root).await.map_err(folder)?;
        let read_only = |source| OpenError::ReadOnly { path: root.clone(), source };
        let trial = root.join(".writable");
        tokio::fs::write(&trial, b"").await.map_err(read_only)?;
        tokio::fs::remove_file(&trial).await.map_err(read_only)?;
        let store = LocalFileSystem::new_with_prefix(&root).map_err(|error| folder(std::io::Error::other(error)))?;
        Ok(Objects { store: Arc::new(store.with_fsync(true)), root: Arc::from(root), options })
    }

    /// Writes an object; who reads sees the old one or the new one, whole.
    pub async fn put(&self, key: &ObjectKey, content: Content, mode: Mode) -> Result<Metadata, ObjectsError> {
        let length = content.bytes.len() as u64;
        let limit = self.options.object_bytes_max;
        if length > limit {
            return Err(ObjectsError::TooLarge { key: key.to_string(), found: length, limit });
        }
        self.check_way(key).await?;
        let Content { bytes, content_type } = content;
        let sha256 = header::sha256(&bytes);
        let payload: PutPayload = [Bytes::from(header::write(&sha256, &content_type)), bytes].into_iter().collect();
        let mode = match mode {
            Mode::Create => PutMode::Create,
            Mode::Overwrite => PutMode::Overwrite,
        };
        let options = PutOptions { mode, ..PutOptions::default() };
        let put = self.store.put_opts(&path_of(key), payload, options).await;
        put.map_err(|error| failed("write", key, error))?;
        Ok(Metadata { content_type, sha256, length })
    }

    /// The whole object; that its content is what was written is checked by its hash.
    pub async fn get(&self, key: &ObjectKey) -> Result<Object, ObjectsError> {
        self.check_way(key).await?;
        let result = self.store.get(&path_of(key)).await.map_err(|error| failed("read", key, error))?;
        let all = result.bytes().await.map_err(|error| failed("read", key, error))?;
        let metadata = metadata(key, &all, all.len() as u64)?;
        let bytes = all.slice(header::LENGTH..);
        match header::sha256(&bytes) == metadata.sha256 {
            true => Ok(Object { metadata, bytes }),
            false => Err(ObjectsError::Corrupt { key: key.to_string() }),
        }
    }

    /// The bytes of the content from `start` up to, and without, `end`.
    pub async fn get_range(&self, key: &ObjectKey, range: Range<u64>) -> Result<Object, ObjectsError> {
        let metadata = self.metadata(key).await?;
        let Range { start, end } = range;
        if start > end || end > metadata.length {
            return Err(ObjectsError::Range { key: key.to_string(), start, end, length: metadata.length });
        }
        if start == end {
            return Ok(Object { metadata, bytes: Bytes::new() });
        }
        let offset = header::LENGTH as u64;
        let bytes = self.store.get_range(&path_of(key), start + offset..end + offset).await;
        Ok(Object { metadata, bytes: bytes.map_err(|error| failed("read", key, error))? })
    }

    pub async fn metadata(&self, key: &ObjectKey) -> Result<Metadata, ObjectsError> {
        self.check_way(key).await?;
        let range = Some(GetRange::Bounded(0..header::LENGTH as u64));
        let options = GetOptions { range, ..GetOptions::default() };
        let result = self.store.get_opts(&path_of(key), options).await.map_err(|error| failed("read", key, error))?;
        let length = result.meta.size;
        let line = result.bytes().await.map_err(|error| failed("read", key, error))?;
        metadata(key, &line, length)
    }

    /// Deletes an object; gives whether there was one.
    pub async fn delete(&self, key: &ObjectKey) -> Result<bool, ObjectsError> {
        self.check_way(key).await?;
        match self.store.delete(&path_of(key)).await {
            Ok(()) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed("delete", key, error)),
        }
    }

    /// A tenant's objects whose key begins with `prefix` (whole parts of a key; empty for all), by key, after the key
    /// `after`; at most 1,000.
    pub async fn list(
        &self,
        tenant: Option<TenantId>,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Listed>, ObjectsError> {
        let folder = folder_of(tenant);
        let start = match prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => ObjectKey::new(tenant, prefix).map_err(ObjectsError::Prefix)?.text().to_owned(),
        };
        let whole = format!("{folder}/{start}");
        let whole = whole.trim_end_matches('/');
        let (folders, _) = whole.rsplit_once('/').unwrap_or((whole, ""));
        self.check_folders(folders, whole).await?;
        let walk = Walk {
            tenant,
            root: self.root.join(&folder),
            after: after.map(str::to_owned),
            limit: limit.min(LISTED_MAX),
        };
        let failed = |source| ObjectsError::Store { attempted: "list", key: whole.to_owned(), source };
        let listed = tokio::task::spawn_blocking(move || walk.list(start)).await;
        listed.map_err(|error| failed(error.into()))?.map_err(|error| failed(error.into()))
    }

    /// No symbolic link on the way: it could lead out of the root.
    async fn check_way(&self, key: &ObjectKey) -> Result<(), ObjectsError> {
        let text = key.to_string();
        let (folders, _) = text.rsplit_once('/').unwrap_or(("", &text));
        self.check_folders(folders, &text).await?;
        let path = self.root.join(&text);
        match tokio::fs::symlink_metadata(&path).await {
            Ok(found) if !found.is_file() => Err(ObjectsError::Blocked { key: text, path }),
            _ => Ok(()),
        }
    }

    async fn check_folders(&self, folders: &str, key: &str) -> Result<(), ObjectsError> {
        let mut path = PathBuf::from(&*self.root);
        for folder in folders.split('/') {
            path.push(folder);
            match tokio::fs::symlink_metadata(&path).await {
                Ok(found) if !found.is_dir() => return Err(ObjectsError::Blocked { key: key.to_owned(), path }),
                Ok(_) => {}
                // What is not there leads nowhere; other errors come again, with the operation itself.
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }
}

fn path_of(key: &ObjectKey) -> StorePath {
    StorePath::from(key.to_string())
}

fn metadata(key: &ObjectKey, line: &[u8], length: u64) -> Result<Metadata, ObjectsError> {
    let (sha256, content_type) = header::read(line).ok_or_else(|| ObjectsError::Corrupt { key: key.to_string() })?;
    Ok(Metadata { content_type, sha256, length: length.saturating_sub(header::LENGTH as u64) })
}

fn failed(attempted: &'static str, key: &ObjectKey, error: Error) -> ObjectsError {
    let key = key.to_string();
    match error {
        Error::NotFound { .. } => ObjectsError::NotFound { key },
        Error::AlreadyExists { .. } => ObjectsError::AlreadyThere { key },
        other => ObjectsError::Store { attempted, key, source: other.into() },
    }
}

//! Lists a tenant's folder in the order of keys. It does not follow symbolic links, and reads no folder that lies before
//! the place where it goes on.

use std::{io, path::PathBuf};

use hansa_values::TenantId;

use crate::{Listed, ObjectKey, header};

#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) tenant: Option<TenantId>,
    /// The tenant's folder.
    pub(crate) root: PathBuf,
    pub(crate) after: Option<String>,
    pub(crate) limit: usize,
}

impl Walk {
    /// The objects below a folder: a key, or empty for all.
    pub(crate) fn list(self, start: String) -> io::Result<Vec<Listed>> {
        let mut listed = Vec::new();
        // The last one comes next. Folders end with a slash, which is where they sort among keys.
        let mut waiting = vec![(format!("{start}/"), 0)];
        while let Some((key, length)) = waiting.pop() {
            if listed.len() == self.limit {
                break;
            }
            match key.strip_suffix('/') {
                None => listed.push(Listed { key, length }),
                Some(folder) => {
                    let mut entries = self.entries(folder)?;
                    entries.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
                    waiting.append(&mut entries);
                }
            }
        }
        Ok(listed)
    }

    /// Objects and folders of a folder that may come after `after`. A folder that is not there, or a file, has none.
    fn entries(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        let path = self.root.join(folder);
        if !std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(&path)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let key = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            // Unfinished files of writers have names that no key has.
            if ObjectKey::new(self.tenant, key.as_str()).is_err() {
                continue;
            }
            // Deleted in the meantime, perhaps.
            let Ok(found) = entry.metadata() else { continue };
            let entry = match (found.is_dir(), found.is_file()) {
                (true, _) => (format!("{key}/"), 0),
                (_, true) => (key, found.len().saturating_sub(header::LENGTH as u64)),
                _ => continue,
            };
            if self.may_come(&entry.0) {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    fn may_come(&self, key: &str) -> bool {
        let Some(after) = &self.after else { return true };
        key > after.as_str() || key.ends_with('/') && after.starts_with(key)
    }
}

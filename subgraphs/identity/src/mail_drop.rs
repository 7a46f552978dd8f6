//! Where mails go: files in a folder, for whoever delivers them. Their text holds secrets and addresses, so it is in no
//! log, no event and no answer.

use crate::{domain::Email, outcome::CommandError};
use hansa_event_sourcing::Command;
use std::{
    io,
    path::{Path, PathBuf},
};

/// The folder of mails. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct MailDrop {
    folder: PathBuf,
}

impl MailDrop {
    pub(crate) fn open(data_folder: &Path) -> Result<MailDrop, io::Error> {
        let folder = data_folder.join("mail");
        std::fs::create_dir_all(&folder)?;
        Ok(MailDrop { folder })
    }

    /// Leaves `<id>.eml`.
    pub(crate) async fn send(
        &self,
        command: &Command,
        to: &Email,
        subject: &str,
        text: &str,
    ) -> Result<(), CommandError> {
        let id = command.ids.uuid();
        let mail = format!(
            "From: Hansa <no-reply@hansa.invalid>\r\nTo: {}\r\nSubject: {subject}\r\nDate: {}\r\nMessage-ID: \
             <{id}@hansa.invalid>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{}",
            to.as_str(),
            command.now.to_rfc2822(),
            text.replace('\n', "\r\n")
        );
        let path = self.folder.join(format!("{id}.eml"));
        tokio::fs::write(path, mail).await.map_err(CommandError::fault)
    }
}

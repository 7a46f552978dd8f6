//! Where mails go: objects, for whoever delivers them. Their text holds secrets and addresses, so it is in no log, no event
//! and no answer.

use crate::{domain::Email, outcome::CommandError};
use bytes::Bytes;
use hansa_event_sourcing::Command;
use hansa_objects::{Content, ContentType, Mode, ObjectKey, Objects, OpenError, OpenOptions};
use std::path::Path;

/// The drop. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct MailDrop {
    objects: Objects,
}

impl MailDrop {
    /// Opens or makes the folder `mails`.
    pub(crate) async fn open(data_folder: &Path) -> Result<MailDrop, OpenError> {
        Ok(MailDrop { objects: Objects::open(&data_folder.join("mails"), OpenOptions::default()).await? })
    }

    /// Leaves `mail/<id>.eml`: a message of RFC 5322.
    pub(crate) async fn send(
        &self,
        command: &Command,
        to: &Email,
        (subject, text): (&str, &str),
    ) -> Result<(), CommandError> {
        let id = command.ids.uuid();
        let message = format!(
            "From: Hansa <no-reply@hansa.invalid>\r\nTo: {}\r\nSubject: {subject}\r\nDate: {}\r\nMessage-ID: \
             <{id}@hansa.invalid>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{}",
            to.as_str(),
            command.now.to_rfc2822(),
            text.replace('\n', "\r\n")
        );
        let key = ObjectKey::new(None, format!("mail/{id}.eml")).map_err(CommandError::internal)?;
        let content_type = ContentType::new("message/rfc822").map_err(CommandError::internal)?;
        let content = Content { bytes: Bytes::from(message), content_type };
        self.objects.put(&key, content, Mode::Create).await.map_err(CommandError::internal)?;
        Ok(())
    }
}

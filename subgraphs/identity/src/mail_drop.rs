//! Where mails go: objects, for whoever delivers them. Their text holds secrets and addresses, so it is in no log, no event
//! and no answer.

use crate::{domain::User, outcome::CommandError};
use bytes::Bytes;
use hansa_event_sourcing::Command;
use hansa_objects::{Content, ContentType, Mode, ObjectKey, Objects, ObjectsError, OpenError, OpenOptions};
use hansa_values::UserId;
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

    /// Leaves `mail/<user>/<id>.eml`: a message of RFC 5322.
    pub(crate) async fn send(
        &self,
        command: &Command,
        to: &User,
        (subject, text): (&str, &str),
    ) -> Result<(), CommandError> {
        let id = command.ids.uuid();
        let message = format!(
            "From: Hansa <no-reply@hansa.invalid>\r\nTo: {}\r\nSubject: {subject}\r\nDate: {}\r\nMessage-ID: \
             <{id}@hansa.invalid>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{}",
            to.email.as_str(),
            command.now.to_rfc2822(),
            text.replace('\n', "\r\n")
        );
        let key = ObjectKey::new(None, format!("{}/{id}.eml", folder_of(to.id))).map_err(CommandError::internal)?;
        let content_type = ContentType::new("message/rfc822").map_err(CommandError::internal)?;
        let content = Content { bytes: Bytes::from(message), content_type };
        self.objects.put(&key, content, Mode::Create).await.map_err(CommandError::internal)?;
        Ok(())
    }

    /// Takes away what waits for this user.
    pub(crate) async fn forget(&self, user: UserId) -> Result<(), ObjectsError> {
        const AT_ONCE: usize = 100;
        loop {
            let waiting = self.objects.list(None, &folder_of(user), None, AT_ONCE).await?;
            for mail in &waiting {
                let key = ObjectKey::new(None, &mail.key).map_err(ObjectsError::Prefix)?;
                self.objects.delete(&key).await?;
            }
            if waiting.len() < AT_ONCE {
                return Ok(());
            }
        }
    }
}

fn folder_of(user: UserId) -> String {
    format!("mail/{}", user.uuid().simple())
}

//! Dead letters of consumers: a table beside the log. What a letter says of itself is read out of its text.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use hansa_event_sourcing::{DeadLetter, DeadLetterState, LetterKey, LetterOutline, LettersWanted};
use hansa_relational::{Row, Value as Bound};

use super::{Embedded, ROWS_MAX};
use crate::{StoreError, relay_store::LETTERS_MAX};

/// Letters of earlier programs have no state: they are parked.
const STATE: &str = "COALESCE(json_extract(letter, '$.state'), 'parked')";

impl Embedded {
    pub(crate) async fn keep_letter(&self, letter: DeadLetter) -> Result<(), StoreError> {
        let keep =
            "INSERT INTO documents_letters (consumer, source, lane, position, letter) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (consumer, source, lane, position) DO NOTHING";
        self.change(vec![(keep, written(&letter)?)]).await.map(drop)
    }

    pub(crate) async fn change_letter(
        &self,
        letter: DeadLetter,
        was_due_at: Option<DateTime<Utc>>,
    ) -> Result<bool, StoreError> {
        let change = "UPDATE documents_letters SET letter = $5
             WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4
                 AND COALESCE(json_extract(letter, '$.next_at'), '') = $6";
        let was_due_at = serde_json::to_value(was_due_at).map_err(StoreError::Unwritable)?;
        let mut values = written(&letter)?;
        values.push(was_due_at.as_str().unwrap_or_default().into());
        Ok(self.change(vec![(change, values)]).await? > 0)
    }

    pub(crate) async fn letters(&self, wanted: LettersWanted<'_>) -> Result<Vec<DeadLetter>, StoreError> {
        let LettersWanted { consumer, stream_id, with_skipped } = wanted;
        let mut text = "SELECT letter FROM documents_letters WHERE TRUE".to_owned();
        let mut values = Vec::new();
        for (field, value) in [("consumer", consumer), ("json_extract(letter, '$.stream_id')", stream_id)] {
            let Some(value) = value else { continue };
            values.push(value.into());
            text.push_str(&format!(" AND {field} = ${}", values.len()));
        }
        if !with_skipped {
            text.push_str(&format!(" AND {STATE} <> 'skipped'"));
        }
        text.push_str(&format!(" ORDER BY consumer, source, lane, position LIMIT {LETTERS_MAX}"));
        let rows = self.sqlite.read(Cow::Owned(text), values, ROWS_MAX).await?;
        rows.iter().map(letter_of).collect()
    }

    pub(crate) async fn letter_outlines(&self, consumer: &str) -> Result<Vec<LetterOutline>, StoreError> {
        let text = format!(
            "SELECT source, lane, position, {STATE} AS state, json_extract(letter, '$.stream_id') AS stream_id,
                 json_extract(letter, '$.next_at') AS next_at
             FROM documents_letters WHERE consumer = $1 AND {STATE} <> 'skipped'
             ORDER BY source, lane, position LIMIT 10000"
        );
        let rows = self.sqlite.read(Cow::Owned(text), vec![consumer.into()], ROWS_MAX).await?;
        let outline = |row: &Row| {
            Ok(LetterOutline {
                source: row.text("source")?,
                lane: row.int("lane")?,
                position: row.int("position")?,
                stream_id: row.text("stream_id")?,
                state: row.text("state")?.parse().unwrap_or(DeadLetterState::Parked),
                next_at: row.optional_text("next_at")?.and_then(|time| time.parse().ok()),
            })
        };
        rows.iter().map(outline).collect()
    }

    pub(crate) async fn letter(&self, key: LetterKey<'_>) -> Result<Option<DeadLetter>, StoreError> {
        let text = "SELECT letter FROM documents_letters
             WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4";
        let rows = self.sqlite.read(Cow::Borrowed(text), place(key), 1).await?;
        rows.first().map(letter_of).transpose()
    }

    pub(crate) async fn drop_letter(&self, key: LetterKey<'_>) -> Result<bool, StoreError> {
        let drop = "DELETE FROM documents_letters WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4";
        Ok(self.change(vec![(drop, place(key))]).await? > 0)
    }
}

fn place(LetterKey { consumer, source, lane, position }: LetterKey<'_>) -> Vec<Bound> {
    vec![consumer.into(), source.into(), lane.into(), position.into()]
}

fn written(letter: &DeadLetter) -> Result<Vec<Bound>, StoreError> {
    let text = serde_json::to_string(letter).map_err(StoreError::Unwritable)?;
    Ok([place(letter.key()), vec![text.into()]].concat())
}

fn letter_of(row: &Row) -> Result<DeadLetter, StoreError> {
    serde_json::from_str(&row.text("letter")?).map_err(StoreError::Answer)
}

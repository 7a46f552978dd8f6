//! Posts, commands on them, and what must be true of a store of them.

use chrono::{DateTime, Utc};
use hansa_documents::{Answer, Begun, CollectionSpec, Document, Documents, Index, StoreError};
use hansa_event_sourcing::{Actor, Clock, Command, DomainEvent, EventContent, IdSource, IdempotencyKey, InputHash};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) handle: Option<String>,
    pub(crate) author: String,
    pub(crate) title: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) likes: i64,
    pub(crate) rating: Option<f64>,
    pub(crate) written_at: DateTime<Utc>,
    pub(crate) version: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) value: serde_json::Value,
}

impl Document for Post {
    const COLLECTION: CollectionSpec = CollectionSpec {
        name: "posts",
        indexes: &[
            Index::unique("handle", &["handle"]),
            Index::unique("title_of_author", &["author", "title"]),
            Index::plain("by_author", &["author", "writtenAt"]),
            Index::plain("by_time", &["-writtenAt"]),
            Index::elements("by_tag", &["tags"]),
            Index::unique_elements("by_alias", &["aliases"]),
        ],
        times: &["writtenAt"],
    };

    fn id(&self) -> String {
        self.id.clone()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) post: String,
}

#[derive(Serialize)]
pub(crate) struct Written {
    pub(crate) author: String,
}

impl EventContent for Written {
    fn event_type(&self) -> &'static str {
        "written"
    }
}

pub(crate) fn post(id: &str) -> Post {
    Post {
        id: id.to_owned(),
        handle: None,
        author: "anna".to_owned(),
        title: None,
        aliases: Vec::new(),
        tags: Vec::new(),
        facts: Vec::new(),
        likes: 0,
        rating: None,
        written_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        version: 1,
    }
}

pub(crate) fn command(key: Option<&str>, input: &str) -> Command {
    let input = InputHash::of(&input);
    Command {
        operation: "postPublish",
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: key.map(|key| IdempotencyKey::new(key.to_owned(), input).unwrap()),
        cause: hansa_event_sourcing::Cause::default(),
    }
}

pub(crate) fn event(post: &Post) -> DomainEvent {
    DomainEvent::new("post", (post.id.clone(), post.version), None, &Written { author: post.author.clone() })
}

/// Publishes a post by a command; gives the answer, and whether it is a repetition.
pub(crate) async fn publish(store: &Documents, post: &Post, command: &Command) -> Result<Answer<Payload>, StoreError> {
    match store.collection::<Post>().begin::<Payload>(command).await? {
        Begun::Replayed(payload) => Ok(Answer { payload, is_replayed: true }),
        Begun::Fresh(write) => write.insert(post, vec![event(post)], Payload { post: post.id.clone() }).await,
    }
}

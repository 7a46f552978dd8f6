//! A store of posts in a folder of its own.

use std::time::Duration;

use hansa_documents::{Begun, Collection, Database, Document, Documents, OpenOptions, Write};
use hansa_event_sourcing::Command;
use hansa_testkit::MongoServer;
use tempfile::TempDir;

use super::posts::{Payload, Post, command, event};

pub(crate) struct World {
    pub(crate) store: Documents,
    database: Database,
    _folder: Option<TempDir>,
    _server: Option<MongoServer>,
}

impl World {
    pub(crate) async fn embedded() -> World {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::of(None, &folder.path().join("blog"), "posts");
        World { store: open(&database).await, database, _folder: Some(folder), _server: None }
    }

    /// `None` where no server is given.
    pub(crate) async fn on_mongo() -> Option<World> {
        let server = hansa_testkit::mongo()?;
        let url = format!("{}/{}", server.url().trim_end_matches('/'), server.database("laws"));
        let database = Database::Mongo { url, name: "posts".to_owned() };
        Some(World { store: open(&database).await, database, _folder: None, _server: Some(server) })
    }

    /// The same store, as another process has it.
    pub(crate) async fn other(&self) -> Documents {
        open(&self.database).await
    }
}

async fn open(database: &Database) -> Documents {
    let options = OpenOptions { wait: Duration::from_secs(2), ..OpenOptions::default() };
    Documents::open_with(database.clone(), &[Post::COLLECTION], options).await.unwrap()
}

pub(crate) async fn fresh(posts: &Collection<Post>, command: &Command) -> Write<Post, Payload> {
    match posts.begin(command).await.unwrap() {
        Begun::Fresh(write) => write,
        Begun::Replayed(_) => panic!("a new command"),
    }
}

/// Writes posts one after the other, without keys.
pub(crate) async fn put(posts: &Collection<Post>, all: &[Post]) {
    for post in all {
        let write = fresh(posts, &command(None, "")).await;
        write.insert(post, vec![event(post)], Payload { post: post.id.clone() }).await.unwrap();
    }
}

/// The next version of a post.
pub(crate) fn next(post: &Post, change: impl FnOnce(&mut Post)) -> Post {
    let mut post = post.clone();
    post.version += 1;
    change(&mut post);
    post
}

pub(crate) fn answer(post: &Post) -> Payload {
    Payload { post: post.id() }
}

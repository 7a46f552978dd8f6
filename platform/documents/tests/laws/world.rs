//! A store of posts in a folder of its own.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use hansa_documents::{Begun, Collection, Document, Documents, OpenOptions, Write};
use hansa_event_sourcing::Command;
use tempfile::TempDir;

use super::posts::{Payload, Post, command, event};

pub(crate) struct World {
    pub(crate) store: Documents,
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("blog/posts.db")).await;
        World { store, folder }
    }

    /// The file of the store.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("blog/posts.db")
    }
}

pub(crate) async fn open(path: &Path) -> Documents {
    let options = OpenOptions { wait: Duration::from_secs(2), ..OpenOptions::default() };
    Documents::open_with(path, &[Post::COLLECTION], options).await.unwrap()
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

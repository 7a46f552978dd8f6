//! A unique index over an array's elements: an element belongs to one document.

use hansa_documents::{Begun, CollectionSpec, Document, Documents, Filter, Index, StoreError};
use hansa_event_sourcing::{Actor, Clock, Command, IdSource};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Shelf {
    id: String,
    version: i64,
    places: Vec<String>,
}

impl Document for Shelf {
    const COLLECTION: CollectionSpec =
        CollectionSpec { name: "shelves", indexes: &[Index::unique_elements("place", &["places"])], times: &[] };

    fn id(&self) -> String {
        self.id.clone()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

async fn write(store: &Documents, (id, version): (&str, i64), places: &[&str]) -> Result<(), StoreError> {
    let command = Command {
        operation: "shelfPut",
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: None,
        cause: hansa_event_sourcing::Cause::default(),
    };
    let places = places.iter().map(|place| (*place).to_owned()).collect();
    let shelf = Shelf { id: id.to_owned(), version, places };
    let Begun::Fresh(write) = store.collection::<Shelf>().begin::<()>(&command).await? else { panic!("no key") };
    match version {
        1 => write.insert(&shelf, Vec::new(), ()).await.map(drop),
        version => write.replace(&shelf, version - 1, Vec::new(), ()).await.map(drop),
    }
}

#[tokio::test]
async fn an_element_belongs_to_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let store = Documents::open(&folder.path().join("shelves.db"), &[Shelf::COLLECTION]).await.unwrap();
    write(&store, ("one", 1), &["a", "b", "a"]).await.unwrap();
    let taken = write(&store, ("two", 1), &["c", "b"]).await.unwrap_err();
    assert!(matches!(&taken, StoreError::UniqueViolation { index } if index == "place"), "{taken:?}");
    assert!(store.collection::<Shelf>().get("two").await.unwrap().is_none());
    write(&store, ("two", 1), &["c"]).await.unwrap();
    assert!(write(&store, ("two", 2), &["c", "a"]).await.is_err());
    let having_b = Filter::contains("places", "b");
    assert_eq!(store.collection::<Shelf>().find_one(having_b.clone()).await.unwrap().unwrap().id, "one");
    write(&store, ("one", 2), &["a"]).await.unwrap();
    assert!(store.collection::<Shelf>().find_one(having_b).await.unwrap().is_none());
    write(&store, ("two", 2), &["c", "b"]).await.unwrap();
}

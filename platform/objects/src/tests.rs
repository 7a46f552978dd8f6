//! Laws of objects.

use std::path::PathBuf;

use bytes::Bytes;
use hansa_values::TenantId;
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Content, ContentType, KeyError, Mode, Object, ObjectKey, Objects, ObjectsError, OpenError, OpenOptions};

async fn world() -> (TempDir, Objects) {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions { object_bytes_max: 1_000 };
    let objects = Objects::open(&folder.path().join("deep/objects"), options).await.unwrap();
    (folder, objects)
}

fn key(text: &str) -> ObjectKey {
    ObjectKey::new(None, text).unwrap()
}

fn text(content: &str) -> Content {
    let content_type = ContentType::new("text/plain; charset=utf-8").unwrap();
    Content { bytes: Bytes::copy_from_slice(content.as_bytes()), content_type }
}

fn tenant(number: u128) -> Option<TenantId> {
    Some(TenantId::from_uuid(Uuid::from_u128(number)))
}

#[tokio::test]
async fn an_object_comes_back_as_it_was_put() {
    let (_folder, objects) = world().await;
    for content in ["", "hello", "a line\nand another\n"] {
        let put = objects.put(&key("mail/1.txt"), text(content), Mode::Overwrite).await.unwrap();
        let Object { metadata, bytes } = objects.get(&key("mail/1.txt")).await.unwrap();
        assert_eq!((bytes, metadata.length), (text(content).bytes, content.len() as u64));
        assert_eq!(metadata.content_type, text("").content_type);
        assert_eq!(put, metadata);
        assert_eq!(objects.metadata(&key("mail/1.txt")).await.unwrap(), metadata);
    }
    let hello = objects.put(&key("a"), text("hello"), Mode::Create).await.unwrap();
    assert_eq!(hello.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
}

#[tokio::test]
async fn creating_does_not_overwrite() {
    let (_folder, objects) = world().await;
    objects.put(&key("a"), text("first"), Mode::Create).await.unwrap();
    let error = objects.put(&key("a"), text("second"), Mode::Create).await.unwrap_err();
    assert_eq!(error.to_string(), "there is an object `-/a` already");
    assert_eq!(objects.get(&key("a")).await.unwrap().bytes, "first");
    objects.put(&key("a"), text("third"), Mode::Overwrite).await.unwrap();
    assert_eq!(objects.get(&key("a")).await.unwrap().bytes, "third");
}

#[tokio::test]
async fn of_many_creators_at_once_one_wins() {
    let (_folder, objects) = world().await;
    let mut creators = tokio::task::JoinSet::new();
    for number in 0..16 {
        let objects = objects.clone();
        creators.spawn(async move {
            objects.put(&key("a"), text(&number.to_string()), Mode::Create).await.map(|_| number.to_string())
        });
    }
    let winners: Vec<String> = creators.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(objects.get(&key("a")).await.unwrap().bytes, winners[0]);
}

#[tokio::test]
async fn ranges_are_of_the_content() {
    let (_folder, objects) = world().await;
    objects.put(&key("a"), text("0123456789"), Mode::Create).await.unwrap();
    for (range, content) in [(0..10, "0123456789"), (3..5, "34"), (9..10, "9"), (10..10, ""), (0..0, "")] {
        assert_eq!(objects.get_range(&key("a"), range).await.unwrap().bytes, content);
    }
    let (start, end) = (4, 3);
    for range in [5..11, 11..12, start..end, 0..u64::MAX] {
        let error = objects.get_range(&key("a"), range).await.unwrap_err();
        assert!(matches!(error, ObjectsError::Range { length: 10, .. }), "{error}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (_folder, objects) = world().await;
    for error in [
        objects.get(&key("no/such")).await.map(|_| ()).unwrap_err(),
        objects.get_range(&key("no"), 0..1).await.map(|_| ()).unwrap_err(),
        objects.metadata(&key("no")).await.map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(error, ObjectsError::NotFound { .. }), "{error}");
    }
    assert!(!objects.delete(&key("no/such")).await.unwrap());
    objects.put(&key("a"), text("x"), Mode::Create).await.unwrap();
    assert!(objects.delete(&key("a")).await.unwrap());
    assert!(!objects.delete(&key("a")).await.unwrap());
}

#[tokio::test]
async fn lists_are_of_one_tenant_sorted_and_in_pages() {
    let (_folder, objects) = world().await;
    let (one, other) = (tenant(1), tenant(2));
    for name in ["b/2", "a", "b/1", "bb/1", "c.txt"] {
        objects.put(&ObjectKey::new(one, name).unwrap(), text(name), Mode::Create).await.unwrap();
    }
    objects.put(&ObjectKey::new(other, "a").unwrap(), text(""), Mode::Create).await.unwrap();
    let list = async |tenant, prefix, after, limit| {
        let listed = objects.list(tenant, prefix, after, limit).await.unwrap();
        listed.into_iter().map(|listed| listed.key).collect::<Vec<_>>()
    };
    assert_eq!(list(one, "", None, 10).await, ["a", "b/1", "b/2", "bb/1", "c.txt"]);
    assert_eq!(list(one, "", None, 2).await, ["a", "b/1"]);
    assert_eq!(list(one, "", Some("b/1"), 2).await, ["b/2", "bb/1"]);
    assert_eq!(list(one, "b", None, 10).await, ["b/1", "b/2"]);
    assert_eq!(list(one, "b/", None, 10).await, ["b/1", "b/2"]);
    assert_eq!(list(other, "", None, 10).await, ["a"]);
    assert_eq!(list(None, "", None, 10).await, [""; 0]);
    assert_eq!(objects.list(one, "c.txt", None, 1).await.unwrap().len(), 0);
    assert!(matches!(objects.list(one, "../x", None, 1).await, Err(ObjectsError::Prefix(KeyError::Point))));
    assert_eq!(objects.list(one, "", None, 10).await.unwrap()[4].length, 5);
}

#[tokio::test]
async fn pages_put_together_are_the_whole_list() {
    let (_folder, objects) = world().await;
    let mut keys = ["a", "b.txt", "b-1", "b/1", "b/1.2", "b/10", "b/2/x", "b0", "c/d/e/f", "c/d.e", "z"];
    for name in keys {
        objects.put(&key(name), text(""), Mode::Create).await.unwrap();
    }
    keys.sort();
    for limit in 1..=keys.len() + 1 {
        let mut all: Vec<String> = Vec::new();
        loop {
            let page = objects.list(None, "", all.last().map(String::as_str), limit).await.unwrap();
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= limit);
            all.extend(page.into_iter().map(|listed| listed.key));
        }
        assert_eq!(all, keys, "{limit}");
    }
}

#[test]
fn keys_do_not_leave_their_tenant() {
    let long = "a".repeat(101);
    let deep = "a/".repeat(250) + "a";
    let cases = [
        ("", KeyError::Length),
        (&deep, KeyError::Length),
        ("/etc/passwd", KeyError::Segment),
        ("a/", KeyError::Segment),
        ("a//b", KeyError::Segment),
        (&long, KeyError::Segment),
        ("..", KeyError::Point),
        ("a/../../b", KeyError::Point),
        ("./a", KeyError::Point),
        (".hidden", KeyError::Point),
        ("a\\b", KeyError::Character),
        ("c:a", KeyError::Character),
        ("a%2e", KeyError::Character),
        ("a b", KeyError::Character),
        ("A", KeyError::Character),
        ("a\0", KeyError::Character),
        ("é", KeyError::Character),
        ("a#1", KeyError::Character),
    ];
    for (text, error) in cases {
        assert_eq!(ObjectKey::new(None, text), Err(error), "{text:?}");
    }
    assert_eq!(key("a.b/c_d-9").to_string(), "-/a.b/c_d-9");
    let of_tenant = ObjectKey::new(tenant(1), "a").unwrap();
    assert_eq!(of_tenant.to_string(), "tenant_00000000000000000000000001/a");
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_not_followed() {
    let (folder, objects) = world().await;
    let outside = folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("secret"), "secret").unwrap();
    let root = folder.path().join("deep/objects/-");
    std::fs::create_dir(&root).unwrap();
    std::os::unix::fs::symlink(&outside, root.join("link")).unwrap();
    std::os::unix::fs::symlink(outside.join("secret"), root.join("file")).unwrap();
    std::os::unix::fs::symlink(outside.join("missing"), root.join("dangling")).unwrap();
    for name in ["link/secret", "link/new", "file", "dangling"] {
        let key = key(name);
        let errors = [
            objects.put(&key, text("x"), Mode::Overwrite).await.map(|_| ()),
            objects.put(&key, text("x"), Mode::Create).await.map(|_| ()),
            objects.get(&key).await.map(|_| ()),
            objects.metadata(&key).await.map(|_| ()),
            objects.delete(&key).await.map(|_| ()),
        ];
        for error in errors {
            assert!(matches!(error, Err(ObjectsError::Blocked { .. })), "{name}: {error:?}");
        }
    }
    assert!(objects.list(None, "link/deeper", None, 10).await.is_err());
    assert_eq!(objects.list(None, "link", None, 10).await.unwrap(), []);
    assert_eq!(objects.list(None, "", None, 10).await.unwrap(), []);
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
    assert_eq!(std::fs::read(outside.join("secret")).unwrap(), b"secret");
}

#[tokio::test]
async fn a_key_is_an_object_or_a_folder() {
    let (_folder, objects) = world().await;
    objects.put(&key("a"), text("x"), Mode::Create).await.unwrap();
    objects.put(&key("b/c"), text("x"), Mode::Create).await.unwrap();
    for name in ["a/b", "b"] {
        let error = objects.put(&key(name), text("x"), Mode::Overwrite).await.unwrap_err();
        assert!(matches!(error, ObjectsError::Blocked { .. }), "{error}");
    }
}

#[tokio::test]
async fn contents_have_a_limit_and_a_type() {
    let (_folder, objects) = world().await;
    objects.put(&key("a"), text(&"x".repeat(1_000)), Mode::Create).await.unwrap();
    let error = objects.put(&key("a"), text(&"x".repeat(1_001)), Mode::Overwrite).await.unwrap_err();
    assert_eq!(error.to_string(), "object `-/a` has 1001 bytes, of at most 1000");
    for text in ["", "text", "/", "a/", "text/plain\n", "täxt/plain", " a/b", &format!("a/{}", "b".repeat(99))] {
        assert!(ContentType::new(text).is_err(), "{text:?}");
    }
    let longest = ContentType::new(format!("a/{}", "b".repeat(98))).unwrap();
    let content = Content { bytes: Bytes::new(), content_type: longest.clone() };
    objects.put(&key("b"), content, Mode::Create).await.unwrap();
    assert_eq!(objects.metadata(&key("b")).await.unwrap().content_type, longest);
}

#[tokio::test]
async fn a_changed_file_is_noticed() {
    let (folder, objects) = world().await;
    objects.put(&key("a"), text("hello"), Mode::Create).await.unwrap();
    let file = folder.path().join("deep/objects/-/a");
    let written = std::fs::read(&file).unwrap();
    let changed = String::from_utf8(written).unwrap().replace("hello", "jello");
    for content in [changed.as_str(), "", "foreign", &" ".repeat(300)] {
        std::fs::write(&file, content).unwrap();
        let error = objects.get(&key("a")).await.unwrap_err();
        assert!(matches!(error, ObjectsError::Corrupt { .. }), "{content:?}: {error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn folders_are_made_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _objects) = world().await;
    for made in ["deep", "deep/objects"] {
        let mode = std::fs::metadata(folder.path().join(made)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{made}");
    }
}

#[tokio::test]
async fn says_which_root_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Objects::open(&file.join("objects"), OpenOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("file/objects"), "{error}");
    let locked = folder.path().join("locked");
    std::fs::create_dir(&locked).unwrap();
    let mut permissions = std::fs::metadata(&locked).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&locked, permissions).unwrap();
    // Who may write everywhere, writes here too.
    if std::fs::write(locked.join("trial"), "").is_err() {
        let error = Objects::open(&locked, OpenOptions::default()).await.unwrap_err();
        assert!(matches!(error, OpenError::ReadOnly { .. }), "{error}");
    }
}

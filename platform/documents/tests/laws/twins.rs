//! Two processes with one store: whoever comes second gets the first one's answer, or is told.

use hansa_documents::{Documents, StoreError};

use super::{
    agreement::check_agreement,
    posts::{Post, command, event, post},
    world::{answer, fresh, next, put},
};

pub(crate) async fn a_twin_of_another_process_gets_the_first_answer(store: &Documents, other: &Documents) {
    let (here, there) = (store.collection::<Post>(), other.collection::<Post>());
    let key = || command(Some("a-key-of-16-chars"), "");
    let (first, second) = (post("a"), post("b"));
    let (write, twin) = (fresh(&here, &key()).await, fresh(&there, &key()).await);
    let written = write.insert(&first, vec![event(&first)], answer(&first)).await.unwrap();
    let replayed = twin.insert(&second, vec![event(&second)], answer(&second)).await.unwrap();
    assert_eq!((written.is_replayed, replayed.is_replayed), (false, true));
    assert_eq!(replayed.payload, answer(&first));

    let following = next(&first, |_| ());
    let key = || command(Some("another-key-of-16"), "");
    let (write, twin) = (fresh(&here, &key()).await, fresh(&there, &key()).await);
    write.replace(&following, 1, vec![event(&following)], answer(&first)).await.unwrap();
    // Not a conflict of versions: it is the same command.
    let replayed = twin.replace(&following, 1, vec![event(&following)], answer(&second)).await.unwrap();
    assert!(replayed.is_replayed);
    assert_eq!(replayed.payload, answer(&first));

    let with_input = |input: &'static str| command(Some("third-key-of-16-chars"), input);
    let (write, twin) = (fresh(&here, &with_input("one")).await, fresh(&there, &with_input("two")).await);
    put(&here, &[post("c")]).await;
    write.insert(&post("d"), vec![event(&post("d"))], answer(&first)).await.unwrap();
    let error = twin.insert(&post("e"), vec![event(&post("e"))], answer(&first)).await.unwrap_err();
    assert!(matches!(error, StoreError::KeyReused), "{error}");
    assert_eq!(check_agreement(store).await.len(), 3);
}

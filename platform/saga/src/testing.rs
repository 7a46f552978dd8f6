//! For tests of processes: all orders of some messages, and a search through everything that can happen between a process
//! and its participants.

mod exploration;

pub use exploration::{Budget, Exploration};

/// All orders of these messages, each once: 720 of six different ones. Equal messages make fewer.
///
/// # Panics
/// With more than eight messages: nobody would wait for the end.
pub fn orderings<T: Clone + PartialEq>(messages: &[T]) -> Vec<Vec<T>> {
    assert!(messages.len() <= 8, "{} messages have too many orders to try", messages.len());
    if messages.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, first) in messages.iter().enumerate() {
        if messages[..index].contains(first) {
            continue;
        }
        let mut rest = messages.to_vec();
        rest.remove(index);
        for mut order in orderings(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}

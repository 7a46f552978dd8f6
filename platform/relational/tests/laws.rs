//! Laws of the relational store. Each is a function that takes a store, so that another engine can be held to them.

mod laws {
    pub(crate) mod commits;
    pub(crate) mod world;
}

use laws::{commits, world::World};

macro_rules! hold {
    ($($module:ident::$law:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $law() {
            let world = World::new().await;
            $module::$law(&world.store).await;
        }
    )*};
}

hold! {
    commits::state_events_and_answer_are_committed_together;
}

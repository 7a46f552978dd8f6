//! Laws of event streams. Each is a function that takes an open store, and holds for every engine.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod laws {
    pub(crate) mod appending;
    pub(crate) mod random;
    pub(crate) mod reading;
    pub(crate) mod snapshots;
    pub(crate) mod tally;
    pub(crate) mod verifying;
    pub(crate) mod world;
}

use laws::{appending, random, reading, snapshots, verifying, world};

macro_rules! hold {
    ($($module:ident::$law:ident;)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                let world = super::world::sqlite().await;
                super::$module::$law(&world.store).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                let Some(world) = super::world::postgres().await else { return };
                super::$module::$law(&world.store).await;
            })*
        }
    };
}

hold! {
    appending::a_stream_is_made_by_its_first_events;
    appending::nothing_is_appended_without_events;
    appending::a_stream_is_made_once;
    appending::an_older_version_is_refused;
    appending::of_concurrent_appends_one_takes_effect;
    appending::a_refused_append_leaves_nothing_when_its_unit_is_dropped;
    appending::what_the_unit_has_recorded_is_loaded;
    appending::one_unit_appends_to_several_streams;
    appending::the_answer_to_a_key_is_in_the_same_transaction;
    appending::positions_are_gapless_under_rollbacks;
    reading::what_is_not_committed_is_not_read;
    reading::there_is_nothing_where_nothing_was;
    reading::long_streams_are_read_in_parts;
    reading::streams_read_together_are_what_they_are_alone;
    reading::a_snapshot_of_another_form_is_not_used_together_either;
    reading::old_versions_are_upcast_step_by_step;
    reading::newer_versions_are_refused;
    reading::unknown_events_and_other_forms_are_refused;
    reading::a_hole_is_found;
    reading::a_stream_of_another_aggregate_is_refused;
    snapshots::are_written_every_hundred_events;
    snapshots::are_used;
    snapshots::of_another_fold_are_not_used;
    snapshots::of_another_form_are_not_used;
    snapshots::agree_with_the_fold_from_the_start;
    snapshots::of_a_unit_that_is_dropped_are_not_written;
    verifying::a_good_log_has_no_findings;
    verifying::says_what_is_wrong_where;
    random::decisions_agree_with_a_model;
}

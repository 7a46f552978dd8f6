//! Laws of document collections. Each is a function that takes a store, so that another backend can be held to them.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod laws {
    pub(crate) mod agreement;
    pub(crate) mod commits;
    pub(crate) mod concurrency;
    pub(crate) mod filters;
    pub(crate) mod find_each;
    pub(crate) mod keys;
    pub(crate) mod log;
    pub(crate) mod pages;
    pub(crate) mod posts;
    pub(crate) mod twins;
    pub(crate) mod world;
}

use laws::{commits, concurrency, filters, find_each, keys, log, pages, twins, world::World};

/// Each law, of an embedded store and of one on a server.
macro_rules! hold {
    ($($module:ident::$law:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                let world = World::embedded().await;
                $module::$law(&world.store).await;
            }
        )*

        mod on_mongo {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $law() {
                    let Some(world) = super::World::on_mongo().await else { return };
                    super::$module::$law(&world.store).await;
                }
            )*
        }
    };
}

hold! {
    commits::a_document_is_written_with_its_events_and_its_answer;
    commits::a_replaced_document_keeps_its_events;
    commits::what_is_dropped_was_never_written;
    commits::versions_are_checked;
    commits::unique_indexes_are_named;
    commits::a_document_without_a_value_is_not_in_a_unique_index;
    commits::a_deleted_document_is_hidden_and_its_events_are_not;
    commits::versions_go_on_after_a_deletion;
    commits::documents_are_limited;
    commits::a_text_where_a_time_belongs_is_refused;
    keys::without_a_key_nothing_is_remembered;
    keys::a_key_with_another_input_is_refused;
    keys::keys_are_of_one_actor_and_one_operation;
    keys::keys_are_forgotten_after_three_days_and_not_before;
    keys::expired_records_leave_their_documents;
    keys::replacing_and_deleting_are_repeatable;
    keys::a_command_that_changes_nothing_is_remembered;
    keys::the_keys_of_one_document_are_limited;
    keys::an_answer_of_another_form_is_an_error;
    concurrency::of_many_twins_one_takes_effect;
    concurrency::of_many_replacements_of_a_version_one_wins;
    concurrency::who_comes_too_late_reads_what_won;
    concurrency::cancelled_commands_leave_a_usable_store;
    concurrency::who_waits_too_long_for_a_twin_is_told;
    concurrency::a_command_that_is_given_up_lets_its_twin_go_on;
    filters::comparisons;
    filters::what_is_missing_is_nothing;
    filters::joined_filters;
    filters::arrays_and_their_elements;
    filters::texts_within_texts;
    filters::times;
    filters::what_is_bound_is_never_text;
    filters::wrong_paths_and_values_are_refused;
    filters::long_lists_of_values;
    filters::counts_and_sums;
    filters::documents_by_id;
    find_each::many_finds_are_as_each_alone;
    log::what_documents_carry_comes_into_the_log;
    log::events_of_other_streams_have_their_own_lanes;
    log::a_lease_has_one_holder;
    log::notes_and_checkpoints_are_kept;
    log::letters_are_kept_in_order;
    pages::pages_follow_each_other_in_any_order;
    pages::places_are_checked;
    pages::many_finds_at_once_find_what_each_does;
}

/// Laws of two processes with one store.
macro_rules! hold_for_two {
    ($($module:ident::$law:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                let world = World::embedded().await;
                $module::$law(&world.store, &world.other().await).await;
            }
        )*

        mod two_on_mongo {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $law() {
                    let Some(world) = super::World::on_mongo().await else { return };
                    super::$module::$law(&world.store, &world.other().await).await;
                }
            )*
        }
    };
}

hold_for_two! {
    twins::a_twin_of_another_process_gets_the_first_answer;
    log::two_readers_do_not_disturb_each_other;
}

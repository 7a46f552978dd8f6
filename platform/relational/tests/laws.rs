//! Laws of the relational store. Each is a function that takes a store; both engines are held to all of them.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod laws {
    pub(crate) mod accounts;
    pub(crate) mod commits;
    pub(crate) mod company;
    pub(crate) mod concurrency;
    pub(crate) mod queries;
    pub(crate) mod world;
}

use laws::{commits, company, concurrency, queries, world::World};

/// Each law is a test on each engine: `sqlite::…` and `postgres::…`.
macro_rules! hold {
    ($($module:ident::$law:ident;)*) => {
        mod sqlite {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $law() {
                    let Some(world) = World::sqlite().await else { return };
                    $module::$law(&world.store).await;
                }
            )*
        }

        mod postgres {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $law() {
                    let Some(world) = World::postgres().await else { return };
                    $module::$law(&world.store).await;
                }
            )*
        }
    };
}

hold! {
    commits::state_events_and_answer_are_committed_together;
    commits::without_a_key_nothing_is_remembered;
    commits::a_key_with_another_input_is_refused;
    commits::keys_are_of_one_actor_and_one_operation;
    commits::keys_are_forgotten_after_three_days_and_not_before;
    commits::expired_records_are_cleared_a_few_at_a_time;
    commits::what_is_dropped_was_never_written;
    commits::an_answer_of_another_form_is_an_error;
    commits::a_unit_sees_its_own_writes_and_nobody_else_does;
    commits::events_are_limited;
    commits::events_of_one_aggregate_stay_in_order_in_one_lane;
    commits::a_violated_constraint_ends_the_unit;
    commits::a_statement_that_was_given_up_ends_the_unit;
    commits::what_was_acknowledged_can_be_read;
    commits::commits_with_events_are_told;
    commits::a_thousand_events_are_appended_at_once;
    company::a_twin_of_a_concurrent_command_gets_its_answer;
    company::concurrent_commands_leave_no_holes;
    company::who_is_alone_is_alone;
    company::what_was_read_alone_is_true_until_the_commit;
    company::only_one_engine_writes_several_at_once;
    concurrency::of_many_twins_one_takes_effect;
    concurrency::positions_have_no_holes_under_rollbacks;
    concurrency::a_reader_that_follows_misses_nothing;
    concurrency::cancelled_commands_leave_a_usable_store;
    concurrency::who_waits_too_long_is_told;
    concurrency::commands_come_one_after_the_other;
    queries::values_come_back;
    queries::nulls_come_back;
    queries::nulls_of_every_kind_are_written;
    queries::sums_and_averages_are_numbers;
    queries::texts_sort_by_their_bytes;
    queries::times_sort_as_their_texts;
    queries::unique_violations_name_the_constraint;
    queries::other_violations_are_told_apart;
    queries::lists_of_values_may_be_empty;
    queries::pages_follow_each_other_in_both_directions;
    queries::values_that_an_engine_would_change_are_refused;
    queries::rows_say_what_is_wrong_with_a_column;
    queries::answers_are_bounded;
    queries::reading_does_not_write;
    queries::a_wrong_text_is_an_error;
    queries::what_is_bound_is_never_text;
}

//! Verifying: a good log passes, and each kind of damage is named with its place.

use super::{
    tally::TallyCommand,
    world::{act, record, unit},
};
use hansa_event_sourcing::lane_of;
use hansa_event_store::{Finding, verify_log, verify_streams};
use hansa_relational::{Query, Relational, query};
use serde_json::json;

async fn all(store: &Relational) -> Vec<String> {
    let log = verify_log(store).await.unwrap().wrong;
    let streams = verify_streams(store).await.unwrap().wrong;
    log.iter().chain(&streams).map(Finding::to_string).collect()
}

async fn damage(store: &Relational, damage: Query) {
    let mut unit = unit(store).await;
    assert_eq!(damage.execute(&mut unit).await.unwrap(), 1);
    unit.commit(&()).await.unwrap();
}

pub(crate) async fn a_good_log_has_no_findings(store: &Relational) {
    assert_eq!(all(store).await, [""; 0]);
    for stream in 0..20 {
        act(store, &format!("tally_{stream}"), TallyCommand::Add(stream * 7)).await;
    }
    // An aggregate whose state is not its events skips versions, and has several events of one.
    for version in [1, 1, 4] {
        record(store, ("shop", "shop_1", version), ("painted", 1), json!({})).await;
    }
    assert_eq!(all(store).await, [""; 0]);
    let (log, streams) = (verify_log(store).await.unwrap(), verify_streams(store).await.unwrap());
    assert_eq!((log.events, log.streams), (20 * 19 / 2 * 7 + 3, 20));
    assert_eq!((streams.events, streams.streams), (20 * 19 / 2 * 7, 19), "the first was given no events");
}

pub(crate) async fn says_what_is_wrong_where(store: &Relational) {
    act(store, "tally_1", TallyCommand::Add(5)).await;
    let lane = lane_of("tally_1", 4);
    damage(store, query("UPDATE event_lanes SET position = 9 WHERE lane = $1").bind(lane)).await;
    assert_eq!(all(store).await, [format!("lane {lane}: its head is 9, its last event 5")]);
    damage(store, query("UPDATE event_lanes SET position = 3 WHERE lane = $1").bind(lane)).await;
    assert_eq!(all(store).await, [format!("lane {lane}: its head is 3, its last event 5")]);
    damage(store, query("UPDATE event_lanes SET position = 5 WHERE lane = $1").bind(lane)).await;
    damage(store, query("UPDATE event_streams SET version = 6")).await;
    assert_eq!(all(store).await, ["stream tally_1: at version 6, with 5 events whose versions are from 1 to 5"]);
    damage(store, query("UPDATE event_streams SET version = 5")).await;
    let move_away =
        query("UPDATE events SET lane = $1 WHERE lane = $2 AND position = 5").bind((lane + 1) % 4).bind(lane);
    damage(store, move_away).await;
    let (other, found) = ((lane + 1) % 4, all(store).await);
    assert!(found.contains(&format!("lane {other}: position 5 stands where 1 should be")), "{found:?}");
    let in_lane = format!("lane {other}, position 5: the stream tally_1 belongs in lane {lane}");
    assert!(found.contains(&in_lane), "{found:?}");
    damage(store, query("DELETE FROM events WHERE position = 3")).await;
    let found = all(store).await;
    assert!(found.contains(&format!("lane {lane}: position 4 stands where 3 should be")), "{found:?}");
    let holes = "stream tally_1: at version 5, with 4 events whose versions are from 1 to 5".to_owned();
    assert!(found.contains(&holes), "{found:?}");
    record(store, ("shop", "shop_1", 7), ("painted", 1), json!({})).await;
    record(store, ("shop", "shop_1", 6), ("painted", 1), json!({})).await;
    let found = all(store).await;
    assert!(found.iter().any(|finding| finding.ends_with("version 6 of the stream shop_1 comes after 7")), "{found:?}");
}

//! Answers that say the same in other words: space, another order of members, members that nobody asked for or that are said
//! twice, escapes. A router that reads text in one piece where it can must come to the same as one that never does.

use crate::{counters::Counters, random::Random};
use serde_json::Value as Json;
use std::fmt::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    Spaced,
    OtherOrder,
    Strangers,
    Twice,
    Escapes,
}

const HABITS: [(Habit, &str); 5] = [
    (Habit::Spaced, "spelling: space"),
    (Habit::OtherOrder, "spelling: another order"),
    (Habit::Strangers, "spelling: members that nobody asked for"),
    (Habit::Twice, "spelling: members said twice"),
    (Habit::Escapes, "spelling: escapes"),
];

/// As asked for, in every second answer.
const HABIT_PERCENT: usize = 50;

#[derive(Debug)]
struct Text {
    random: Random,
    habit: Habit,
    /// How many objects have the habit, in percent.
    percent: usize,
    json: String,
}

/// The answer's text.
pub(crate) fn spell(answer: &Json, mut random: Random, counters: &Counters) -> String {
    if !random.chance(HABIT_PERCENT) {
        return answer.to_string();
    }
    let Some(&(habit, feature)) = random.pick(&HABITS) else { return answer.to_string() };
    counters.saw(feature);
    let percent = if random.chance(50) { 100 } else { 20 };
    let mut text = Text { random, habit, percent, json: String::new() };
    text.value(answer);
    text.json
}

impl Text {
    fn value(&mut self, value: &Json) {
        match value {
            // A custom scalar's value is passed on as it comes.
            Json::Object(members) if !members.contains_key("free") => self.object(members),
            Json::Array(items) => {
                self.json.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.json.push_str(if index > 0 { "," } else { "" });
                    self.value(item);
                }
                self.json.push(']');
            }
            _ => self.json.push_str(&value.to_string()),
        }
    }

    fn object(&mut self, members: &serde_json::Map<String, Json>) {
        let mut members: Vec<(String, Json)> =
            members.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let is_usual = !self.random.chance(self.percent);
        match self.habit {
            _ if is_usual => {}
            Habit::Spaced | Habit::Escapes => {}
            Habit::OtherOrder => members = self.random.some_of(&members, members.len()),
            Habit::Strangers => {
                let at = self.random.below(members.len() + 1);
                members.insert(at, ("nobodyAsked".to_owned(), serde_json::json!({"free": ["}", 1e300, null]})));
            }
            Habit::Twice => {
                let said: Vec<(String, Json)> = members.iter().filter_map(said_before).collect();
                let at = self.random.below(members.len() + 1);
                // The last counts.
                members.splice(0..0, said);
                if at == 0 {
                    let leaves = members.iter().filter(|(_, value)| !value.is_object() && !value.is_array());
                    let leaves: Vec<(String, Json)> = leaves.cloned().collect();
                    members.extend(leaves);
                }
            }
        }
        self.json.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            self.json.push_str(if index > 0 { "," } else { "" });
            self.space(is_usual);
            self.name(name, is_usual);
            self.json.push(':');
            self.space(is_usual);
            self.value(value);
        }
        self.space(is_usual);
        self.json.push('}');
    }

    fn space(&mut self, is_usual: bool) {
        if self.habit == Habit::Spaced && !is_usual && self.random.chance(50) {
            self.json.push_str("\n\t ");
        }
    }

    fn name(&mut self, name: &str, is_usual: bool) {
        match name.chars().next() {
            Some(first) if self.habit == Habit::Escapes && !is_usual && self.random.chance(30) => {
                // Writing to a string cannot fail.
                let _ = write!(self.json, "\"\\u{:04x}{}\"", u32::from(first), &name[first.len_utf8()..]);
            }
            _ => self.json.push_str(&Json::from(name).to_string()),
        }
    }
}

/// A leaf of the same kind that is taken back; only where kinds show.
fn said_before((name, value): &(String, Json)) -> Option<(String, Json)> {
    let before = match value {
        Json::Bool(flag) => Json::Bool(!flag),
        Json::Number(_) => Json::from(0),
        Json::String(_) => value.clone(),
        _ => return None,
    };
    Some((name.clone(), before))
}

//! The benchmark on tiny inputs: every input is answered, whatever the spelling, and counted.

use std::time::Duration;

use hansa_execution::{
    inputs::{self, Size},
    measurement::{Repetition, measure},
};

#[test]
fn executions_are_measured() {
    let mut responses = Vec::new();
    for (name, make) in inputs::ALL {
        let input = make(name, Size::TINY).unwrap_or_else(|error| panic!("{error:#}"));
        let measured = measure(&input, Repetition { runs_max: 2, duration: Duration::from_secs(5) });
        assert_eq!(measured.runs, 2, "{name}");
        assert!(measured.received_bytes > 0 && measured.allocations > 0, "{name}");
        assert!(measured.peak_bytes as usize > measured.received_bytes + input.response_bytes, "{name}");
        assert!(!measured.spent.answers.is_zero() && !measured.spent.response.is_zero(), "{name}");
        if let Some((kind, _)) = name.split_once(',') {
            let body = String::from_utf8(input.execute().body).unwrap_or_default();
            let plain: Vec<&(&str, String)> = responses.iter().filter(|(known, _)| *known == kind).collect();
            assert_eq!(plain.len(), 1, "{name}");
            assert_eq!(plain[0].1, body.replace(": ", ":"), "{name}");
        } else {
            responses.push((*name, String::from_utf8(input.execute().body).unwrap_or_default()));
        }
    }
    assert_eq!(responses.len(), 5);
}

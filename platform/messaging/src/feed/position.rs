//! Positions of subscribers as texts: a position in each lane.
//!
//! `1.` and, in base 36, the positions with a checksum of them and of the feed's name at the end.

use super::FeedError;

const VERSION: &str = "1";
/// Longer texts are none: 64 lanes with the largest numbers.
const TEXT_BYTES_MAX: usize = 1_024;
const RADIX: u32 = 36;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FeedPosition(pub(super) Vec<i64>);

impl FeedPosition {
    pub(super) fn text(positions: &[i64], feed: &str) -> String {
        let mut text = String::from(VERSION);
        for position in positions {
            text.push('.');
            push_number(&mut text, position.unsigned_abs());
        }
        text.push('.');
        push_number(&mut text, u64::from(checksum(positions, feed)));
        text
    }

    pub(super) fn read(text: &str, feed: &str, lanes: i64) -> Result<FeedPosition, FeedError> {
        let wrong = || FeedError::NoPosition(text.chars().take(TEXT_BYTES_MAX).collect());
        if text.len() > TEXT_BYTES_MAX {
            return Err(wrong());
        }
        let mut parts = text.split('.');
        if parts.next() != Some(VERSION) {
            return Err(wrong());
        }
        let numbers: Result<Vec<i64>, _> = parts.map(|part| i64::from_str_radix(part, RADIX)).collect();
        let mut positions = numbers.map_err(|_| wrong())?;
        let sum = positions.pop().ok_or_else(wrong)?;
        let is_good = positions.len() as i64 == lanes
            && positions.iter().all(|position| *position >= 0)
            && sum == i64::from(checksum(&positions, feed));
        if is_good { Ok(FeedPosition(positions)) } else { Err(wrong()) }
    }
}

fn push_number(text: &mut String, mut number: u64) {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit((number % u64::from(RADIX)) as u32, RADIX));
        number /= u64::from(RADIX);
        if number == 0 {
            break;
        }
    }
    text.extend(digits.iter().rev());
}

/// FNV-1a. Against texts of other feeds and typing errors, not against invention: whoever invents a position gets
/// events that it may see anyway.
fn checksum(positions: &[i64], feed: &str) -> u32 {
    let positions = positions.iter().flat_map(|position| position.to_be_bytes());
    feed.bytes()
        .chain(positions)
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::FeedPosition;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        for positions in [vec![], vec![0], vec![0, 35, 36, 1_000_000, i64::MAX]] {
            let text = FeedPosition::text(&positions, "orders");
            let lanes = positions.len() as i64;
            assert_eq!(FeedPosition::read(&text, "orders", lanes).unwrap().0, positions, "{text}");
            assert!(FeedPosition::read(&text, "inventory", lanes).is_err(), "of another feed");
            assert!(FeedPosition::read(&text, "orders", lanes + 1).is_err(), "of other lanes");
        }
        let text = FeedPosition::text(&[7, 8], "orders");
        let long = "1.".repeat(2_000);
        let bad = ["", "1", "1.", "2.7.8.0", "1.7.8", "1.7.8.0", "1.-7.8.0", "1.7.ü.1", "position", long.as_str()];
        for text in bad.into_iter().chain([text.replace(".7.", ".8.").as_str(), &format!("{text}.1"), &text[1..]]) {
            assert!(FeedPosition::read(text, "orders", 2).is_err(), "{text}");
        }
    }
}

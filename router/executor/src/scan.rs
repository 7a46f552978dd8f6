//! Reads JSON text without building anything. The text is valid UTF-8; everything else is checked here.
//!
//! The grammar is the strict one. Half a surrogate pair, or a number that no double can hold, is well formed but breaks
//! many readers: it is noted, and whoever wants the value decides.

use crate::prepare::{Text, Texts, decode_program::KeyStart};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanError {
    Malformed,
    TooDeep,
}

/// No text is nested deeper, whatever the settings say: the stack has an end.
pub(crate) const NESTING_MAX: u32 = 512;

#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    pub(crate) at: usize,
    /// How many more objects and lists may be opened.
    nesting_left: u32,
    /// A value was met that clients may fail to read. Stays until it is taken back.
    pub(crate) is_unreadable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) is_integer: bool,
    pub(crate) is_int32: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8], nesting_max: usize) -> Scanner<'a> {
        let nesting_left = nesting_max.min(NESTING_MAX as usize) as u32;
        Scanner { bytes, at: 0, nesting_left, is_unreadable: false }
    }

    /// The next byte; 0, which nothing starts with, at the end.
    #[inline]
    pub(crate) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn skip_whitespace(&mut self) {
        if self.peek() <= b' ' {
            while let b' ' | b'\n' | b'\r' | b'\t' = self.peek() {
                self.at += 1;
            }
        }
    }

    /// Steps over `expected`, if it is next.
    #[inline]
    pub(crate) fn take(&mut self, expected: &[u8]) -> bool {
        let is_next = self.bytes[self.at..].starts_with(expected);
        if is_next {
            self.at += expected.len();
        }
        is_next
    }

    /// Steps over the key and its colon, if they are next.
    #[inline]
    pub(crate) fn take_key(&mut self, start: KeyStart, texts: &Texts, key: Text) -> bool {
        if let Some(next) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            if u64::from_le_bytes(*next) & start.mask != start.bytes {
                return false;
            }
            if start.is_whole {
                self.at += key.len();
                return true;
            }
        }
        self.take(texts.get(key))
    }

    #[inline]
    pub(crate) fn take_byte(&mut self, expected: u8) -> bool {
        let is_next = self.peek() == expected;
        self.at += usize::from(is_next);
        is_next
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Of the whole text.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Undoes everything since then.
    pub(crate) fn go_back(&mut self, before: &Scanner<'_>) {
        (self.at, self.nesting_left) = (before.at, before.nesting_left);
        self.is_unreadable = before.is_unreadable;
    }

    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        &self.bytes[start..self.at]
    }

    /// Steps over `{` or `[` and tells whether something is inside; if not, over the end too.
    #[inline]
    pub(crate) fn open(&mut self, end: u8) -> Result<bool, ScanError> {
        self.nesting_left = self.nesting_left.checked_sub(1).ok_or(ScanError::TooDeep)?;
        self.at += 1;
        self.skip_whitespace();
        if self.take_byte(end) {
            self.nesting_left += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Steps over `{` or `[`. False: too deep.
    #[inline]
    pub(crate) fn open_plain(&mut self) -> bool {
        let is_allowed = self.nesting_left > 0;
        self.nesting_left -= u32::from(is_allowed);
        self.at += 1;
        is_allowed
    }

    /// Steps over the end of an object or list, if it is next.
    #[inline]
    pub(crate) fn close_plain(&mut self, end: u8) -> bool {
        let is_next = self.take_byte(end);
        self.nesting_left += u32::from(is_next);
        is_next
    }

    /// After a value: steps over the comma (true) or the end (false).
    #[inline]
    pub(crate) fn has_more(&mut self, end: u8) -> Result<bool, ScanError> {
        self.skip_whitespace();
        let byte = self.peek();
        self.at += 1;
        if byte == b',' {
            self.skip_whitespace();
            return Ok(true);
        }
        if byte == end {
            self.nesting_left += 1;
            return Ok(false);
        }
        self.at -= 1;
        Err(ScanError::Malformed)
    }

    /// Steps over a key and its colon, and returns the key's text between the quotes.
    pub(crate) fn key(&mut self) -> Result<&'a [u8], ScanError> {
        if self.peek() != b'"' {
            return Err(ScanError::Malformed);
        }
        let start = self.at + 1;
        self.string()?;
        let key = &self.bytes[start..self.at - 1];
        self.skip_whitespace();
        if !self.take_byte(b':') {
            return Err(ScanError::Malformed);
        }
        self.skip_whitespace();
        Ok(key)
    }

    /// Steps over a string whose opening quote is next. Tells whether it holds escapes.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<bool, ScanError> {
        let mut at = self.at + 1;
        let mut has_escapes = false;
        loop {
            at = find_special(self.bytes, at).ok_or(ScanError::Malformed)?;
            match self.bytes[at] {
                b'"' => {
                    self.at = at + 1;
                    return Ok(has_escapes);
                }
                b'\\' => {
                    has_escapes = true;
                    at = match self.bytes.get(at + 1) {
                        Some(b'"' | b'\\' | b'n') => at + 2,
                        _ => self.escape(at + 1)?,
                    };
                }
                _ => return Err(ScanError::Malformed),
            }
        }
    }

    /// `at` is behind the backslash; returns where the escape ends.
    #[cold]
    fn escape(&mut self, at: usize) -> Result<usize, ScanError> {
        match self.bytes.get(at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
            Some(b'u') => {
                let unit = self.hex4(at + 1)?;
                match unit {
                    0xd800..0xdc00 => {
                        let is_pair =
                            self.bytes[at + 5..].starts_with(b"\\u") && matches!(self.hex4(at + 7)?, 0xdc00..0xe000);
                        self.is_unreadable |= !is_pair;
                        Ok(if is_pair { at + 11 } else { at + 5 })
                    }
                    0xdc00..0xe000 => {
                        self.is_unreadable = true;
                        Ok(at + 5)
                    }
                    _ => Ok(at + 5),
                }
            }
            _ => Err(ScanError::Malformed),
        }
    }

    fn hex4(&self, at: usize) -> Result<u32, ScanError> {
        let digits = self.bytes.get(at..at + 4).ok_or(ScanError::Malformed)?;
        digits.iter().try_fold(0, |value, &digit| {
            let digit = char::from(digit).to_digit(16).ok_or(ScanError::Malformed)?;
            Ok(value * 16 + digit)
        })
    }

    /// Steps over a number, which starts with a digit or a minus.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<Number, ScanError> {
        let start = self.at;
        let is_negative = self.take_byte(b'-');
        let digits_start = self.at;
        let mut value: u64 = 0;
        while let digit @ b'0'..=b'9' = self.peek() {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        let digits = self.at - digits_start;
        if digits == 0 || (digits > 1 && self.bytes[digits_start] == b'0') {
            return Err(ScanError::Malformed);
        }
        if !matches!(self.peek(), b'.' | b'e' | b'E') {
            // Eleven digits are more, or start with a zero.
            let is_int32 = digits <= 10 && value <= i32::MAX as u64 + u64::from(is_negative);
            self.is_unreadable |= digits > 200 && !self.is_finite(start);
            return Ok(Number { is_integer: true, is_int32 });
        }
        if self.take_byte(b'.') {
            self.digits()?;
        }
        if let b'e' | b'E' = self.peek() {
            self.at += 1;
            if let b'+' | b'-' = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.is_unreadable |= !self.is_finite(start);
        Ok(Number { is_integer: false, is_int32: false })
    }

    fn digits(&mut self) -> Result<(), ScanError> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err(ScanError::Malformed) } else { Ok(()) }
    }

    /// Whether the number that started there is one that a double can hold.
    fn is_finite(&self, start: usize) -> bool {
        let number = &self.bytes[start..self.at];
        if number.len() < 200 && !number.iter().any(|byte| matches!(byte, b'e' | b'E')) {
            return true;
        }
        let number = std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok());
        number.is_some_and(f64::is_finite)
    }

    pub(crate) fn literal(&mut self, expected: &[u8]) -> Result<(), ScanError> {
        if self.take(expected) { Ok(()) } else { Err(ScanError::Malformed) }
    }

    /// Steps over any value.
    pub(crate) fn skip_value(&mut self) -> Result<(), ScanError> {
        // One bit for each open object or list: whether it is an object.
        let mut is_object = [0_u64; NESTING_MAX as usize / 64];
        let mut depth = 0_usize;
        loop {
            let byte = self.peek();
            match byte {
                b'"' => _ = self.string()?,
                b'{' | b'[' => {
                    let end = byte + 2;
                    if self.open(end)? {
                        let (word, bit) = (depth / 64, 1 << (depth % 64));
                        is_object[word] = if byte == b'{' { is_object[word] | bit } else { is_object[word] & !bit };
                        depth += 1;
                        if byte == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => _ = self.number()?,
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                _ => return Err(ScanError::Malformed),
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let in_object = is_object[(depth - 1) / 64] & (1 << ((depth - 1) % 64)) != 0;
                if self.has_more(if in_object { b'}' } else { b']' })? {
                    if in_object {
                        self.key()?;
                    }
                    break;
                }
                depth -= 1;
            }
        }
    }
}

/// The first quote, backslash or control character from `at`, eight bytes at a time.
#[inline]
fn find_special(bytes: &[u8], mut at: usize) -> Option<usize> {
    const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    // A byte's high bit is set if that byte is zero; bytes above a zero byte may be wrong, the lowest never is.
    let zeros = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let controls = word.wrapping_sub(LOW * 0x20) & !word & HIGH;
        let found = zeros(word ^ (LOW * u64::from(b'"'))) | zeros(word ^ (LOW * u64::from(b'\\'))) | controls;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let found = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20)?;
    Some(at + found)
}

/// A JSON string's text (without quotes) that may hold escapes, decoded; `None` when it is no text.
pub(crate) fn unescape(raw: &[u8]) -> Option<String> {
    let mut text = Vec::with_capacity(raw.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        rest = after;
        match kind {
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'u' => {
                let digits = std::str::from_utf8(rest.get(..4)?).ok()?;
                units.push(u16::from_str_radix(digits, 16).ok()?);
                rest = &rest[4..];
                let is_half = units.len() == 1 && (0xd800..0xdc00).contains(&units[0]);
                if is_half && rest.starts_with(b"\\u") {
                    continue;
                }
                text.extend_from_slice(String::from_utf16(&units).ok()?.as_bytes());
                units.clear();
            }
            other => text.push(other),
        }
    }
    String::from_utf8(text).ok()
}

/// Whether a key in the text means that name.
#[inline]
pub(crate) fn is_key(raw: &[u8], name: &[u8]) -> bool {
    raw == name || (raw.contains(&b'\\') && unescape(raw).is_some_and(|text| text.as_bytes() == name))
}

//! Crockford's base32 of 128 bits: 26 characters whose byte order is the number's order.
//! Only the lower-case form is read, so that one id has one text.

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters of 128 bits; the first has only three bits to say.
pub(crate) const LENGTH: usize = 26;

pub(crate) fn encode(number: u128) -> [u8; LENGTH] {
    let mut text = [0; LENGTH];
    let mut rest = number;
    for character in text.iter_mut().rev() {
        *character = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    text
}

/// `None` for another length, an unknown character, or a number over 128 bits.
pub(crate) fn decode(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != LENGTH || bytes[0] > b'7' {
        return None;
    }
    bytes.iter().try_fold(0, |number: u128, character| {
        let digit = ALPHABET.iter().position(|known| known == character)?;
        Some((number << 5) | digit as u128)
    })
}

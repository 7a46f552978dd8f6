//! Which trace a request belongs to, in the words of W3C Trace Context level 1.
//!
//! Nothing is recorded here: the context is continued, so that the processes before and behind us can join their own
//! recordings, and its trace id stands in our log lines.

use std::fmt::Write as _;

const TRACE_STATE_MEMBERS_MAX: usize = 32;

/// The flag that asks those behind us to record.
const SAMPLED: u8 = 0x01;

/// One request's place in a trace: continued from the caller's headers, or the start of a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: String,
    caller_span_id: Option<String>,
    flags: u8,
    tracestate: Option<String>,
}

impl TraceContext {
    /// Continues the trace of these header values, or starts a new one where they are missing or broken.
    ///
    /// Several `tracestate` headers are one value with commas between them. A broken `tracestate` is dropped and the
    /// trace goes on; a broken `traceparent` takes the `tracestate` with it, because that describes another trace.
    pub fn from_traceparent(traceparent: Option<&str>, tracestate: Option<&str>) -> TraceContext {
        match traceparent.and_then(|header| read_traceparent(header.trim_matches([' ', '\t']))) {
            Some((trace_id, span_id, flags)) => TraceContext {
                trace_id: trace_id.to_owned(),
                caller_span_id: Some(span_id.to_owned()),
                flags: flags & SAMPLED,
                tracestate: tracestate.and_then(read_tracestate),
            },
            None => TraceContext::new(),
        }
    }

    /// The start of a new trace, marked as recorded: whoever samples by that flag behind us would record nothing else.
    pub fn new() -> TraceContext {
        TraceContext { trace_id: random_trace_id(), caller_span_id: None, flags: SAMPLED, tracestate: None }
    }

    /// 32 lower-case hexadecimal digits.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The caller's span, 16 lower-case hexadecimal digits; `None` where the trace starts here.
    pub fn caller_span_id(&self) -> Option<&str> {
        self.caller_span_id.as_deref()
    }

    /// A `traceparent` for one outgoing request: the same trace, and a span id that no other request has.
    pub fn child_traceparent(&self) -> String {
        let mut header = String::with_capacity(55);
        let _ = write!(header, "00-{}-{:016x}-{:02x}", self.trace_id, fastrand::u64(1..), self.flags);
        header
    }

    /// The caller's `tracestate`, to be sent along with [`TraceContext::child_traceparent`].
    pub fn tracestate(&self) -> Option<&str> {
        self.tracestate.as_deref()
    }
}

impl Default for TraceContext {
    fn default() -> Self {
        TraceContext::new()
    }
}

fn random_trace_id() -> String {
    format!("{:032x}", fastrand::u128(1..))
}

/// Trace id, span id and flags of a `traceparent` of any version that may be read as version 00.
fn read_traceparent(header: &str) -> Option<(&str, &str, u8)> {
    let version = header.get(0..2).filter(|text| is_lower_hex(text))?;
    let is_long_enough = header.len() == 55 || (version != "00" && header.as_bytes().get(55) == Some(&b'-'));
    if version == "ff" || !is_long_enough {
        return None;
    }
    let mut parts = header.get(3..55)?.split('-');
    let trace_id = parts.next().filter(|text| is_id(text, 32))?;
    let span_id = parts.next().filter(|text| is_id(text, 16))?;
    let flags = parts.next().filter(|text| text.len() == 2 && is_lower_hex(text))?;
    if header.as_bytes().get(2) != Some(&b'-') || parts.next().is_some() {
        return None;
    }
    Some((trace_id, span_id, u8::from_str_radix(flags, 16).ok()?))
}

fn is_id(text: &str, digits: usize) -> bool {
    text.len() == digits && is_lower_hex(text) && text.bytes().any(|byte| byte != b'0')
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The list with its empty members left out, or nothing when one member is wrong: half a list may mean something else.
fn read_tracestate(header: &str) -> Option<String> {
    let members: Vec<&str> =
        header.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty()).collect();
    let is_valid = !members.is_empty()
        && members.len() <= TRACE_STATE_MEMBERS_MAX
        && members.iter().all(|member| is_tracestate_member(member))
        && members.iter().enumerate().all(|(index, member)| {
            members[..index].iter().all(|earlier| tracestate_key(earlier) != tracestate_key(member))
        });
    is_valid.then(|| members.join(","))
}

fn tracestate_key(member: &str) -> &str {
    member.split('=').next().unwrap_or(member)
}

fn is_tracestate_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else {
        return false;
    };
    let is_value = !value.is_empty()
        && value.len() <= 256
        && value.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && byte != b',' && byte != b'=');
    is_value && is_tracestate_key(key)
}

fn is_tracestate_key(key: &str) -> bool {
    let is_name = |text: &str, bytes_max: usize, may_start_with_digit: bool| {
        let starts_well = match text.as_bytes().first() {
            Some(b'a'..=b'z') => true,
            Some(b'0'..=b'9') => may_start_with_digit,
            _ => false,
        };
        starts_well
            && text.len() <= bytes_max
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/'))
    };
    match key.split_once('@') {
        Some((tenant, system)) => is_name(tenant, 241, true) && is_name(system, 14, false),
        None => is_name(key, 256, false),
    }
}

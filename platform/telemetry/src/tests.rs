//! Trace context as its specification wants it, log filters, and the memory gauges.

use crate::{LogFilter, Metrics, TraceContext};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn continues_a_valid_trace() {
    let trace = TraceContext::from_traceparent(Some(PARENT), Some("vendor=abc, other@sys=1"));
    assert_eq!(trace.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(trace.caller_span_id(), Some("00f067aa0ba902b7"));
    assert_eq!(trace.tracestate(), Some("vendor=abc,other@sys=1"));
    let child = trace.child_traceparent();
    assert!(child.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && child.ends_with("-01"), "{child}");
    assert!(!child.contains("00f067aa0ba902b7"), "a child has its own span id: {child}");
    assert_ne!(child, trace.child_traceparent(), "each request has its own span id");
}

#[test]
fn keeps_an_unsampled_trace_unsampled_and_drops_unknown_flags() {
    let trace = TraceContext::from_traceparent(Some(&PARENT.replace("-01", "-00")), None);
    assert!(trace.child_traceparent().ends_with("-00"));
    let trace = TraceContext::from_traceparent(Some(&PARENT.replace("-01", "-ff")), None);
    assert!(trace.child_traceparent().ends_with("-01"));
}

#[test]
fn reads_the_known_part_of_later_versions() {
    for header in [PARENT.replacen("00", "01", 1), format!("{}-what-comes", PARENT.replacen("00", "cc", 1))] {
        let trace = TraceContext::from_traceparent(Some(&header), None);
        assert_eq!(trace.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736", "{header}");
        assert!(trace.child_traceparent().starts_with("00-"));
    }
}

#[test]
fn starts_a_new_trace_where_the_header_is_broken() {
    let broken = [
        "",
        "00",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b77-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        "0é-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ];
    for header in broken {
        let trace = TraceContext::from_traceparent(Some(header), Some("vendor=abc"));
        assert_eq!(trace.caller_span_id(), None, "{header}");
        assert_eq!(trace.tracestate(), None, "{header}");
        assert_eq!(trace.trace_id().len(), 32);
        assert_ne!(trace.trace_id(), TraceContext::new().trace_id());
    }
}

#[test]
fn drops_a_broken_tracestate_and_keeps_the_trace() {
    let many: Vec<String> = (0..33).map(|index| format!("k{index}=v")).collect();
    for tracestate in ["", "novalue", "Upper=1", "a=", "a=1,a=2", "a=b=c", "1digit=x", "a@1x=1", &many.join(",")] {
        let trace = TraceContext::from_traceparent(Some(PARENT), Some(tracestate));
        assert_eq!(trace.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(trace.tracestate(), None, "{tracestate}");
    }
}

#[test]
fn refuses_log_filters_that_would_silence_everything() {
    for filter in ["info", "WARN", "warn,hansa_server=debug", "off", "hansa_server::http=trace"] {
        assert!(filter.parse::<LogFilter>().is_ok(), "{filter}");
    }
    let error = "inof".parse::<LogFilter>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`inof` is no log level: use off, error, warn, info, debug or trace; did you mean `info`?"
    );
    assert!("hansa_server=loud".parse::<LogFilter>().is_err());
}

#[test]
#[cfg(target_os = "linux")]
fn metrics_text_shows_memory() {
    let text = Metrics::new().encode();
    let line = text.lines().find(|line| line.starts_with("process_resident_memory_bytes ")).unwrap();
    let bytes: u64 = line.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(bytes > 1024 * 1024, "{line}");
    assert!(text.contains("process_resident_memory_peak_bytes "));
    assert!(text.ends_with("# EOF\n"));
}

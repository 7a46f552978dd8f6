//! The stream of a context: made when it is first wanted, checked whenever it is there.

use super::{JetStream, VERSION_WITH_BATCHES, failed, stream_name};
use crate::bus::{BusError, StreamState, message::BODY_BYTES_MAX};
use async_nats::jetstream::{
    ErrorCode,
    context::GetStreamErrorKind,
    stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType, Stream},
};
use std::collections::HashMap;

/// Room for headers beside the body.
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// The metadata of a stream that says how many lanes its owner's log has.
const LANES: &str = "hansa.lanes";

impl JetStream {
    pub(in crate::bus) async fn declare(&self, context: &str, lanes: Option<i64>) -> Result<StreamState, BusError> {
        self.check_connected()?;
        let name = stream_name(context);
        let wanted = self.config(context, lanes);
        let stream = match self.context.get_stream(&name).await {
            Ok(stream) => stream,
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                    self.make(wanted.clone()).await?
                }
                _ => return Err(failed("look at the stream of a context")(error)),
            },
        };
        let info = stream.cached_info();
        check(&name, &info.config, &wanted)?;
        let known = lanes_of(info);
        // Who relays into it keeps it up to date.
        let has_news = lanes != known || (wanted.allow_atomic_publish && !info.config.allow_atomic_publish);
        if lanes.is_some() && has_news {
            let (metadata, allow_atomic_publish) = (wanted.metadata, wanted.allow_atomic_publish);
            let config = Config { metadata, allow_atomic_publish, ..info.config.clone() };
            self.context.update_stream(config).await.map_err(failed("note the lanes of a context"))?;
        }
        self.note_batches(
            context,
            wanted.allow_atomic_publish && (lanes.is_some() || info.config.allow_atomic_publish),
        );
        Ok(StreamState {
            made: format!("{:?}", info.created),
            first_sequence: info.state.first_sequence,
            last_sequence: info.state.last_sequence,
            lanes: lanes.or(known),
        })
    }

    /// Another process may be faster: then there is one already.
    async fn make(&self, wanted: Config) -> Result<Stream, BusError> {
        let name = wanted.name.clone();
        match self.context.create_stream(wanted).await {
            Ok(stream) => Ok(stream),
            Err(error) => match self.context.get_stream(&name).await {
                Ok(stream) => Ok(stream),
                Err(_) => Err(failed("make the stream of a context")(error)),
            },
        }
    }

    fn config(&self, context: &str, lanes: Option<i64>) -> Config {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let message_bytes_max = i32::try_from(BODY_BYTES_MAX + HEADER_BYTES_MAX).unwrap_or(i32::MAX);
        Config {
            name: stream_name(context),
            description: Some(format!("Events of the context `{context}`; made by Hansa.")),
            subjects: vec![format!("evt.{context}.>")],
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            max_age: self.settings.age_max,
            max_bytes: number(self.settings.stream_bytes_max),
            max_message_size: message_bytes_max,
            duplicate_window: self.settings.duplicate_window,
            allow_direct: true,
            allow_atomic_publish: self.version() >= VERSION_WITH_BATCHES,
            metadata: lanes.map(|lanes| HashMap::from([(LANES.to_owned(), lanes.to_string())])).unwrap_or_default(),
            ..Config::default()
        }
    }

    /// A stream that is there; nothing is asked for.
    pub(super) async fn stream(&self, context: &str) -> Result<Stream<()>, BusError> {
        self.check_connected()?;
        let stream = self.context.get_stream_no_info(stream_name(context)).await;
        stream.map_err(failed("use the stream of a context"))
    }
}

fn lanes_of(info: &Info) -> Option<i64> {
    info.config.metadata.get(LANES)?.parse().ok()
}

/// An operator may have made it, or changed it. What loses events, or lets others be published, is refused; more room or
/// more replicas are welcome.
fn check(name: &str, found: &Config, wanted: &Config) -> Result<(), BusError> {
    let mut differences = Vec::new();
    let mut exact = |setting: &str, found: String, wanted: String| {
        if found != wanted {
            differences.push(format!("{setting} is {found}, and must be {wanted}"));
        }
    };
    exact("subjects", format!("{:?}", found.subjects), format!("{:?}", wanted.subjects));
    exact("retention", format!("{:?}", found.retention), format!("{:?}", wanted.retention));
    exact("discard", format!("{:?}", found.discard), format!("{:?}", wanted.discard));
    exact("storage", format!("{:?}", found.storage), format!("{:?}", wanted.storage));
    // For these zero, or a negative number, means that there is no limit.
    let limits = [
        ("max_age", found.max_age.as_secs_f64(), wanted.max_age.as_secs_f64(), "s"),
        ("max_bytes", found.max_bytes as f64, wanted.max_bytes as f64, "bytes"),
        ("max_msg_size", f64::from(found.max_message_size), f64::from(wanted.max_message_size), "bytes"),
    ];
    for (setting, found, wanted, unit) in limits {
        if found > 0.0 && found < wanted {
            differences.push(format!("{setting} is {found} {unit}, and must be at least {wanted}"));
        }
    }
    if found.duplicate_window < wanted.duplicate_window {
        let (found, wanted) = (found.duplicate_window.as_secs_f64(), wanted.duplicate_window.as_secs_f64());
        differences.push(format!("duplicate_window is {found} s, and must be at least {wanted}"));
    }
    if found.max_messages > 0 || found.max_messages_per_subject > 0 {
        differences.push("it has a limit of messages, and must not have one".to_owned());
    }
    match differences.is_empty() {
        true => Ok(()),
        false => Err(BusError::OtherSettings { stream: name.to_owned(), differences: differences.join("; ") }),
    }
}

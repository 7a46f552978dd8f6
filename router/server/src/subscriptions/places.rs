//! How many sockets and streams there may be, of all clients and of each actor. A place is given back when it is dropped.

use super::SubscriptionsConfig;
use crate::{
    authentication::Caller, client_address::ClientAddress, client_error::ClientError, error_code::ErrorCode,
    metrics::subscriptions::SubscriptionMetrics,
};
use hashbrown::{HashMap, hash_map::Entry};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering::Relaxed},
};

#[derive(Debug)]
pub(crate) struct Places {
    limits: Limits,
    streams: AtomicU32,
    sockets: AtomicU32,
    actors: Mutex<HashMap<Actor, OfActor>>,
    metrics: SubscriptionMetrics,
}

#[derive(Debug)]
struct Limits {
    streams: u32,
    sockets: u32,
    sockets_of_actor: u32,
    streams_of_actor: u32,
}

/// Whose sockets and streams are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Actor {
    Subject(String),
    Client(String),
    /// Behind a proxy that does not say whom it speaks for: many, who are not counted together.
    Unknown,
}

#[derive(Debug, Default)]
struct OfActor {
    sockets: u32,
    /// Without a socket.
    streams: u32,
}

#[derive(Debug, Clone, Copy)]
enum Counted {
    Sockets,
    Streams,
}

/// One more socket of its actor.
#[derive(Debug)]
pub(crate) struct ActorPlace {
    places: Arc<Places>,
    actor: Actor,
    counted: Counted,
}

#[derive(Debug)]
pub(crate) struct SocketPlace(Arc<Places>);

#[derive(Debug)]
pub(crate) struct StreamPlace(Arc<Places>);

impl Actor {
    pub(crate) fn of(caller: &Caller, client: Option<ClientAddress>) -> Actor {
        match (&caller.claims.subject, client) {
            (Some(subject), _) => Actor::Subject(subject.clone()),
            (None, Some(client)) => Actor::Client(client.text()),
            (None, None) => Actor::Unknown,
        }
    }
}

impl Places {
    pub(crate) fn new(config: &SubscriptionsConfig, metrics: SubscriptionMetrics) -> Places {
        Places {
            limits: Limits {
                streams: config.streams_max,
                sockets: config.sockets_max,
                sockets_of_actor: config.sockets_per_actor_max,
                streams_of_actor: config.streams_per_socket_max,
            },
            streams: AtomicU32::new(0),
            sockets: AtomicU32::new(0),
            actors: Mutex::default(),
            metrics,
        }
    }

    pub(crate) fn socket(self: &Arc<Self>) -> Result<SocketPlace, ClientError> {
        self.metrics.sockets.inc();
        let place = SocketPlace(self.clone());
        match self.sockets.fetch_add(1, Relaxed) >= self.limits.sockets {
            true => Err(overloaded("the router has as many WebSockets as it takes; try again later")),
            false => Ok(place),
        }
    }

    pub(crate) fn stream(self: &Arc<Self>) -> Result<StreamPlace, ClientError> {
        self.metrics.streams.inc();
        let place = StreamPlace(self.clone());
        match self.streams.fetch_add(1, Relaxed) >= self.limits.streams {
            true => Err(overloaded("the router has as many subscriptions as it takes; try again later")),
            false => Ok(place),
        }
    }

    /// `None`: the actor has as many as it may.
    pub(crate) fn socket_of(self: &Arc<Self>, actor: Actor) -> Option<ActorPlace> {
        self.of_actor(actor, Counted::Sockets)
    }

    /// A stream without a socket.
    pub(crate) fn stream_of(self: &Arc<Self>, actor: Actor) -> Result<ActorPlace, ClientError> {
        self.of_actor(actor, Counted::Streams).ok_or_else(|| {
            let description = "there are as many subscriptions as one client may have; end one of them first";
            ClientError::new(ErrorCode::TooManySubscriptions, description)
        })
    }

    fn of_actor(self: &Arc<Self>, actor: Actor, counted: Counted) -> Option<ActorPlace> {
        if actor != Actor::Unknown {
            let mut actors = self.actors.lock().unwrap_or_else(PoisonError::into_inner);
            let of_actor = actors.entry(actor.clone()).or_default();
            let (count, max) = match counted {
                Counted::Sockets => (&mut of_actor.sockets, self.limits.sockets_of_actor),
                Counted::Streams => (&mut of_actor.streams, self.limits.streams_of_actor),
            };
            if *count >= max {
                return None;
            }
            *count += 1;
        }
        Some(ActorPlace { places: self.clone(), actor, counted })
    }
}

fn overloaded(description: &str) -> ClientError {
    ClientError::new(ErrorCode::Overloaded, description)
}

impl Drop for ActorPlace {
    fn drop(&mut self) {
        let mut actors = self.places.actors.lock().unwrap_or_else(PoisonError::into_inner);
        let Entry::Occupied(mut of_actor) = actors.entry(self.actor.clone()) else { return };
        match self.counted {
            Counted::Sockets => of_actor.get_mut().sockets -= 1,
            Counted::Streams => of_actor.get_mut().streams -= 1,
        }
        if let OfActor { sockets: 0, streams: 0 } = of_actor.get() {
            of_actor.remove();
        }
    }
}

impl Drop for SocketPlace {
    fn drop(&mut self) {
        self.0.sockets.fetch_sub(1, Relaxed);
        self.0.metrics.sockets.dec();
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Relaxed);
        self.0.metrics.streams.dec();
    }
}

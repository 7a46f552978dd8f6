//! Tries everything that can happen: requests and answers that are delivered in any order, late and twice, participants
//! that do or refuse, time that passes early. Participants keep the rules that a process relies on: a command has one
//! answer, and an undo that comes before its command is a tombstone.

use crate::{Answer, Happening, Kind, Outcome, Phase, Process, Requested, What, react, wake_at};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::folded;
use std::{
    collections::{BTreeMap, HashSet},
    fmt::Debug,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};
use uuid::Uuid;

/// How much may go wrong on one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Messages that are delivered and delivered again later.
    pub repeats: u32,
    /// How often the next timer rings before its time's messages have come.
    pub timers: u32,
    /// How often a notice comes, at any moment.
    pub notices: u32,
}

/// A search from a process that has begun.
pub struct Exploration<P: Process> {
    /// Tells whether an event is a request.
    pub request_of: fn(&P::Event) -> Option<Requested>,
    /// What a participant's answer to this step tells.
    pub detail: fn(&str, Outcome) -> P::Detail,
    /// Steps that a participant may refuse.
    pub may_refuse: fn(&str) -> bool,
    /// What takes back what a step did, one of which is enough: undos, or other steps. None where nothing can.
    pub undoes: fn(&str) -> &'static [(&'static str, Kind)],
    /// What comes from outside, at any moment.
    pub notices: Vec<P::Notice>,
    seen: HashSet<u64>,
    ends: BTreeMap<String, usize>,
}

/// What a participant has done for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Effective,
    Refused,
    /// It was done, and taken back.
    Undone,
    /// There was nothing to undo, and there will not be.
    Withdrawn,
}

#[derive(Debug, Clone, PartialEq)]
enum Message {
    Request(Requested),
    Answer { command_id: Uuid, step: String, outcome: Outcome },
}

struct World<P: Process> {
    events: Vec<P::Event>,
    state: P,
    at: DateTime<Utc>,
    participants: BTreeMap<String, Done>,
    messages: Vec<Message>,
    budget: Budget,
}

impl<P: Process + Debug + PartialEq> Exploration<P> {
    pub fn new(request_of: fn(&P::Event) -> Option<Requested>) -> Exploration<P> {
        Exploration {
            request_of,
            detail: |_, _| P::Detail::default(),
            may_refuse: |_| false,
            undoes: |_| &[],
            notices: Vec::new(),
            seen: HashSet::new(),
            ends: BTreeMap::new(),
        }
    }

    /// Another search of the same kind.
    pub fn again(&self) -> Exploration<P> {
        let Exploration { request_of, detail, may_refuse, undoes, ref notices, .. } = *self;
        let notices = notices.clone();
        Exploration { detail, may_refuse, undoes, notices, ..Exploration::new(request_of) }
    }

    /// Explores everything from these events on; gives how many paths ended in each phase, and how many states were seen.
    ///
    /// # Panics
    /// Where a path ends in a phase that does not fit what the participants have done, or does not end.
    pub fn explore(
        mut self,
        begun: &[P::Event],
        (at, budget): (DateTime<Utc>, Budget),
    ) -> (BTreeMap<String, usize>, usize) {
        let world = World {
            events: begun.to_vec(),
            state: folded(begun),
            at,
            participants: BTreeMap::new(),
            messages: begun.iter().filter_map(self.request_of).map(Message::Request).collect(),
            budget,
        };
        self.visit(world);
        (self.ends, self.seen.len())
    }

    fn visit(&mut self, world: World<P>) {
        if !self.seen.insert(fingerprint(&world)) {
            return;
        }
        if world.messages.is_empty() && !matches!(world.state.phase(), Phase::Completed | Phase::Compensated) {
            let next = self.rung(&world).expect("a process that waits for nobody and nothing never ends");
            return self.visit(next);
        }
        if world.messages.is_empty() {
            self.check_end(&world);
            *self.ends.entry(format!("{:?}", world.state.phase())).or_default() += 1;
        }
        for index in 0..world.messages.len() {
            for next in self.delivered(&world, index) {
                self.visit(next);
            }
        }
        if world.budget.timers > 0
            && let Some(mut next) = self.rung(&world)
        {
            next.budget.timers -= 1;
            self.visit(next);
        }
        for notice in self.notices.clone().into_iter().filter(|_| world.budget.notices > 0) {
            let mut next = copy(&world);
            next.budget.notices -= 1;
            self.happen(&mut next, What::Notice(notice));
            self.visit(next);
        }
    }

    /// What can come of the delivery of one message: it is gone then, or comes again.
    fn delivered(&self, world: &World<P>, index: usize) -> Vec<World<P>> {
        let mut worlds = Vec::new();
        for is_repeated in [false, true] {
            let mut next = copy(world);
            let message = next.messages.remove(index);
            if is_repeated {
                if world.budget.repeats == 0 {
                    continue;
                }
                next.budget.repeats -= 1;
                next.messages.push(message.clone());
            }
            match message {
                Message::Answer { command_id, step, outcome } => {
                    let detail = (self.detail)(&step, outcome);
                    self.happen(&mut next, What::Answer(Answer { command_id, outcome, detail }));
                    worlds.push(next);
                }
                Message::Request(request) => worlds.extend(self.handled(next, &request)),
            }
        }
        worlds
    }

    /// A participant gets a request.
    fn handled(&self, world: World<P>, request: &Requested) -> Vec<World<P>> {
        let known = world.participants.get(&request.step).copied();
        let choices = match (request.kind, known) {
            (Kind::Undo, Some(Done::Effective | Done::Undone)) => vec![Done::Undone],
            (Kind::Undo, _) => vec![Done::Withdrawn],
            (Kind::Do, Some(known)) => vec![known],
            (Kind::Do, None) if (self.may_refuse)(&request.step) => vec![Done::Effective, Done::Refused],
            (Kind::Do, None) => vec![Done::Effective],
        };
        let world = &world;
        let worlds = choices.into_iter().map(|done| {
            let mut next = copy(world);
            next.participants.insert(request.step.clone(), done);
            let is_done = done == Done::Effective || request.kind == Kind::Undo;
            let outcome = if is_done { Outcome::Done } else { Outcome::Refused };
            next.messages.push(Message::Answer { command_id: request.command_id, step: request.step.clone(), outcome });
            next
        });
        worlds.collect()
    }

    /// The next timer rings; `None` where there is none.
    fn rung(&self, world: &World<P>) -> Option<World<P>> {
        let mut next = copy(world);
        next.at = wake_at(&world.state)?.max(world.at);
        self.happen(&mut next, What::Clock);
        Some(next)
    }

    fn happen(&self, world: &mut World<P>, what: What<P::Detail, P::Notice>) {
        let events = react(&world.state, Happening { at: world.at, what });
        for event in &events {
            world.state.evolve(event);
            world.messages.extend((self.request_of)(event).map(Message::Request));
        }
        world.events.extend(events);
        // A process that is stopped here and loaded again is the same.
        assert_eq!(folded::<P>(&world.events), world.state);
        let snapshot = serde_json::to_value(&world.state).expect("states of processes serialise");
        assert_eq!(serde_json::from_value::<P>(snapshot).ok().as_ref(), Some(&world.state));
    }

    /// Completed: everything is done, and nothing of it taken back. Compensated: whatever any participant did is taken back, asked for by the process as it
    /// is now or not.
    fn check_end(&self, world: &World<P>) {
        let is = |step: &str, done| world.participants.get(step) == Some(&done);
        let is_taken_back = |step: &str| {
            let done = |kind| if kind == Kind::Do { Done::Effective } else { Done::Undone };
            (self.undoes)(step).iter().any(|(other, kind)| is(other, done(*kind)))
        };
        match world.state.phase() {
            Phase::Completed => {
                for step in world.state.route() {
                    let is_done = is(&step.name, Done::Effective) && !is_taken_back(&step.name);
                    assert!(is_done, "completed without {}: {:#?}", step.name, world.state);
                }
            }
            _ => {
                for step in world.participants.keys().filter(|step| is(step, Done::Effective)) {
                    assert!(is_taken_back(step), "{step} is not undone: {:#?}", world.state);
                }
            }
        }
        assert_eq!(wake_at(&world.state), None, "nothing is left to wait for: {:#?}", world.state);
    }
}

fn copy<P: Process>(world: &World<P>) -> World<P> {
    let World { events, state, at, participants, messages, budget } = world;
    let (participants, messages) = (participants.clone(), messages.clone());
    World { events: events.clone(), state: state.clone(), at: *at, participants, messages, budget: *budget }
}

fn fingerprint<P: Process + Debug>(world: &World<P>) -> u64 {
    let mut messages: Vec<String> = world.messages.iter().map(|message| format!("{message:?}")).collect();
    messages.sort();
    let text = format!("{:?} {} {:?} {messages:?} {:?}", world.state, world.at, world.participants, world.budget);
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl<P: Process> std::fmt::Debug for Exploration<P> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Exploration").field("seen", &self.seen.len()).finish_non_exhaustive()
    }
}

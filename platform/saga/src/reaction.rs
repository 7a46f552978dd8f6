//! What follows from what happens to a process. Pure: the same state and the same happening give the same events.

use crate::{Answer, Answered, Happening, Kind, Outcome, Phase, Process, Requested, Step, What, command_id};
use chrono::{DateTime, Utc};

/// More events of one happening are a mistake of the process: it asks and turns in a circle.
const EVENTS_MAX: usize = 64;

/// A process in the middle of a reaction.
struct Turn<P: Process> {
    state: P,
    events: Vec<P::Event>,
    at: DateTime<Utc>,
}

/// The events that follow. None at all where the happening says nothing new.
pub fn react<P: Process>(process: &P, happening: Happening<P::Detail, P::Notice>) -> Vec<P::Event> {
    let mut turn = Turn { state: process.clone(), events: Vec::new(), at: happening.at };
    match happening.what {
        What::Answer(answer) => turn.answer(answer),
        What::Notice(notice) => turn.add_all(process.notice(notice, happening.at)),
        What::Clock => turn.clock(),
    }
    while turn.events.len() < EVENTS_MAX {
        let Some(event) = turn.next() else { break };
        turn.add(event);
    }
    turn.events
}

/// When the process has to be told the time; `None` where it waits for nothing.
pub fn wake_at<P: Process>(process: &P) -> Option<DateTime<Utc>> {
    let ledger = process.ledger();
    let sent = |kind| ledger.waiting(kind).map(|(_, asked)| asked.resend_at);
    let forth = sent(Kind::Do).filter(|_| sends_forth_again(process.phase()));
    forth.chain(sent(Kind::Undo)).chain(process.alarms()).min()
}

/// While a process turns back, nobody repeats what is about to be undone.
fn sends_forth_again(phase: Phase) -> bool {
    matches!(phase, Phase::Forward | Phase::Completed)
}

impl<P: Process> Turn<P> {
    fn add(&mut self, event: P::Event) {
        self.state.evolve(&event);
        self.events.push(event);
    }

    fn add_all(&mut self, events: Vec<P::Event>) {
        for event in events {
            self.add(event);
        }
    }

    fn answer(&mut self, Answer { command_id, outcome, detail }: Answer<P::Detail>) {
        let ledger = self.state.ledger();
        let Some((step, kind)) = ledger.find(command_id) else { return };
        if ledger.takes(step, kind, outcome) {
            let answered = Answered { command_id, step: step.to_owned(), kind, outcome };
            self.add(self.state.answer(answered, detail));
        }
    }

    fn clock(&mut self) {
        self.add_all(self.state.overdue(self.at));
        for (kind, step) in self.unanswered() {
            let Some(asked) = self.state.ledger().asked(&step.name, kind).cloned() else { continue };
            let event = match step.retry(kind).is_spent(asked.attempt) {
                true => {
                    let (command_id, step, outcome) = (asked.command_id, step.name, Outcome::TimedOut);
                    self.state.answer(Answered { command_id, step, kind, outcome }, P::Detail::default())
                }
                false => self.requested(&step, (kind, asked.attempt + 1)),
            };
            self.add(event);
        }
    }

    /// Steps whose answers should be here by now.
    fn unanswered(&self) -> Vec<(Kind, Step)> {
        let state = &self.state;
        let mut steps = state.route();
        steps.extend(state.undoing());
        steps.extend(state.beside());
        let find = |name: &str| steps.iter().find(|step| step.name == name).cloned();
        let kinds = [Kind::Do, Kind::Undo].into_iter();
        let kinds = kinds.filter(|kind| *kind == Kind::Undo || sends_forth_again(state.phase()));
        let late = kinds.flat_map(|kind| state.ledger().waiting(kind).map(move |(name, asked)| (kind, name, asked)));
        late.filter(|(_, _, asked)| asked.resend_at <= self.at)
            .filter_map(|(kind, name, _)| Some((kind, find(name)?)))
            .collect()
    }

    fn next(&self) -> Option<P::Event> {
        let state = &self.state;
        match state.phase() {
            Phase::NotBegun => None,
            Phase::Completed => state.turns_back(),
            Phase::Forward => state.turns_back().or_else(|| self.step_beside()).or_else(|| self.step_forward()),
            Phase::Compensating => Some(match self.step_to_undo() {
                Some(step) => self.undo(&step)?,
                None => state.compensate(),
            }),
            // What was refused and is done after all.
            Phase::Compensated => self.step_to_undo().and_then(|step| self.undo(&step)),
        }
    }

    fn step_forward(&self) -> Option<P::Event> {
        let ledger = self.state.ledger();
        match self.state.route().into_iter().find(|step| !ledger.is_done(&step.name)) {
            None => Some(self.state.complete()),
            Some(step) if ledger.asked(&step.name, Kind::Do).is_some() => None,
            Some(step) => Some(self.requested(&step, (Kind::Do, 1))),
        }
    }

    fn step_beside(&self) -> Option<P::Event> {
        let step = self.state.asks_beside()?;
        let is_asked = self.state.ledger().asked(&step.name, Kind::Do).is_some();
        (!is_asked).then(|| self.requested(&step, (Kind::Do, 1)))
    }

    fn step_to_undo(&self) -> Option<Step> {
        self.state.undoing().into_iter().find(|step| self.state.ledger().needs_undo(&step.name))
    }

    /// The request, or nothing where it was made before and its answer is still to come.
    fn undo(&self, step: &Step) -> Option<P::Event> {
        let is_asked = self.state.ledger().asked(&step.name, Kind::Undo).is_some();
        (!is_asked).then(|| self.requested(step, (Kind::Undo, 1)))
    }

    fn requested(&self, step: &Step, (kind, attempt): (Kind, u32)) -> P::Event {
        let id = |kind| command_id(self.state.uuid(), &step.name, kind);
        self.state.request(Requested {
            command_id: id(kind),
            step: step.name.clone(),
            kind,
            attempt,
            resend_at: self.at + step.retry(kind).wait(id(kind), attempt),
            undoes: (kind == Kind::Undo).then(|| id(Kind::Do)),
        })
    }
}

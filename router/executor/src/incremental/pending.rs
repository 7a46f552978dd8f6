//! Which fragments and streams are pending at which rows, and when they are complete.
//!
//! A fragment's data at a row are delivered together: when all fetches of all its parts have ended. One that fails takes back
//! what was its own alone, and clients never hear of the fragments inside it.

use super::delivery::Delivery;
use crate::notes::{Instance, Source, State, Work, WorkItem};
use hansa_query_planner::plan::{PartId, PartKind};

impl Delivery<'_> {
    fn instance(&self, index: u32) -> &Instance {
        &self.engine.notes.instances[index as usize]
    }

    /// Under whose names a work item is delivered.
    pub(super) fn instances_of(&self, item: WorkItem) -> impl Iterator<Item = u32> {
        let stream = match item.work {
            Work::Items { instance, .. } => Some(instance),
            Work::Fields(_) => None,
        };
        let fragments = match &self.plan().parts[item.part as usize].kind {
            PartKind::Deferred(fragments) => &fragments[..],
            PartKind::Initial | PartKind::Streamed => &[],
        };
        let notes = &self.engine.notes;
        let begun = fragments.iter().filter_map(move |fragment| notes.instance_of(fragment.0, item.scope));
        stream.into_iter().chain(begun)
    }

    /// The fragment that one is in, where it has begun.
    fn enclosing(&self, instance: &Instance) -> Option<u32> {
        let Source::Fragment(fragment) = instance.source else { return None };
        let within = self.plan().fragments[fragment as usize].within?;
        self.engine.notes.instance_of(within.0, instance.outer)
    }

    /// Whether it has failed, or is inside one that has.
    fn is_dead(&self, index: u32) -> bool {
        let mut next = Some(index);
        while let Some(index) = next {
            let instance = self.instance(index);
            if instance.state == State::Failed {
                return true;
            }
            next = self.enclosing(instance);
        }
        false
    }

    pub(super) fn has_died(&self, item: WorkItem) -> bool {
        self.instances_of(item).all(|instance| self.is_dead(instance))
    }

    /// Whether clients may hear of what is inside. One without anything to deliver is passed over.
    fn lets_through(&self, enclosing: Option<u32>) -> bool {
        let mut next = enclosing;
        while let Some(index) = next {
            let instance = self.instance(index);
            match instance.state {
                State::Complete => return true,
                State::Waiting if instance.open_items == 0 => next = self.enclosing(instance),
                State::Waiting | State::Pending | State::Failed => return false,
            }
        }
        true
    }

    pub(super) fn is_deliverable(&self, item: WorkItem, ended_fragments: &[bool]) -> bool {
        self.instances_of(item).any(|index| {
            let instance = self.instance(index);
            let has_ended = match instance.source {
                Source::Fragment(fragment) => ended_fragments[fragment as usize],
                Source::Stream(stream) => self.engine.has_ended(self.engine.plan.write.streams[stream as usize].part),
            };
            instance.state == State::Pending && has_ended
        })
    }

    /// By fragment: whether all fetches for it have ended.
    pub(super) fn ended_fragments(&self) -> Vec<bool> {
        let fragments = self.plan().fragments.iter();
        fragments.map(|fragment| fragment.parts.iter().all(|&part| self.part_has_ended(part))).collect()
    }

    /// With the streams around it, whose items it may be part of.
    fn part_has_ended(&self, part: PartId) -> bool {
        let parts = &self.plan().parts;
        let mut next = Some(part);
        while let Some(part) = next {
            if !self.engine.has_ended(part.0) {
                return false;
            }
            next = parts[part.0 as usize].within.filter(|around| parts[around.0 as usize].kind == PartKind::Streamed);
        }
        true
    }

    /// Takes over what was noted while writing. A stream may bring more for a fragment that is complete: it begins again.
    pub(super) fn enqueue_noted(&mut self) {
        for item in std::mem::take(&mut self.engine.notes.items) {
            let named: Vec<u32> = self.instances_of(item).collect();
            for index in named {
                if self.instance(index).state == State::Complete {
                    self.engine.notes.begin_again(index, item);
                }
            }
            let instances: Vec<u32> = self.instances_of(item).collect();
            for &index in &instances {
                self.engine.notes.instances[index as usize].open_items += 1;
            }
            if !instances.is_empty() {
                self.queues[item.part as usize].push(item);
            }
        }
        let known = self.known_instances..self.engine.notes.instances.len();
        self.known_instances = known.end;
        self.waiting.extend(known.map(|index| index as u32));
    }

    /// Names what clients may know of now.
    pub(super) fn announce(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut announced = Vec::new();
        waiting.retain(|&index| {
            let instance = self.instance(index);
            if instance.state != State::Waiting || self.is_dead(index) {
                return false;
            }
            let is_announced = instance.open_items > 0 && self.lets_through(self.enclosing(instance));
            if is_announced {
                announced.push(index);
            }
            !is_announced
        });
        self.waiting = waiting;
        for &index in &announced {
            let instance = &mut self.engine.notes.instances[index as usize];
            (instance.state, instance.id) = (State::Pending, Some(self.next_id));
            self.next_id += 1;
        }
        self.written.announced.extend(announced);
    }

    /// After everything that can be delivered has been written, from entry `first` on: what is complete, and what has failed.
    pub(super) fn settle(&mut self, first: usize) {
        for entry in first..self.written.items.len() {
            if !self.written.texts[entry].stands {
                self.fail(self.written.items[entry]);
            }
        }
        let mut died = Vec::new();
        for entry in first..self.written.items.len() {
            let item = self.written.items[entry];
            if self.written.texts[entry].stands && self.has_died(item) {
                self.written.texts[entry].stands = false;
                died.push(self.written.texts[entry].range());
            }
        }
        self.engine.notes.fail_in(&died);
        let texts = &self.written.texts;
        self.engine.refused.forget_lost(|entry| !texts[entry as usize].stands);
        for entry in first..self.written.items.len() {
            let item = self.written.items[entry];
            if self.written.texts[entry].stands {
                self.written.texts[entry].name = self.name_of(item);
                self.complete(item);
            }
        }
    }

    /// The instance under whose name an item is delivered: the one from which its path is shortest.
    fn name_of(&self, item: WorkItem) -> Option<u32> {
        let named = self.instances_of(item).filter(|&index| self.instance(index).id.is_some());
        named.reduce(|best, index| {
            let rank = |index: u32| (self.instance(index).state != State::Failed, self.instance(index).path.len());
            if rank(index) > rank(best) { index } else { best }
        })
    }

    fn fail(&mut self, item: WorkItem) {
        let instances: Vec<u32> = self.instances_of(item).collect();
        for index in instances {
            let instance = &mut self.engine.notes.instances[index as usize];
            let state = std::mem::replace(&mut instance.state, State::Failed);
            if state == State::Pending {
                self.written.failed.push(index);
            }
        }
    }

    fn complete(&mut self, item: WorkItem) {
        let instances: Vec<u32> = self.instances_of(item).collect();
        for index in instances {
            let instance = &mut self.engine.notes.instances[index as usize];
            instance.open_items -= 1;
            if instance.open_items == 0 && instance.state == State::Pending {
                instance.state = State::Complete;
                self.written.completed.push(index);
            }
        }
    }
}

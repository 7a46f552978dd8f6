//! Which of several ways that give the same the solver takes. All of them must give the same answer: a plan made by
//! another preference is a second opinion, to be compared with the first.
//!
//! Only the comparison of ways changes. What counts as a way does not, nor that ways which give the whole come before
//! ways which give a part, so that every preference plans what the cheapest one does.

use super::{Cost, Solver, site::Site};
use crate::selections::Item;
use hansa_federation::{FieldSetSelection, SubgraphId};
use hansa_query_graph::Resolver;

/// How the planner chooses among plans that are equally complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Preference {
    /// The shortest chain of fetches, then the fewest fetches.
    #[default]
    Cheapest,
    /// A plan that is right and that nobody would choose: other subgraphs, other keys. Each seed is a choice of its own;
    /// equal seeds choose alike. It may need many more fetches, so it is for tests and never for clients.
    Alternative(u64),
}

/// Of two ways the one with the lower rank is taken.
pub(super) type Rank = (u64, Cost);

/// What an [`Preference::Alternative`] does is in the lowest bits of its seed.
const STYLES: u64 = 4;
const AWAY_FROM_HERE: u64 = 0;
const MOST_EXPENSIVE: u64 = 1;

impl Preference {
    /// Ranks a way to get an item: from `subgraph`, which may be the one at hand.
    pub(super) fn rank(self, site: Site, item: &Item, (subgraph, cost): (Option<SubgraphId>, Cost)) -> Rank {
        let Preference::Alternative(seed) = self else { return (0, cost) };
        match seed % STYLES {
            AWAY_FROM_HERE => (u64::from(subgraph == site.held), cost),
            MOST_EXPENSIVE => (u64::MAX - weight(cost), cost),
            _ => (hash(seed, &[site_text(site), subgraph_text(subgraph)], &item.name), cost),
        }
    }

    /// Ranks the keys, or the ways to the real types, of one site.
    pub(super) fn rank_of_entry(self, site: Site, (number, cost): (usize, Cost)) -> Rank {
        let Preference::Alternative(seed) = self else { return (0, cost) };
        match seed % STYLES {
            MOST_EXPENSIVE => (u64::MAX - weight(cost), cost),
            _ => (hash(seed, &[site_text(site), number as u64], "entry"), cost),
        }
    }

    /// Whether it matters what else there is besides the cheapest.
    pub(super) fn compares_with_here(self) -> bool {
        self != Preference::Cheapest
    }

    /// Whether a way that costs more never has the lower rank.
    pub(super) fn is_bounded_by_cost(self) -> bool {
        self == Preference::Cheapest
    }

    /// Whether leaves with the same choice are kept together.
    pub(super) fn joins_leaves(self) -> bool {
        match self {
            Preference::Cheapest => true,
            Preference::Alternative(seed) => seed % STYLES <= MOST_EXPENSIVE,
        }
    }

    /// Whether sets of subgraphs are compared once all items have a place.
    pub(super) fn compares_subsets(self, is_complete: bool) -> bool {
        self == Preference::Cheapest || !is_complete
    }

    /// The length of the chains that are tried first.
    pub(super) fn chain_length_min(self) -> usize {
        match self {
            Preference::Cheapest => 1,
            Preference::Alternative(seed) => 1 + (seed / STYLES % 2) as usize,
        }
    }
}

impl Solver<'_> {
    /// Whether an item that is all in the answer at hand is compared with what other subgraphs give.
    pub(super) fn has_choice(&self, site: Site, item: &Item) -> bool {
        let mut resolvers = self.graph.resolvers(site.ty, &item.name).iter();
        self.preference.compares_with_here()
            && resolvers.any(|resolver| self.is_worth_asking(site, (item, *resolver), site.held))
    }

    /// Whether a subgraph is asked for an item that is all in the answer of `all_here`: not the same one again, and not
    /// for what it is told in the question. Many know no more of an entity than its key, and have no answer at all.
    pub(super) fn is_worth_asking(
        &self,
        site: Site,
        (item, resolver): (&Item, Resolver),
        all_here: Option<SubgraphId>,
    ) -> bool {
        let graph = self.graph;
        let Some(here) = all_here else { return true };
        if here == resolver.subgraph || !self.preference.compares_with_here() {
            return here != resolver.subgraph;
        }
        let mut entries =
            graph.entries(site.ty, resolver.subgraph).filter(|entry| entry.entered_as == resolver.declared_on);
        let is_item =
            |part: &FieldSetSelection| matches!(part, FieldSetSelection::Field(field) if field.name == item.name);
        item.child.is_some() || !entries.all(|entry| graph.key(entry).fields.selections.iter().any(is_item))
    }
}

fn weight(cost: Cost) -> u64 {
    let bounded = |number: u32| u64::from(number.min((1 << 20) - 1));
    bounded(cost.depth) << 40 | bounded(cost.fetches) << 20 | bounded(cost.fields)
}

fn site_text(site: Site) -> u64 {
    u64::from(site.ty.0) << 20 | subgraph_text(site.held)
}

fn subgraph_text(subgraph: Option<SubgraphId>) -> u64 {
    subgraph.map_or(0, |subgraph| u64::from(subgraph.0) + 1)
}

/// FNV-1a with a finish that spreads neighbouring seeds: the same on every machine.
fn hash(seed: u64, numbers: &[u64], name: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let bytes = [seed].into_iter().chain(numbers.iter().copied()).flat_map(u64::to_le_bytes);
    for byte in bytes.chain(name.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

//! What goes wrong between router and subgraphs, beyond what the world itself says: broken answers, answers with holes,
//! lies that can be noticed. Which answers, and how, follows from the seed and the request alone, not from the order in
//! which requests come.

use crate::{
    counters::Counters,
    random::Random,
    world::{Failing, SubgraphIndex, Ty, World},
};
use bytes::Bytes;
use hansa_executor::{SubgraphResponse, TransportError, codes};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// The subgraphs of one run that misbehave.
#[derive(Debug, Clone)]
pub(crate) struct Spoils {
    subgraphs: BTreeSet<SubgraphIndex>,
    seed: u64,
}

/// What happens to one answer.
#[derive(Debug, Clone)]
pub(crate) struct AnswerSpoils {
    random: Random,
    /// Chances in percent that a field, an entity or a `__typename` is spoilt.
    field_percent: usize,
    entity_percent: usize,
    typename_percent: usize,
    /// Errors do not tell where they are.
    pub is_pathless: bool,
    pub broken: Option<Breakage>,
    /// Something is missing, and no error tells of it.
    pub is_silent: bool,
    /// Something is other than it should be.
    pub is_spoilt: bool,
}

/// Ways in which a whole answer can be of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breakage {
    NoConnection,
    Timeout,
    Status,
    StatusWithErrors,
    NotJson,
    Truncated,
    Empty,
    NotUtf8,
    TooDeep,
    TrailingText,
    NoObject,
    NoMembers,
    NullData,
    NullDataWithErrors,
    ErrorsWithoutData,
    DataNoObject,
}

const BREAKAGES: [Breakage; 16] = [
    Breakage::NoConnection,
    Breakage::Timeout,
    Breakage::Status,
    Breakage::StatusWithErrors,
    Breakage::NotJson,
    Breakage::Truncated,
    Breakage::Empty,
    Breakage::NotUtf8,
    Breakage::TooDeep,
    Breakage::TrailingText,
    Breakage::NoObject,
    Breakage::NoMembers,
    Breakage::NullData,
    Breakage::NullDataWithErrors,
    Breakage::ErrorsWithoutData,
    Breakage::DataNoObject,
];

impl Spoils {
    pub(crate) fn new(world: &World, mut random: Random) -> Spoils {
        let all: Vec<SubgraphIndex> = (0..world.subgraphs.len()).collect();
        let count = if random.chance(70) { 1 } else { random.between(1, all.len()) };
        Spoils { subgraphs: random.some_of(&all, count).into_iter().collect(), seed: random.next() }
    }

    /// `None`: the answer stays as it is.
    pub(crate) fn of_answer(&self, subgraph: SubgraphIndex, fetch: u32) -> Option<AnswerSpoils> {
        if !self.subgraphs.contains(&subgraph) {
            return None;
        }
        let mut random = Random::part(self.seed, u64::from(fetch));
        let percents = [0, 0, 2, 8, 30];
        let mut percent = || percents[random.below(percents.len())];
        let (field_percent, entity_percent, typename_percent) = (percent(), percent(), percent());
        let broken = random.chance(30).then(|| Breakage::pick(&mut random));
        Some(AnswerSpoils {
            field_percent,
            entity_percent,
            typename_percent,
            is_pathless: random.chance(25),
            broken,
            is_silent: false,
            is_spoilt: broken.is_some(),
            random,
        })
    }
}

/// Where in an answer a value stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldPlace {
    /// A field's value, and no item of a list.
    pub is_whole: bool,
    /// It goes into a key, a requirement or a context, or several subgraphs give it.
    pub is_input: bool,
}

/// What becomes of one entity, or of the list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntitySpoil {
    NullWithError,
    Null,
    NoObject,
}

/// What becomes of the list of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntitiesSpoil {
    Null,
    NullWithError,
    TooShort,
    TooLong,
    NoList,
}

impl AnswerSpoils {
    /// How the field fails, if it does. `merged` is its type for the router. Null where none may be is not noticed before
    /// the answer is written, and so not done to keys and to what computed fields need.
    pub(crate) fn field(&mut self, (declared, merged): (&Ty, &Ty), at: FieldPlace, world: &World) -> Option<Failing> {
        if !self.random.chance(self.field_percent) {
            return None;
        }
        self.is_spoilt = true;
        let mut choices = vec![Failing::Reported, Failing::Reported];
        if world.scalars.iter().all(|scalar| scalar != declared.name()) {
            choices.push(Failing::Misfit);
        }
        if merged.is_non_null() && !at.is_input {
            choices.push(Failing::SilentNull);
        }
        if at.is_whole {
            choices.push(Failing::LeftOut);
        }
        self.random.pick(&choices).copied()
    }

    /// Where `may_be_unknown` is false, null comes with an error: as a context's value, null without one would count.
    pub(crate) fn entity(&mut self, may_be_unknown: bool) -> Option<EntitySpoil> {
        if !self.random.chance(self.entity_percent) {
            return None;
        }
        self.is_spoilt = true;
        let mut spoil = [EntitySpoil::NullWithError, EntitySpoil::Null, EntitySpoil::NoObject][self.random.below(3)];
        if spoil == EntitySpoil::Null && !may_be_unknown {
            spoil = EntitySpoil::NullWithError;
        }
        self.is_silent |= spoil == EntitySpoil::Null;
        Some(spoil)
    }

    pub(crate) fn entities(&mut self) -> Option<EntitiesSpoil> {
        const ALL: [EntitiesSpoil; 5] = [
            EntitiesSpoil::Null,
            EntitiesSpoil::NullWithError,
            EntitiesSpoil::TooShort,
            EntitiesSpoil::TooLong,
            EntitiesSpoil::NoList,
        ];
        if !self.random.chance(self.entity_percent / 2) {
            return None;
        }
        self.is_spoilt = true;
        self.random.pick(&ALL).copied()
    }

    pub(crate) fn typename(&mut self) -> Option<Json> {
        if !self.random.chance(self.typename_percent) {
            return None;
        }
        self.is_spoilt = true;
        Some([json!("Nobody"), Json::Null, json!(5), json!({})][self.random.below(4)].clone())
    }

    pub(crate) fn misfit(&mut self, world: &World, ty: &Ty) -> Json {
        misfit(world, ty, self.random.below(4))
    }

    /// An error in one of the ways in which servers write them.
    pub(crate) fn error(&mut self, message: &str, path: &[Json]) -> Json {
        let mut error = match self.random.below(6) {
            0 => json!({}),
            1 => json!({"message": 5, "extensions": "none"}),
            2 => json!({"message": message, "extensions": {"code": "OWN_CODE", "service": "x"}}),
            3 => json!({"message": message, "extensions": {"code": 7}, "locations": null}),
            _ => json!({"message": message, "locations": [{"line": 1, "column": 2}]}),
        };
        if !self.is_pathless {
            error["path"] = Json::from(path);
        }
        error
    }
}

/// A value that the type does not allow.
pub(crate) fn misfit(world: &World, ty: &Ty, choice: usize) -> Json {
    let choices = match ty.nullable() {
        Ty::List(_) => [json!("no list"), json!({"no": "list"}), json!(1), json!(true)],
        named => match named.name() {
            "Int" => [json!("7"), json!(2_147_483_648_i64), json!(1.5), json!([1])],
            "Float" => [json!("1.5"), json!(true), json!({}), json!([])],
            "String" => [json!(5), json!(false), json!({"text": "x"}), json!(["x"])],
            "Boolean" => [json!("true"), json!(1), json!({}), json!([true])],
            "ID" => [json!(1.5), json!(true), json!({"id": 1}), json!(["x"])],
            name if world.is_leaf(name) => [json!("NOBODY"), json!(3), json!({}), json!(["RED"])],
            _ => [json!("no object"), json!(5), json!([]), json!(true)],
        },
    };
    choices[choice % choices.len()].clone()
}

impl Breakage {
    pub(crate) fn pick(random: &mut Random) -> Breakage {
        BREAKAGES[random.below(BREAKAGES.len())]
    }

    /// What arrives instead of `body`.
    pub(crate) fn apply(self, body: &[u8], counters: &Counters) -> Result<SubgraphResponse, TransportError> {
        counters.saw(self.feature());
        let whole = |status, body: &[u8]| Ok(SubgraphResponse { status, body: Bytes::copy_from_slice(body) });
        let text = |status, text: &str| whole(status, text.as_bytes());
        let error = |code, message: &str| Err(TransportError { code, message: message.to_owned() });
        match self {
            Breakage::NoConnection => error(codes::DOWNSTREAM_UNAVAILABLE, "no connection"),
            Breakage::Timeout => error(codes::TIMEOUT, "no answer in time"),
            Breakage::Status => text(503, "<html>busy</html>"),
            Breakage::StatusWithErrors => text(500, r#"{"errors":[{"message":"out of order"}]}"#),
            Breakage::NotJson => text(200, "data: none"),
            Breakage::Truncated => whole(200, &body[..body.len() / 2]),
            Breakage::Empty => text(200, ""),
            Breakage::NotUtf8 => whole(200, &[body, b"\xff"].concat()),
            Breakage::TooDeep => {
                let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
                let head = body.strip_suffix(b"}").unwrap_or(body);
                whole(200, &[head, b",\"extensions\":", deep.as_bytes(), b"}"].concat())
            }
            Breakage::TrailingText => whole(200, &[body, b"}"].concat()),
            Breakage::NoObject => text(200, "[]"),
            Breakage::NoMembers => text(200, "{}"),
            Breakage::NullData => text(200, r#"{"data":null}"#),
            Breakage::NullDataWithErrors => text(200, r#"{"data":null,"errors":[{"message":"out of order"}]}"#),
            Breakage::ErrorsWithoutData => text(200, r#"{"errors":[{"message":"out of order","path":[]}]}"#),
            Breakage::DataNoObject => text(200, r#"{"data":[1]}"#),
        }
    }

    fn feature(self) -> &'static str {
        match self {
            Breakage::NoConnection | Breakage::Timeout => "answer: none",
            Breakage::Status | Breakage::StatusWithErrors => "answer: HTTP status",
            Breakage::NotJson | Breakage::Truncated | Breakage::Empty | Breakage::NotUtf8 | Breakage::TrailingText => {
                "answer: no JSON"
            }
            Breakage::TooDeep => "answer: too deep",
            Breakage::NoObject | Breakage::DataNoObject => "answer: of another form",
            Breakage::NoMembers | Breakage::NullData => "answer: neither data nor errors",
            Breakage::NullDataWithErrors | Breakage::ErrorsWithoutData => "answer: errors without data",
        }
    }
}

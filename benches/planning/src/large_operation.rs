//! A large everyday operation: a thousand fields over twenty subgraphs. Every entity is known everywhere by its key and
//! has its fields spread over some subgraphs; some fields are shared, some require others, some lead through an
//! interface or a union.

use std::{fmt::Write as _, time::Duration};

use anyhow::Result;

use crate::{
    input::{Goal, Input, planner},
    supergraph_text::{each, entity_in, field_in, supergraph, type_in},
};

/// How large the graph and the operation are.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub subgraphs: usize,
    pub fields: usize,
}

impl Size {
    pub const FULL: Size = Size { subgraphs: 20, fields: 1_000 };
    pub const TINY: Size = Size { subgraphs: 4, fields: 40 };
}

/// Leaves of each entity, besides its key.
const LEAVES: usize = 12;
/// One entity in so many is a `Thing`, and can be had where only that is known.
const THINGS: usize = 4;
const DEPTH_MAX: usize = 7;

pub fn input(size: Size) -> Result<Input> {
    let goal = Goal { time: Duration::from_millis(5), peak_memory: 64 << 20, is_plan_wanted: true };
    let planner = planner(&supergraph(size.subgraphs, &types(size.subgraphs)))?;
    let name = format!("{} fields, {} subgraphs", size.fields, size.subgraphs);
    Input::new(&name, &planner, &operation(size), Some(goal))
}

/// Entity `E3` has its home in `S3` and fields there and in the three subgraphs that follow.
fn types(subgraphs: usize) -> String {
    let home = |entity: usize, step: usize| (entity + step) % subgraphs;
    let roots = each(0..subgraphs, |entity| format!("e{entity}s: [E{entity}!]! {} ", field_in([home(entity, 0)])));
    let mut types = format!("type Query {} {{ {roots} }}\n", type_in(0..subgraphs));
    for entity in 0..subgraphs {
        let is_thing = entity % THINGS == 0;
        let implements = if is_thing { "implements Thing " } else { "" };
        let of_thing = each(0..if is_thing { subgraphs } else { 0 }, |index| {
            format!("@join__implements(graph: S{index}, interface: \"Thing\") ")
        });
        let leaves = each(0..LEAVES, |leaf| match leaf {
            // Shared by all of the entity's subgraphs.
            0 | 1 => format!("f{leaf}: String {} ", field_in((0..4).map(|step| home(entity, step)))),
            _ => format!("f{leaf}: String {} ", field_in([home(entity, leaf % 4)])),
        });
        let (source, target) = (home(entity, 2), home(entity, 3));
        let (next, other) = ((entity + 1) % subgraphs, (entity * 7 + 3) % subgraphs);
        let _ = writeln!(
            types,
            "type E{entity} {implements}{of_thing}{} {{ id: ID! {leaves}
                weight: Int @join__field(graph: S{source}) @join__field(graph: S{target}, external: true)
                price: Int @join__field(graph: S{target}, requires: \"weight\")
                next: E{next} {} others: [E{other}!]! {} thing: Thing {} any: [Any!] {} }}",
            entity_in(0..subgraphs, "id"),
            field_in([home(entity, 0)]),
            field_in([home(entity, 1)]),
            field_in([home(entity, 2)]),
            field_in([home(entity, 1)]),
        );
    }
    let _ = writeln!(types, "interface Thing {} {{ id: ID! f0: String f1: String }}", type_in(0..subgraphs));
    let members: Vec<String> = (0..subgraphs).step_by(THINGS).map(|entity| format!("E{entity}")).collect();
    let of_any = members.iter().map(|member| {
        each(0..subgraphs, |index| format!("@join__unionMember(graph: S{index}, member: \"{member}\") "))
    });
    let of_any: String = of_any.collect();
    let _ = writeln!(types, "union Any {}{of_any}= {}", type_in(0..subgraphs), members.join(" | "));
    types
}

fn operation(size: Size) -> String {
    let mut writer = Writer { size, left: size.fields, turn: 0, text: String::from("{ ") };
    let mut entity = 0;
    while writer.left > 1 {
        writer.field(&format!("r{entity}: e{}s", entity % size.subgraphs));
        // The last root takes what is left; the others share it about equally.
        writer.entity(entity % size.subgraphs, 1);
        entity += 1;
    }
    writer.text.push('}');
    writer.text
}

struct Writer {
    size: Size,
    /// Fields still to be written.
    left: usize,
    turn: usize,
    text: String,
}

impl Writer {
    fn field(&mut self, field: &str) {
        self.left = self.left.saturating_sub(1);
        let _ = write!(self.text, "{field} ");
    }

    fn entity(&mut self, entity: usize, depth: usize) {
        self.turn += 1;
        let turn = self.turn;
        self.text.push_str("{ ");
        self.field("id");
        for leaf in (0..LEAVES).filter(|leaf| !(leaf + turn).is_multiple_of(3)) {
            if self.left > 0 {
                self.field(&format!("f{leaf}"));
            }
        }
        if turn.is_multiple_of(3) && self.left > 0 {
            self.field("price");
        }
        let (next, other) = ((entity + 1) % self.size.subgraphs, (entity * 7 + 3) % self.size.subgraphs);
        if depth < DEPTH_MAX && self.left > 1 {
            if turn.is_multiple_of(2) {
                self.field("next");
                self.entity(next, depth + 1);
            }
            if turn % 4 != 1 && self.left > 1 {
                self.field("others");
                self.entity(other, depth + 1);
            }
            if turn.is_multiple_of(5) && self.left > 2 {
                self.field("thing");
                self.abstracted(depth + 1, true);
            }
            if turn.is_multiple_of(7) && self.left > 2 {
                self.field("any");
                self.abstracted(depth + 1, false);
            }
        }
        self.text.push_str("} ");
    }

    /// An object of which the interface or union is known.
    fn abstracted(&mut self, depth: usize, is_interface: bool) {
        self.text.push_str("{ ");
        self.field("__typename");
        if is_interface {
            self.field("f0");
        }
        for entity in (0..self.size.subgraphs).step_by(2 * THINGS) {
            if self.left > 1 {
                let _ = write!(self.text, "... on E{entity} ");
                self.entity(entity, depth.max(DEPTH_MAX - 1));
            }
        }
        self.text.push_str("} ");
    }
}

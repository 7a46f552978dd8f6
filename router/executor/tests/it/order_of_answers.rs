//! Whoever answers first, the response is the same: three subgraphs give parts of the same objects, with nulls, errors,
//! wrong values, lists that do not match and broken answers, and each order is tried.

use crate::{
    plan_text::{LookupText, PlanText},
    random::Random,
    scripted::{Answer, after, run},
};
use hansa_query_planner::plan::QueryPlan;

/// What one fetch asks for.
#[derive(Clone, Copy)]
struct Part {
    user: &'static [&'static str],
    place: &'static [&'static str],
}

const PARTS: [Part; 3] = [
    Part { user: &["id: ID!", "name: String"], place: &["city: String!"] },
    Part { user: &["name: String", "age: Int!"], place: &["zip: String"] },
    Part { user: &["age: Int!"], place: &["city: String!", "zip: String"] },
];

fn plan(home: &str, user: &str) -> QueryPlan {
    let mut plan = PlanText::new()
        .view(0, "Query", &format!("me: User -> 1 users: [{user}] -> 1"))
        .view(1, "User", &format!("id: ID name: String age: Int! home: {home} -> 2"))
        .view(2, "Place", "city: String! zip: String");
    for part in PARTS {
        let (fields, place) = (part.user.join(" "), part.place.join(" "));
        let user = format!("is User {{ {fields} home: Place -> 2 is Place {{ {place} }} }}");
        plan = plan.root("accounts", &[], &format!("is Query {{ me: User -> 1 {user} users: [User] -> 1 {user} }}"));
    }
    plan.build()
}

struct Answers {
    random: Random,
    /// Paths of nulls, some of which become errors.
    nulls: Vec<String>,
}

impl Answers {
    /// A value of a field; equal in all answers, where it is neither null nor wrong.
    fn leaf(&mut self, field: &str, path: &str) -> String {
        let (name, ty) = field.split_once(": ").expect("name and type");
        match self.random.below(12) {
            0 => {
                self.nulls.push(format!("{path},\"{name}\"]"));
                "null".to_owned()
            }
            1 => "[]".to_owned(),
            _ if ty.starts_with("Int") => format!("{}", path.len()),
            _ => format!("\"{name} of {}\"", path.len()),
        }
    }

    fn user(&mut self, part: Part, path: &str) -> String {
        if self.random.once_in(6) {
            self.nulls.push(format!("{path}]"));
            return "null".to_owned();
        }
        let mut members: Vec<String> = Vec::new();
        for field in part.user {
            let name = field.split(':').next().expect("a name");
            members.push(format!("\"{name}\":{}", self.leaf(field, path)));
        }
        let home_path = format!("{path},\"home\"");
        if self.random.once_in(4) {
            self.nulls.push(format!("{home_path}]"));
            members.push("\"home\":null".to_owned());
        } else {
            let place = part.place.iter().map(|field| {
                let name = field.split(':').next().expect("a name");
                format!("\"{name}\":{}", self.leaf(field, &home_path))
            });
            let place: Vec<String> = place.collect();
            members.push(format!("\"home\":{{{}}}", place.join(",")));
        }
        format!("{{{}}}", members.join(","))
    }

    fn answer(&mut self, part: Part) -> String {
        self.nulls.clear();
        let me = self.user(part, "[\"me\"");
        let count = if self.random.once_in(5) { 1 } else { 2 };
        let users: Vec<String> = (0..count).map(|index| self.user(part, &format!("[\"users\",{index}"))).collect();
        let errors = self.errors();
        let users = users.join(",");
        self.perhaps_broken(format!("{{\"data\":{{\"me\":{me},\"users\":[{users}]}},\"errors\":[{errors}]}}"))
    }

    fn errors(&mut self) -> String {
        let mut errors = Vec::new();
        for path in std::mem::take(&mut self.nulls) {
            if self.random.once_in(3) {
                errors.push(format!("{{\"message\":\"lost\",\"path\":{path}}}"));
            }
        }
        errors.join(",")
    }

    fn perhaps_broken(&mut self, text: String) -> String {
        if self.random.once_in(8) { text[..text.len() * 2 / 3].to_owned() } else { text }
    }
}

impl Answers {
    /// Two distinct users, the first of which stands at two places.
    fn entities(&mut self, part: Part) -> String {
        self.nulls.clear();
        let users: Vec<String> = (0..2).map(|index| self.user(part, &format!("[\"_entities\",{index}"))).collect();
        let errors = self.errors();
        self.perhaps_broken(format!("{{\"data\":{{\"_entities\":[{}]}},\"errors\":[{errors}]}}", users.join(",")))
    }
}

fn entity_plan(home: &str, user: &str) -> QueryPlan {
    let mut plan = PlanText::new()
        .view(0, "Query", &format!("users: [{user}] -> 1"))
        .view(1, "User", &format!("id: ID name: String age: Int! home: {home} -> 2"))
        .view(2, "Place", "city: String! zip: String")
        .root("accounts", &[], "is Query { users: [User] -> 1 is User #0 { key: ID } }");
    for part in PARTS {
        let (fields, place) = (part.user.join(" "), part.place.join(" "));
        let lookup = LookupText {
            key: "_entities",
            targets: &[0],
            representations: &["User { key* }"],
            shape: 1,
            selection: &format!("row ( User {{ {fields} home: Place -> 2 is Place {{ {place} }} }} )"),
        };
        plan = plan.entities("stock", &[0], &[lookup]);
    }
    plan.build()
}

const ORDERS: [[u32; 3]; 6] = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];

fn check_orders(plan: &QueryPlan, first: Option<&str>, texts: &[String; 3]) {
    let mut responses: Vec<String> = Vec::new();
    for order in ORDERS {
        let answers = texts.iter().zip(order).map(|(text, turn)| after(turn * 4, text.clone()));
        let script: Vec<Answer> = first.map(|text| after(1, text)).into_iter().chain(answers).collect();
        let response = run(plan.clone(), script).response;
        // Of two lists that cancel each other, either may be the one that errors within are about.
        let is_settled = !response.contains("disagree");
        let (data, _) = response.split_once("\"errors\"").unwrap_or((&response, ""));
        responses.push(if is_settled { response } else { data.to_owned() });
    }
    for response in &responses[1..] {
        assert_eq!(response, &responses[0], "{texts:#?}");
    }
}

#[test]
fn of_root_fetches_does_not_matter() {
    let plans = [plan("Place", "User"), plan("Place!", "User"), plan("Place", "User!")];
    let mut answers = Answers { random: Random(0xca11), nulls: Vec::new() };
    for round in 0..500 {
        let texts = PARTS.map(|part| answers.answer(part));
        check_orders(&plans[round % plans.len()], None, &texts);
    }
}

#[test]
fn of_entity_fetches_does_not_matter() {
    let plans = [entity_plan("Place", "User"), entity_plan("Place!", "User"), entity_plan("Place", "User!")];
    let mut answers = Answers { random: Random(0xe217), nulls: Vec::new() };
    for round in 0..500 {
        let texts = PARTS.map(|part| answers.entities(part));
        let users = r#"{"data":{"users":[{"key":"1"},{"key":2},{"key":"1"}]}}"#;
        check_orders(&plans[round % plans.len()], Some(users), &texts);
    }
}

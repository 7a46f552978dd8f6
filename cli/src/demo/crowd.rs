//! People and merchants.

use super::{
    content::{Content, LoginText},
    phrases::{chance, one},
    world::{between, opening},
};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use std::collections::HashSet;

/// Users besides those with a login.
const CROWD: usize = 300;
/// The platform's own tenant.
const PLATFORM: (&str, &str) = ("hansa", "Hansa");

#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) username: String,
    pub(crate) email: String,
    /// Only those with a login have one.
    pub(crate) password: Option<String>,
    pub(crate) name: String,
    pub(crate) bio: String,
    pub(crate) city: String,
    pub(crate) is_private: bool,
    pub(crate) registered_at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Merchant {
    pub(crate) handle: String,
    pub(crate) name: String,
    pub(crate) is_platform: bool,
    /// People and their roles; the first is the owner, who makes the tenant.
    pub(crate) staff: Vec<(usize, Vec<String>)>,
    pub(crate) vendors: Vec<Vendor>,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) handle: String,
    pub(crate) name: String,
    pub(crate) text: String,
}

pub(super) fn people(content: &Content) -> Vec<Person> {
    let texts = &content.people;
    let rng = &mut chance("people");
    let mut people: Vec<Person> = texts.logins.iter().map(|login| with_login(login, rng, &texts.cities)).collect();
    let mut usernames: HashSet<String> = people.iter().map(|person| person.username.clone()).collect();
    while people.len() < texts.logins.len() + CROWD {
        let (first, last) = (one(rng, &texts.first_names), one(rng, &texts.last_names));
        let username = format!("{first}.{last}").to_lowercase();
        if !usernames.insert(username.clone()) {
            continue;
        }
        let city = one(rng, &texts.cities).clone();
        let (occupation, interest) = (one(rng, &texts.occupations), one(rng, &texts.interests));
        let bio = match rng.u8(..5) {
            0 => format!("{city}. {interest}"),
            1 => format!("{interest} {}", one(rng, &texts.interests)),
            _ => format!("{occupation}, {city}. {interest}"),
        };
        // One in twenty shows itself to followers only.
        let is_private = people.len().is_multiple_of(20);
        people.push(Person {
            email: format!("{username}@people.hansa.example"),
            username,
            password: None,
            name: format!("{first} {last}"),
            bio,
            city,
            is_private,
            registered_at: between(rng, 3, 60),
        });
    }
    people
}

fn with_login(login: &LoginText, rng: &mut Rng, cities: &[String]) -> Person {
    Person {
        username: login.username.clone(),
        email: login.email.clone(),
        password: Some(login.password.clone()),
        name: login.name.clone(),
        bio: login.bio.clone(),
        city: one(rng, cities).clone(),
        is_private: false,
        registered_at: opening() + TimeDelta::hours(8),
    }
}

/// The platform, then the merchants. Whoever has no login there is of the crowd.
pub(super) fn merchants(content: &Content, people: &[Person]) -> Vec<Merchant> {
    let logins = &content.people.logins;
    let with_login = |tenant: &str| -> Vec<(usize, Vec<String>)> {
        let works_here = |login: &LoginText| login.tenant.as_deref() == Some(tenant);
        let mut staff: Vec<(usize, Vec<String>)> = logins
            .iter()
            .enumerate()
            .filter(|(_, login)| works_here(login))
            .map(|(index, login)| (index, login.roles.clone()))
            .collect();
        staff.sort_by_key(|(_, roles)| !roles.iter().any(|role| role == "OWNER"));
        staff
    };
    let created_at = opening() + TimeDelta::hours(9);
    let platform = Merchant {
        handle: PLATFORM.0.to_owned(),
        name: PLATFORM.1.to_owned(),
        is_platform: true,
        staff: with_login(PLATFORM.0),
        vendors: Vec::new(),
        created_at,
    };
    let mut next = logins.len();
    let mut merchants = vec![platform];
    for text in &content.merchants {
        let mut staff = with_login(&text.handle);
        if staff.is_empty() {
            staff = vec![(next, vec!["OWNER".to_owned()]), (next + 1, vec!["EDITOR".to_owned()])];
            next += 2;
        }
        let is_complete = staff.iter().map(|(person, _)| people[*person].registered_at).max();
        merchants.push(Merchant {
            handle: text.handle.clone(),
            name: text.name.clone(),
            is_platform: false,
            staff,
            vendors: text.vendors.iter().map(Vendor::new).collect(),
            created_at: is_complete.map_or(created_at, |complete| complete.max(created_at)) + TimeDelta::minutes(20),
        });
    }
    merchants
}

impl Vendor {
    fn new(text: &super::content::VendorText) -> Vendor {
        Vendor { handle: text.handle.clone(), name: text.name.clone(), text: text.text.clone() }
    }
}

//! The texts of the demo as they stand in `cli/demo`, carried in the binary.

use serde::Deserialize;
use std::collections::BTreeMap;

const CATALOG: [(&str, &str); 5] = [
    ("cli/demo/catalog/outdoor.yaml", include_str!("../../demo/catalog/outdoor.yaml")),
    ("cli/demo/catalog/cycling.yaml", include_str!("../../demo/catalog/cycling.yaml")),
    ("cli/demo/catalog/home.yaml", include_str!("../../demo/catalog/home.yaml")),
    ("cli/demo/catalog/kitchen.yaml", include_str!("../../demo/catalog/kitchen.yaml")),
    ("cli/demo/catalog/craft.yaml", include_str!("../../demo/catalog/craft.yaml")),
];

/// All texts.
#[derive(Debug)]
pub(super) struct Content {
    /// Parents before their children.
    pub(super) categories: Vec<CategoryText>,
    pub(super) merchants: Vec<MerchantText>,
    pub(super) people: PeopleText,
    pub(super) community: CommunityText,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryText {
    pub(super) handle: String,
    pub(super) name: String,
    pub(super) parent: Option<String>,
    /// Handles of those who sell here, in turn.
    #[serde(default)]
    pub(super) vendors: Vec<String>,
    #[serde(default)]
    pub(super) attributes: Vec<AttributeText>,
    /// What the variants of a product differ in.
    pub(super) options: Option<OptionsText>,
    /// Lightest and heaviest.
    #[serde(default)]
    pub(super) grams: Vec<i64>,
    #[serde(default)]
    pub(super) notes: Vec<String>,
    #[serde(default)]
    pub(super) praise: Vec<String>,
    #[serde(default)]
    pub(super) complaint: Vec<String>,
    #[serde(default)]
    pub(super) products: Vec<ProductText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeText {
    pub(super) name: String,
    pub(super) kind: KindText,
    pub(super) unit: Option<String>,
    /// What a product may have, in no order.
    pub(super) values: Vec<ValueText>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum KindText {
    Text,
    Integer,
    Decimal,
    Boolean,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum ValueText {
    Boolean(bool),
    Integer(i64),
    Text(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OptionsText {
    pub(super) name: String,
    pub(super) values: Vec<ValueText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductText {
    pub(super) title: String,
    /// Whole euros of the smallest variant.
    pub(super) price: i64,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MerchantText {
    pub(super) handle: String,
    pub(super) name: String,
    pub(super) vendors: Vec<VendorText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VendorText {
    pub(super) handle: String,
    pub(super) name: String,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeopleText {
    pub(super) logins: Vec<LoginText>,
    pub(super) first_names: Vec<String>,
    pub(super) last_names: Vec<String>,
    pub(super) cities: Vec<String>,
    pub(super) occupations: Vec<String>,
    pub(super) interests: Vec<String>,
}

/// A user with a password that everybody knows. Only `hansa up` has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginText {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) bio: String,
    /// What they show of the platform, in a few words.
    pub(super) part: String,
    /// Where they work, if anywhere.
    pub(super) tenant: Option<String>,
    #[serde(default)]
    pub(super) roles: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommunityText {
    /// By root category, with what closes any post.
    pub(super) posts: BTreeMap<String, PostText>,
    pub(super) middles: Vec<String>,
    pub(super) closings: Vec<String>,
    pub(super) comments: Vec<String>,
    /// By rating.
    pub(super) reviews: BTreeMap<u8, ReviewText>,
    pub(super) spam: Vec<SpamText>,
    pub(super) review_reports: Vec<String>,
    pub(super) comment_reports: Vec<String>,
}

/// A post that nobody wanted, and what reporters say of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpamText {
    pub(super) text: String,
    pub(super) reason: ReasonText,
    pub(super) note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReasonText {
    Spam,
    Harassment,
    Misleading,
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostText {
    pub(super) openings: Vec<String>,
    pub(super) tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewText {
    pub(super) titles: Vec<String>,
    pub(super) texts: Vec<String>,
}

impl Content {
    /// # Panics
    /// Where a text is not as its type says. The tests read them all.
    pub(super) fn read() -> Content {
        let categories = CATALOG.into_iter().flat_map(|(file, text)| parsed::<Vec<CategoryText>>(file, text));
        Content {
            categories: categories.collect(),
            merchants: parsed("cli/demo/merchants.yaml", include_str!("../../demo/merchants.yaml")),
            people: parsed("cli/demo/people.yaml", include_str!("../../demo/people.yaml")),
            community: parsed("cli/demo/community.yaml", include_str!("../../demo/community.yaml")),
        }
    }
}

fn parsed<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> T {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("the demo's own file {file}: {error}"))
}

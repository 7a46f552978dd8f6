//! The category tree: one aggregate, because that nothing stands beneath itself is a rule of the whole, which two
//! simultaneous moves would break if each category were its own.

use super::{AttributeDefinition, Description, Handle, Label, Refusal, Refused};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{EntityKind, Id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

pub type CategoryId = Id<Category>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    pub id: CategoryId,
    pub version: i64,
    pub handle: Handle,
    pub name: Label,
    pub description: Description,
    pub parent: Option<CategoryId>,
    /// Its own; ancestors' definitions hold, too.
    pub attribute_definitions: Vec<AttributeDefinition>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// All categories, by id, which is the order of their making. Copies of the tree share them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Category>", into = "Vec<Category>")]
pub struct CategoryTree {
    categories: BTreeMap<CategoryId, Arc<Category>>,
}

#[derive(Debug, Clone)]
pub struct NewCategory {
    pub id: CategoryId,
    pub handle: Handle,
    pub name: Label,
    pub description: Description,
    pub parent: Option<CategoryId>,
    pub attribute_definitions: Vec<AttributeDefinition>,
}

/// What is `None` stays as it is. The handle always stays.
#[derive(Debug, Clone, Default)]
pub struct CategoryChanges {
    pub name: Option<Label>,
    pub description: Option<Description>,
    pub attribute_definitions: Option<Vec<AttributeDefinition>>,
}

/// Events of the aggregate `category`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum CategoryEvent {
    Created {
        category_id: CategoryId,
        handle: Handle,
        name: Label,
        description: Description,
        parent_id: Option<CategoryId>,
        attribute_definitions: Vec<AttributeDefinition>,
    },
    Updated {
        category_id: CategoryId,
        name: Label,
        description: Description,
        attribute_definitions: Vec<AttributeDefinition>,
    },
    Moved {
        category_id: CategoryId,
        from_parent_id: Option<CategoryId>,
        to_parent_id: Option<CategoryId>,
    },
}

impl EntityKind for Category {
    const PREFIX: &'static str = "category";
    const TYPE_NAME: &'static str = "Category";
}

impl EventContent for CategoryEvent {
    fn event_type(&self) -> &'static str {
        match self {
            CategoryEvent::Created { .. } => "created",
            CategoryEvent::Updated { .. } => "updated",
            CategoryEvent::Moved { .. } => "moved",
        }
    }
}

impl Category {
    pub const NAME_CHARACTERS_MAX: usize = 80;

    pub fn name(text: &str) -> Result<Label, Refusal> {
        Label::new(text, "a name", Self::NAME_CHARACTERS_MAX)
    }
}

/// Reading.
impl CategoryTree {
    pub fn get(&self, id: CategoryId) -> Option<&Arc<Category>> {
        self.categories.get(&id)
    }

    pub fn by_handle(&self, handle: &str) -> Option<&Arc<Category>> {
        self.categories.values().find(|category| category.handle.as_str() == handle)
    }

    /// `None`: the roots.
    pub fn children(&self, parent: Option<CategoryId>) -> impl Iterator<Item = &Arc<Category>> {
        self.categories.values().filter(move |category| category.parent == parent)
    }

    /// From the parent up to the root.
    pub fn ancestors(&self, id: CategoryId) -> Vec<&Arc<Category>> {
        let mut found = Vec::new();
        let mut next = self.get(id).and_then(|category| category.parent);
        while let Some(category) = next.and_then(|parent| self.get(parent)) {
            found.push(category);
            next = category.parent;
        }
        found
    }

    /// The category and all that stand beneath it.
    pub fn subtree(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut found = vec![id];
        let mut seen = 0;
        while let Some(parent) = found.get(seen).copied() {
            found.extend(self.children(Some(parent)).map(|category| category.id));
            seen += 1;
        }
        found
    }

    /// The definitions that hold for a category's products, from the root's to its own, each with the category that has it.
    pub fn definitions(&self, id: CategoryId) -> Vec<(&Arc<Category>, &AttributeDefinition)> {
        let path = self.ancestors(id).into_iter().rev().chain(self.get(id));
        path.flat_map(|category| category.attribute_definitions.iter().map(move |definition| (category, definition)))
            .collect()
    }

    fn height(&self, id: CategoryId) -> usize {
        1 + self.children(Some(id)).map(|child| self.height(child.id)).max().unwrap_or(0)
    }
}

/// Changing. A refusal leaves the tree as it was.
impl CategoryTree {
    pub const COUNT_MAX: usize = 1_000;
    pub const DEPTH_MAX: usize = 8;
    pub const DEFINITIONS_MAX: usize = 4_000;

    pub fn create(&mut self, new: NewCategory, now: DateTime<Utc>) -> Result<CategoryEvent, Refused> {
        let NewCategory { id, handle, name, description, parent, attribute_definitions } = new;
        if self.by_handle(handle.as_str()).is_some() {
            return Err(Refusal::HandleTaken(handle.as_str().to_owned()).at("handle"));
        }
        if self.categories.len() >= Self::COUNT_MAX {
            return Err(Refusal::LimitReached { what: "categories", max: Self::COUNT_MAX }.into());
        }
        let event = CategoryEvent::Created {
            category_id: id,
            handle: handle.clone(),
            name: name.clone(),
            description: description.clone(),
            parent_id: parent,
            attribute_definitions: attribute_definitions.clone(),
        };
        let (created_at, updated_at) = (now, now);
        let category = Category {
            id,
            version: 1,
            handle,
            name,
            description,
            parent,
            attribute_definitions,
            created_at,
            updated_at,
        };
        self.try_with(category)?;
        Ok(event)
    }

    pub fn update(
        &mut self,
        id: CategoryId,
        changes: CategoryChanges,
        now: DateTime<Utc>,
    ) -> Result<CategoryEvent, Refused> {
        let mut category = self.existing(id)?;
        category.name = changes.name.unwrap_or(category.name);
        category.description = changes.description.unwrap_or(category.description);
        category.attribute_definitions = changes.attribute_definitions.unwrap_or(category.attribute_definitions);
        category.version += 1;
        category.updated_at = now;
        let event = CategoryEvent::Updated {
            category_id: id,
            name: category.name.clone(),
            description: category.description.clone(),
            attribute_definitions: category.attribute_definitions.clone(),
        };
        self.try_with(category)?;
        Ok(event)
    }

    /// To another parent, or to the roots.
    pub fn relocate(
        &mut self,
        id: CategoryId,
        parent: Option<CategoryId>,
        now: DateTime<Utc>,
    ) -> Result<CategoryEvent, Refused> {
        let mut category = self.existing(id)?;
        if parent.is_some_and(|parent| self.subtree(id).contains(&parent)) {
            return Err(Refusal::CategoryCycle.at("parentId"));
        }
        let from = std::mem::replace(&mut category.parent, parent);
        category.version += 1;
        category.updated_at = now;
        self.try_with(category)?;
        Ok(CategoryEvent::Moved { category_id: id, from_parent_id: from, to_parent_id: parent })
    }

    fn existing(&self, id: CategoryId) -> Result<Category, Refused> {
        self.get(id).map(|found| Category::clone(found)).ok_or_else(|| Refusal::NotFound("category").at("id"))
    }

    /// Puts a category in, new or changed, if the rules of the whole then hold.
    fn try_with(&mut self, category: Category) -> Result<(), Refused> {
        let id = category.id;
        if category.parent.is_some_and(|parent| self.get(parent).is_none()) {
            return Err(Refusal::NotFound("category").at("parentId"));
        }
        let before = self.categories.insert(id, Arc::new(category));
        let judged = self.judge(id);
        if judged.is_err() {
            match before {
                Some(before) => self.categories.insert(id, before),
                None => self.categories.remove(&id),
            };
        }
        judged
    }

    fn judge(&self, id: CategoryId) -> Result<(), Refused> {
        if self.ancestors(id).len() + self.height(id) > Self::DEPTH_MAX {
            return Err(Refusal::CategoryTooDeep(Self::DEPTH_MAX).at("parentId"));
        }
        let count: usize = self.categories.values().map(|category| category.attribute_definitions.len()).sum();
        if count > Self::DEFINITIONS_MAX {
            let refusal = Refusal::LimitReached { what: "attribute definitions", max: Self::DEFINITIONS_MAX };
            return Err(refusal.at("attributeDefinitions"));
        }
        for below in self.subtree(id) {
            let mut names = HashSet::new();
            let twice = self.definitions(below).into_iter().find(|(_, definition)| !names.insert(&definition.name));
            if let Some((_, definition)) = twice {
                return Err(Refusal::DefinitionTwice(definition.name.as_str().to_owned()).at("attributeDefinitions"));
            }
        }
        Ok(())
    }
}

impl From<Vec<Category>> for CategoryTree {
    fn from(categories: Vec<Category>) -> CategoryTree {
        CategoryTree { categories: categories.into_iter().map(|category| (category.id, Arc::new(category))).collect() }
    }
}

impl From<CategoryTree> for Vec<Category> {
    fn from(tree: CategoryTree) -> Vec<Category> {
        tree.categories.into_values().map(Arc::unwrap_or_clone).collect()
    }
}

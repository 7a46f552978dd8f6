//! Commands on the category tree.

use super::{
    ATTEMPTS_MAX, AttributeDefinitionInput, CategoryCreateInput, CategoryMoveInput, CategoryUpdateInput, CommandError,
    expect_version, inputs::given_definitions,
};
use crate::{
    Catalog,
    domain::{
        AttributeDefinition, Category, CategoryChanges, CategoryEvent, CategoryId, CategoryTree, Checks, Description,
        Handle, NewCategory, Refusal, Refusals, Refused,
    },
};
use async_graphql::ID;
use hansa_documents::{Begun, StoreError};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_subgraph_host::{Caller, Done, Fault};

impl Catalog {
    /// Adds a category, as a root or beneath another.
    pub async fn category_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: &CategoryCreateInput,
    ) -> Result<Done<Category>, CommandError> {
        if !self.access.may_write_taxonomy(caller) {
            return Err(Refusal::Forbidden("catalog:taxonomy").into());
        }
        let id = command.ids.id();
        self.change_taxonomy(command, id, |tree| {
            let new = checked(input, id)?;
            Ok(tree.create(new, command.now)?)
        })
        .await
    }

    /// Changes a category's name, description and own attribute definitions.
    pub async fn category_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: &CategoryUpdateInput,
    ) -> Result<Done<Category>, CommandError> {
        let id = self.category_to_write(caller, &input.id)?;
        let mut checks = Checks::default();
        let name = checks.take("name", input.name.as_deref().map(Category::name).transpose());
        let description = checks.take("description", input.description.as_deref().map(Description::new).transpose());
        let definitions = input.attribute_definitions.as_deref().map(read_definitions).transpose();
        let definitions = checks.take_within("attributeDefinitions", definitions);
        let ((name, description), attribute_definitions) = checks.finish(name.zip(description).zip(definitions))?;
        let changes = CategoryChanges { name, description, attribute_definitions };
        self.change_taxonomy(command, id, |tree| {
            expect_category_version(tree, id, input.expected_version)?;
            Ok(tree.update(id, changes.clone(), command.now)?)
        })
        .await
    }

    /// Puts a category, with all beneath it, beneath another or among the roots.
    pub async fn category_move(
        &self,
        caller: &Caller,
        command: &Command,
        input: &CategoryMoveInput,
    ) -> Result<Done<Category>, CommandError> {
        let id = self.category_to_write(caller, &input.id)?;
        let parent = read_parent(input.parent_id.as_ref())?;
        self.change_taxonomy(command, id, |tree| {
            expect_category_version(tree, id, input.expected_version)?;
            Ok(tree.relocate(id, parent, command.now)?)
        })
        .await
    }

    fn category_to_write(&self, caller: &Caller, id: &str) -> Result<CategoryId, CommandError> {
        let id = id.parse().ok().filter(|_| self.access.may_write_taxonomy(caller));
        id.ok_or_else(|| Refusal::NotFound("category").at("id").into())
    }

    async fn change_taxonomy(
        &self,
        command: &Command,
        id: CategoryId,
        decide: impl Fn(&mut CategoryTree) -> Result<CategoryEvent, Refusals>,
    ) -> Result<Done<Category>, CommandError> {
        for _ in 0..ATTEMPTS_MAX {
            let write = match self.stores.begin_taxonomy(command).await? {
                Begun::Replayed(id) => return Ok(Done::before(self.written_category(id).await?)),
                Begun::Fresh(write) => write,
            };
            let taxonomy = self.stores.taxonomy().await?;
            let mut tree = taxonomy.tree.clone();
            let event = decide(&mut tree)?;
            let category = tree.get(id).map(|found| Category::clone(found)).ok_or(StoreError::NotFound)?;
            let event = DomainEvent::new("category", (id.to_string(), category.version), None, &event);
            let changed = (taxonomy.version + 1, tree);
            match self.stores.write_taxonomy(write, changed, (id, vec![event])).await {
                Ok(answer) if answer.is_replayed => {
                    return Ok(Done::before(self.written_category(answer.payload).await?));
                }
                Ok(_) => return Ok(Done::now(category)),
                // Another category was changed meanwhile, or the first one was made.
                Err(StoreError::VersionConflict { .. } | StoreError::UniqueViolation { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(CommandError::Failed(Fault::conflict()))
    }

    async fn written_category(&self, id: CategoryId) -> Result<Category, CommandError> {
        let taxonomy = self.stores.taxonomy().await?;
        taxonomy.tree.get(id).map(|found| Category::clone(found)).ok_or(StoreError::NotFound.into())
    }
}

fn checked(input: &CategoryCreateInput, id: CategoryId) -> Result<NewCategory, Refusals> {
    let mut checks = Checks::default();
    let handle = checks.take("handle", Handle::new(&input.handle));
    let name = checks.take("name", Category::name(&input.name));
    let description = checks.take("description", Description::new(&input.description));
    let parent = checks.take_here(read_parent(input.parent_id.as_ref()).map_err(Refusals::from));
    let definitions = checks.take_within("attributeDefinitions", read_definitions(&input.attribute_definitions));
    let all = handle.zip(name).zip(description).zip(parent).zip(definitions);
    let ((((handle, name), description), parent), attribute_definitions) = checks.finish(all)?;
    Ok(NewCategory { id, handle, name, description, parent, attribute_definitions })
}

fn read_parent(parent: Option<&ID>) -> Result<Option<CategoryId>, Refused> {
    parent.map(|id| id.parse()).transpose().map_err(|_| Refusal::NotFound("category").at("parentId"))
}

fn read_definitions(definitions: &[AttributeDefinitionInput]) -> Result<Vec<AttributeDefinition>, Refusals> {
    AttributeDefinition::read_all(&given_definitions(definitions))
}

fn expect_category_version(tree: &CategoryTree, id: CategoryId, expected: Option<i32>) -> Result<(), Refused> {
    match tree.get(id) {
        Some(category) => expect_version(expected, category.version),
        None => Err(Refusal::NotFound("category").at("id")),
    }
}

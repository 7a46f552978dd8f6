//! Several finds in one question, so that a page of a list for each of many parents costs no more waiting than one.

use hansa_relational::Row;

use super::{
    Embedded, Stored,
    read::{find_statement, may_have_nulls_later},
    statement::{Nulls, Statement, table},
};
use crate::{CollectionSpec, Find, StoreError};

/// Finds of one statement; more of them are several. Pages of a hundred each stay well below the most rows of an answer.
const FINDS_MAX: usize = 50;

impl Embedded {
    pub(crate) async fn find_each(
        &self,
        collection: &CollectionSpec,
        finds: &[Find],
    ) -> Result<Vec<Vec<Stored>>, StoreError> {
        let mut lists = Vec::with_capacity(finds.len());
        for finds in finds.chunks(FINDS_MAX) {
            let mut found = self.find_some(collection, finds).await?;
            for (find, found) in finds.iter().zip(&mut found) {
                let missing = find.limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
                if missing > 0 && may_have_nulls_later(find) {
                    let rest = Find { limit: missing, ..find.clone() };
                    found.extend(self.stored(find_statement(collection, &rest, Nulls::Only)?).await?);
                }
            }
            lists.extend(found);
        }
        Ok(lists)
    }

    async fn find_some(&self, collection: &CollectionSpec, finds: &[Find]) -> Result<Vec<Vec<Stored>>, StoreError> {
        let mut statement = Statement::new("");
        for (list, find) in finds.iter().enumerate() {
            let joint = if list == 0 { "" } else { " UNION ALL " };
            let table = table(collection);
            statement.push(&format!("{joint}SELECT {list} AS list, id, content FROM (SELECT id, content FROM {table}"));
            statement.push_where(collection, &find.filter)?;
            statement.push_page(collection, find, Nulls::Later)?;
            statement.push(")");
        }
        let mut lists: Vec<Vec<Stored>> = Vec::new();
        lists.resize_with(finds.len(), Vec::new);
        for row in self.rows(statement).await? {
            let list = usize::try_from(row.int("list")?).unwrap_or(usize::MAX);
            if let Some(list) = lists.get_mut(list) {
                list.push(stored(&row)?);
            }
        }
        Ok(lists)
    }
}

fn stored(row: &Row) -> Result<Stored, StoreError> {
    Ok(Stored { id: row.text("id")?, content: row.text("content")? })
}

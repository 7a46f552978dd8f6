//! Descriptions: the one that most subgraphs give; of equally many, the first. Hint INCONSISTENT_DESCRIPTION.

use super::Merger;
use crate::codes;
use apollo_compiler::{Node, parser::SourceSpan};

/// Description, and the place of what it describes.
pub(super) type DescriptionSource<'d> = (usize, Option<&'d Node<str>>, Option<SourceSpan>);

impl Merger<'_> {
    pub(super) fn merge_description<'d>(
        &mut self,
        coordinate: &str,
        sources: impl Iterator<Item = DescriptionSource<'d>> + Clone,
    ) -> Option<Node<str>> {
        let mut counts: Vec<(&Node<str>, usize)> = Vec::new();
        for (_, description, _) in sources.clone() {
            let Some(description) = description.filter(|text| !text.as_str().is_empty()) else { continue };
            match counts.iter_mut().find(|(known, _)| known.as_str() == description.as_str()) {
                Some((_, count)) => *count += 1,
                None => counts.push((description, 1)),
            }
        }
        if counts.is_empty() {
            return sources.clone().find_map(|(_, description, _)| description.cloned());
        }
        // The last of the maxima would be taken, so the first comes last.
        let (chosen, _) = counts.iter().rev().max_by_key(|(_, count)| *count)?;
        let chosen = (*chosen).clone();
        if counts.len() > 1 {
            let message = format!("{coordinate} has different descriptions: the supergraph has the most frequent one");
            let places =
                sources.filter(|(_, description, _)| description.is_some()).map(|(index, description, location)| {
                    let is_chosen = description.is_some_and(|text| text.as_str() == chosen.as_str());
                    let label = if is_chosen { "this description is taken" } else { "another description" };
                    (index, description.and_then(|text| text.location()).or(location), label.to_owned())
                });
            let places = places.collect();
            self.report_at(codes::INCONSISTENT_DESCRIPTION, coordinate, message, places);
        }
        Some(chosen)
    }
}

//! What a misspelt name was probably meant to be.

/// A name with more wrong letters than this for each right one is another name.
const LETTERS_FOR_EACH_WRONG: usize = 4;

/// The known name that is meant, if one is near; of equally near ones the first.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let distance = |other: &str| strsim::damerau_levenshtein(name, other);
    let nearest = known.into_iter().min_by_key(|other| distance(other))?;
    (distance(nearest) <= 1 + name.len() / LETTERS_FOR_EACH_WRONG).then_some(nearest)
}

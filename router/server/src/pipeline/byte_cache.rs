//! A cache bounded in bytes and shared by all cores. A look-up takes the reading side of one lock out of sixteen and, once
//! an entry is known to be used, writes nothing but that lock. What goes first is found by a clock: its hand passes over what
//! was used since it last came by, so that operations sent once do not drive out those that come again and again.

use hashbrown::{DefaultHashBuilder, Equivalent, HashTable};
use std::{
    fmt,
    hash::{BuildHasher, Hash},
    sync::{
        PoisonError, RwLock, RwLockWriteGuard,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
};

const SHARDS: usize = 16;

/// As often the hand passes over an entry that was used as much.
const USES_MAX: u8 = 3;

/// What an entry takes besides its key and value.
const ENTRY_BYTES: usize = 64;

pub(crate) struct ByteCache<K, V> {
    shards: [RwLock<Shard<K, V>>; SHARDS],
    hasher: DefaultHashBuilder,
    bytes: AtomicUsize,
    bytes_max: usize,
}

struct Shard<K, V> {
    /// Places in `slots`.
    places: HashTable<usize>,
    slots: Vec<Option<Slot<K, V>>>,
    free: Vec<usize>,
    hand: usize,
}

struct Slot<K, V> {
    hash: u64,
    key: K,
    value: V,
    bytes: usize,
    uses: AtomicU8,
}

impl<K: Hash + Eq, V: Clone> ByteCache<K, V> {
    pub(crate) fn new(bytes_max: usize) -> ByteCache<K, V> {
        let shard = |_| RwLock::new(Shard { places: HashTable::new(), slots: Vec::new(), free: Vec::new(), hand: 0 });
        ByteCache {
            shards: std::array::from_fn(shard),
            hasher: DefaultHashBuilder::default(),
            bytes: AtomicUsize::new(0),
            bytes_max,
        }
    }

    pub(crate) fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<V> {
        let hash = self.hasher.hash_one(key);
        let shard = self.shards[shard_of(hash)].read().unwrap_or_else(PoisonError::into_inner);
        let slot = shard.find(hash, key)?;
        let uses = slot.uses.load(Ordering::Relaxed);
        if uses < USES_MAX {
            slot.uses.store(uses + 1, Ordering::Relaxed);
        }
        Some(slot.value.clone())
    }

    /// Keeps `value`, which takes `bytes` together with its key, unless it alone is more than the cache may hold. An entry with
    /// the same key is replaced.
    pub(crate) fn insert(&self, key: K, value: V, bytes: usize) {
        let bytes = bytes + ENTRY_BYTES;
        let hash = self.hasher.hash_one(&key);
        let replaced = {
            let mut shard = self.write(shard_of(hash));
            let place = shard.find_place(hash, &key);
            place.and_then(|place| shard.remove(place))
        };
        self.bytes.fetch_sub(replaced.as_ref().map_or(0, |slot| slot.bytes), Ordering::Relaxed);
        if bytes > self.bytes_max {
            return;
        }
        // Reserved before the entry is there: several cores at once do not exceed the bound by what each of them brings.
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.make_room(shard_of(hash), None);
        let slot = Slot { hash, key, value, bytes, uses: AtomicU8::new(0) };
        let twin = self.write(shard_of(hash)).add(slot);
        self.bytes.fetch_sub(twin.map_or(0, |slot| slot.bytes), Ordering::Relaxed);
    }

    /// Says that the value with this key takes another number of bytes now. Others make room for it, and it goes if it alone
    /// is more than the cache may hold. Nothing happens if `is_it` does not know it.
    pub(crate) fn reweigh<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q, is_it: impl Fn(&V) -> bool, bytes: usize) {
        let bytes = bytes + ENTRY_BYTES;
        let hash = self.hasher.hash_one(key);
        let (place, removed) = {
            let mut shard = self.write(shard_of(hash));
            let Some(place) = shard.find_place(hash, key) else { return };
            let Some(slot) = shard.slots[place].as_mut().filter(|slot| is_it(&slot.value)) else { return };
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            self.bytes.fetch_sub(slot.bytes, Ordering::Relaxed);
            slot.bytes = bytes;
            slot.uses.fetch_max(1, Ordering::Relaxed);
            let removed = if bytes > self.bytes_max { shard.remove(place) } else { None };
            (place, removed)
        };
        self.bytes.fetch_sub(removed.as_ref().map_or(0, |slot| slot.bytes), Ordering::Relaxed);
        self.make_room(shard_of(hash) + 1, Some((shard_of(hash), place)));
    }

    /// Bytes of all entries.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// All values at some moment; each shard is locked for as long as its values take to be cloned.
    pub(crate) fn values(&self) -> Vec<V> {
        let mut values = Vec::new();
        for shard in &self.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            values.extend(shard.slots.iter().flatten().map(|slot| slot.value.clone()));
        }
        values
    }

    /// Removes entries until all are within the bound, one from each shard in turn, but not what is in one place of a shard.
    fn make_room(&self, first: usize, spared: Option<(usize, usize)>) {
        let mut removed = Vec::new();
        // Each turn of all shards lowers what entries count as used, so that soon something goes if there is anything.
        let (mut shard, mut misses) = (first, 0);
        while self.bytes() > self.bytes_max && misses <= SHARDS * (usize::from(USES_MAX) + 1) {
            misses += 1;
            let spared = spared.filter(|(of, _)| *of == shard % SHARDS).map(|(_, place)| place);
            if let Some(slot) = self.write(shard % SHARDS).remove_one(spared) {
                self.bytes.fetch_sub(slot.bytes, Ordering::Relaxed);
                removed.push(slot);
                misses = 0;
            }
            shard += 1;
        }
        // Only now, outside the locks: values may be large.
        drop(removed);
    }

    fn write(&self, shard: usize) -> RwLockWriteGuard<'_, Shard<K, V>> {
        self.shards[shard].write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The highest bits choose within a shard's table, the lowest ones its groups.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

impl<K: Hash + Eq, V> Shard<K, V> {
    fn find_place<Q: Equivalent<K> + ?Sized>(&self, hash: u64, key: &Q) -> Option<usize> {
        let is_it = |place: &usize| {
            self.slots[*place].as_ref().is_some_and(|slot| slot.hash == hash && key.equivalent(&slot.key))
        };
        self.places.find(hash, is_it).copied()
    }

    fn find<Q: Equivalent<K> + ?Sized>(&self, hash: u64, key: &Q) -> Option<&Slot<K, V>> {
        self.slots[self.find_place(hash, key)?].as_ref()
    }

    /// An entry with the same key that came in between is handed back.
    fn add(&mut self, slot: Slot<K, V>) -> Option<Slot<K, V>> {
        let twin = self.find_place(slot.hash, &slot.key).and_then(|place| self.remove(place));
        let hash = slot.hash;
        // The place that the hand has left last: it takes longest to come by again.
        let place = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[place] = Some(slot);
        let slots = &self.slots;
        self.places.insert_unique(hash, place, |place| slots[*place].as_ref().map_or(0, |slot| slot.hash));
        twin
    }

    fn remove(&mut self, place: usize) -> Option<Slot<K, V>> {
        let slot = self.slots[place].take()?;
        if let Ok(entry) = self.places.find_entry(slot.hash, |known| *known == place) {
            entry.remove();
        }
        self.free.push(place);
        Some(slot)
    }

    /// Moves the hand on, around once at most, to an entry that was not used since, and removes it.
    fn remove_one(&mut self, spared: Option<usize>) -> Option<Slot<K, V>> {
        for _ in 0..self.slots.len() {
            let place = self.hand % self.slots.len();
            self.hand = place + 1;
            if spared == Some(place) {
                continue;
            }
            let Some(slot) = &mut self.slots[place] else { continue };
            match slot.uses.get_mut() {
                0 => return self.remove(place),
                uses => *uses -= 1,
            }
        }
        None
    }
}

impl<K, V> fmt::Debug for ByteCache<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ByteCache")
            .field("bytes", &self.bytes)
            .field("bytes_max", &self.bytes_max)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stay_within_the_bound_and_what_is_used_stays() {
        let cache: ByteCache<u32, u32> = ByteCache::new(100 * (100 + ENTRY_BYTES));
        for key in 0..10_000 {
            cache.insert(key, key, 100);
            assert!(cache.bytes() <= 100 * (100 + ENTRY_BYTES), "{} bytes after {key}", cache.bytes());
            cache.get(&7);
            cache.get(&11);
        }
        assert_eq!((cache.get(&7), cache.get(&11)), (Some(7), Some(11)), "used before each other one came");
        assert_eq!(cache.get(&9_999), Some(9_999), "the newest one");
        assert!((90..=100).contains(&cache.values().len()), "{} entries", cache.values().len());
    }

    #[test]
    fn what_grows_drives_out_others_and_what_is_too_large_is_not_kept() {
        // Wherever the hash puts them: it differs each time.
        (0..500).for_each(|_| one_grows());
    }

    fn one_grows() {
        let cache: ByteCache<u32, u32> = ByteCache::new(10_000);
        (0..20).for_each(|key| cache.insert(key, key, 100));
        assert_eq!(cache.bytes(), 20 * (100 + ENTRY_BYTES));
        cache.reweigh(&3, |value| *value == 4, 9_000);
        assert_eq!(cache.bytes(), 20 * (100 + ENTRY_BYTES), "another value than the one that grew");
        cache.reweigh(&3, |value| *value == 3, 9_000);
        assert!(cache.bytes() <= 10_000 && cache.get(&3).is_some(), "{} bytes", cache.bytes());
        cache.insert(3, 5, 200);
        assert_eq!(cache.get(&3), Some(5));
        cache.insert(3, 6, 10_000);
        assert_eq!(cache.get(&3), None, "it would drive out everything");
        let left = cache.values().len() * (100 + ENTRY_BYTES);
        assert_eq!(cache.bytes(), left);
        cache.insert(3, 7, 100);
        cache.reweigh(&3, |value| *value == 7, 10_000);
        assert_eq!(
            (cache.get(&3), cache.bytes()),
            (None, left),
            "it has grown too large, and nothing else goes for it"
        );
    }

    #[test]
    fn cores_that_insert_at_once_leave_the_count_right() {
        let cache: ByteCache<u32, u32> = ByteCache::new(50 * (10 + ENTRY_BYTES));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let cache = &cache;
                scope.spawn(move || {
                    for key in 0..2_000 {
                        cache.insert(key % 97 + thread, key, 10);
                        cache.reweigh(&(key % 89), |_| true, 10 + key as usize % 50);
                    }
                });
            }
        });
        assert!(cache.bytes() <= 50 * (10 + ENTRY_BYTES), "{} bytes", cache.bytes());
        let shards = cache.shards.iter().map(|shard| shard.read().unwrap());
        let sum: usize = shards.map(|shard| shard.slots.iter().flatten().map(|slot| slot.bytes).sum::<usize>()).sum();
        assert_eq!(cache.bytes(), sum);
    }
}

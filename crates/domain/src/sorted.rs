//! Maps and sets in the order of their keys.
//!
//! On the server they are those of the standard library. Each of those brings eight kilobytes of code for splitting and
//! joining nodes into the phone's bundle, for every pair of types; there they are lists of places in order instead. What
//! they hold, in which order and how it reads as JSON is the same; `tests/sorted.rs` holds the two against each other.

#[cfg(target_arch = "wasm32")]
pub use self::{list::Map, list::Set};
#[cfg(not(target_arch = "wasm32"))]
pub use std::collections::{BTreeMap as Map, BTreeSet as Set};

/// The lists; on the server only for the tests.
#[doc(hidden)]
pub mod list {
    use std::{borrow::Borrow, fmt, marker::PhantomData, ops::Index};

    use serde::{
        Deserialize, Deserializer, Serialize, Serializer,
        de::{MapAccess, SeqAccess, Visitor},
    };

    /// A map as a list in the order of its keys. The list holds places, so that all of them move alike.
    #[derive(Clone, PartialEq, Eq, Hash)]
    pub struct Map<K, V>(Vec<Box<(K, V)>>);

    impl<K, V> Map<K, V> {
        /// Nothing yet.
        #[must_use]
        pub const fn new() -> Self {
            Self(Vec::new())
        }

        /// How many.
        #[must_use]
        pub fn len(&self) -> usize {
            self.0.len()
        }

        /// Whether it holds nothing.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.0.is_empty()
        }

        /// Forgets everything.
        pub fn clear(&mut self) {
            self.0.clear();
        }

        /// Keys with their values, in order.
        pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + ExactSizeIterator + Clone {
            self.0.iter().map(|one| (&one.0, &one.1))
        }

        /// Keys with their values, in order, to change these.
        pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> + ExactSizeIterator {
            self.0.iter_mut().map(|one| (&one.0, &mut one.1))
        }

        /// The keys in order.
        pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
            self.0.iter().map(|one| &one.0)
        }

        /// The values in the order of their keys.
        pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
            self.0.iter().map(|one| &one.1)
        }

        /// The values in the order of their keys, to change them.
        pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
            self.0.iter_mut().map(|one| &mut one.1)
        }

        /// The values in the order of their keys.
        pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
            self.0.into_iter().map(|one| one.1)
        }

        /// Keeps what `keep` says.
        pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
            self.0.retain_mut(|one| keep(&one.0, &mut one.1));
        }

        /// Where a key is, or where it belongs.
        fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
        where
            K: Borrow<Q>,
        {
            // What comes in order is not looked for.
            match self.0.last() {
                Some(last) if last.0.borrow() < key => Err(self.0.len()),
                _ => self.0.binary_search_by(|one| one.0.borrow().cmp(key)),
            }
        }

        /// The value of a key.
        pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
        where
            K: Borrow<Q>,
        {
            let place = self.place(key).ok()?;
            self.0.get(place).map(|one| &one.1)
        }

        /// The value of a key, to change it.
        pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
        where
            K: Borrow<Q>,
        {
            let place = self.place(key).ok()?;
            self.0.get_mut(place).map(|one| &mut one.1)
        }

        /// Whether a key is there.
        pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
        where
            K: Borrow<Q>,
        {
            self.place(key).is_ok()
        }

        /// Takes a key out.
        pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
        where
            K: Borrow<Q>,
        {
            let place = self.place(key).ok()?;
            Some(self.0.remove(place).1)
        }
    }

    impl<K: Ord, V> Map<K, V> {
        /// Puts a value under a key; gives the one before.
        pub fn insert(&mut self, key: K, value: V) -> Option<V> {
            match self.place(&key) {
                Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
                Err(place) => {
                    self.0.insert(place, Box::new((key, value)));
                    None
                }
            }
        }

        /// The place of a key.
        pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
            Entry { map: self, key }
        }
    }

    /// The place of a key in a map.
    pub struct Entry<'a, K, V> {
        map: &'a mut Map<K, V>,
        key: K,
    }

    impl<K, V> fmt::Debug for Entry<'_, K, V> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Entry")
        }
    }

    impl<'a, K: Ord, V> Entry<'a, K, V> {
        /// The value there, or the one that `make` gives.
        pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
            let place = match self.map.place(&self.key) {
                Ok(place) => place,
                Err(place) => {
                    self.map.0.insert(place, Box::new((self.key, make())));
                    place
                }
            };
            &mut self.map.0[place].1
        }

        /// The value there, or its default.
        pub fn or_default(self) -> &'a mut V
        where
            V: Default,
        {
            self.or_insert_with(V::default)
        }
    }

    impl<K, V> Default for Map<K, V> {
        fn default() -> Self {
            Self::new()
        }
    }

    impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_map().entries(self.iter()).finish()
        }
    }

    impl<K: Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for Map<K, V> {
        type Output = V;
        fn index(&self, key: &Q) -> &V {
            self.get(key).expect("a key of the map")
        }
    }

    impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
        fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, all: I) {
            for (key, value) in all {
                self.insert(key, value);
            }
        }
    }

    impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
        fn from_iter<I: IntoIterator<Item = (K, V)>>(all: I) -> Self {
            let mut map = Self::new();
            map.extend(all);
            map
        }
    }

    impl<K: Ord, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
        fn from(all: [(K, V); N]) -> Self {
            all.into_iter().collect()
        }
    }

    /// Hands over the pair of a place.
    type Open<K, V> = fn(Box<(K, V)>) -> (K, V);

    impl<K, V> IntoIterator for Map<K, V> {
        type Item = (K, V);
        type IntoIter = std::iter::Map<std::vec::IntoIter<Box<(K, V)>>, Open<K, V>>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.into_iter().map(|one| *one)
        }
    }

    /// Shows the pair of a place.
    type Show<'a, K, V> = fn(&'a Box<(K, V)>) -> (&'a K, &'a V);

    impl<'a, K, V> IntoIterator for &'a Map<K, V> {
        type Item = (&'a K, &'a V);
        type IntoIter = std::iter::Map<std::slice::Iter<'a, Box<(K, V)>>, Show<'a, K, V>>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.iter().map(|one| (&one.0, &one.1))
        }
    }

    impl<K: Serialize, V: Serialize> Serialize for Map<K, V> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_map(self.iter())
        }
    }

    impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for Map<K, V> {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct All<K, V>(PhantomData<(K, V)>);

            impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for All<K, V> {
                type Value = Map<K, V>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a map")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Map<K, V>, A::Error> {
                    let mut map = Map::new();
                    while let Some((key, value)) = from.next_entry()? {
                        map.insert(key, value);
                    }
                    Ok(map)
                }
            }

            from.deserialize_map(All(PhantomData))
        }
    }

    /// A set as a list in order.
    #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct Set<T>(Vec<T>);

    impl<T> Set<T> {
        /// Nothing yet.
        #[must_use]
        pub const fn new() -> Self {
            Self(Vec::new())
        }

        /// How many.
        #[must_use]
        pub fn len(&self) -> usize {
            self.0.len()
        }

        /// Whether it holds nothing.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.0.is_empty()
        }

        /// Forgets everything.
        pub fn clear(&mut self) {
            self.0.clear();
        }

        /// All in order.
        pub fn iter(&self) -> std::slice::Iter<'_, T> {
            self.0.iter()
        }

        /// Keeps what `keep` says.
        pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
            self.0.retain(keep);
        }

        fn place<Q: Ord + ?Sized>(&self, value: &Q) -> Result<usize, usize>
        where
            T: Borrow<Q>,
        {
            match self.0.last() {
                Some(last) if last.borrow() < value => Err(self.0.len()),
                _ => self.0.binary_search_by(|one| one.borrow().cmp(value)),
            }
        }

        /// Whether it is there.
        pub fn contains<Q: Ord + ?Sized>(&self, value: &Q) -> bool
        where
            T: Borrow<Q>,
        {
            self.place(value).is_ok()
        }

        /// Takes it out; whether it was there.
        pub fn remove<Q: Ord + ?Sized>(&mut self, value: &Q) -> bool
        where
            T: Borrow<Q>,
        {
            self.place(value).is_ok_and(|place| {
                self.0.remove(place);
                true
            })
        }
    }

    impl<T: Ord> Set<T> {
        /// Puts one in; whether it was not there.
        pub fn insert(&mut self, value: T) -> bool {
            match self.place(&value) {
                Ok(_) => false,
                Err(place) => {
                    self.0.insert(place, value);
                    true
                }
            }
        }
    }

    impl<T> Default for Set<T> {
        fn default() -> Self {
            Self::new()
        }
    }

    impl<T: fmt::Debug> fmt::Debug for Set<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_set().entries(&self.0).finish()
        }
    }

    impl<T: Ord> Extend<T> for Set<T> {
        fn extend<I: IntoIterator<Item = T>>(&mut self, all: I) {
            for value in all {
                self.insert(value);
            }
        }
    }

    impl<T: Ord> FromIterator<T> for Set<T> {
        fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
            let mut set = Self::new();
            set.extend(all);
            set
        }
    }

    impl<T: Ord, const N: usize> From<[T; N]> for Set<T> {
        fn from(all: [T; N]) -> Self {
            all.into_iter().collect()
        }
    }

    impl<T> IntoIterator for Set<T> {
        type Item = T;
        type IntoIter = std::vec::IntoIter<T>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.into_iter()
        }
    }

    impl<'a, T> IntoIterator for &'a Set<T> {
        type Item = &'a T;
        type IntoIter = std::slice::Iter<'a, T>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.iter()
        }
    }

    impl<T: Serialize> Serialize for Set<T> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(to)
        }
    }

    impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for Set<T> {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct All<T>(PhantomData<T>);

            impl<'de, T: Deserialize<'de> + Ord> Visitor<'de> for All<T> {
                type Value = Set<T>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a list")
                }

                fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Set<T>, A::Error> {
                    let mut set = Set::new();
                    while let Some(value) = from.next_element()? {
                        set.insert(value);
                    }
                    Ok(set)
                }
            }

            from.deserialize_seq(All(PhantomData))
        }
    }
}

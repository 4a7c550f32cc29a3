//! Sorting and sets with one copy of the algorithm, where the standard library compiles one for each type.
//!
//! Its sort is quick, and 5 KB of wasm for every type and every order; collecting into a set or a map sorts as well. The
//! engine has to arrive before anything can be read, so what is sorted once in a while is sorted here. What is sorted for
//! each occurrence keeps the quick sort.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts a list; equal items keep their order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts a list by a key of each item; items with equal keys keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |one, other| key(one).cmp(&key(other)));
}

/// Sorts a list by a comparison; equal items keep their order.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    // Most lists are short, and most of them in order.
    if (1..items.len()).all(|at| compare(&items[at - 1], &items[at]).is_le()) {
        return;
    }
    let order = sorted_indices(items.len(), &|one, other| compare(&items[one], &items[other]));
    arrange(&order, &mut |one, other| items.swap(one, other));
}

/// Iterators that become sets and maps item by item.
pub trait IntoOrdered: Iterator + Sized {
    /// All items, each once.
    fn into_set(self) -> BTreeSet<Self::Item>
    where
        Self::Item: Ord,
    {
        let mut set = BTreeSet::new();
        for item in self {
            set.insert(item);
        }
        set
    }

    /// All values by their keys; of equal keys the last counts.
    fn into_map<K: Ord, V>(self) -> BTreeMap<K, V>
    where
        Self: Iterator<Item = (K, V)>,
    {
        let mut map = BTreeMap::new();
        for (key, value) in self {
            map.insert(key, value);
        }
        map
    }
}

impl<I: Iterator> IntoOrdered for I {}

/// The indices of a list in the order of its items.
fn sorted_indices(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

/// Brings the item of index `order[place]` to each place, in at most one swap an item.
fn arrange(order: &[usize], swap: &mut dyn FnMut(usize, usize)) {
    let mut target = vec![0; order.len()];
    for (place, index) in order.iter().enumerate() {
        target[*index] = place;
    }
    for place in 0..target.len() {
        while target[place] != place {
            let there = target[place];
            swap(place, there);
            target.swap(place, there);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_list_is_sorted_as_by_the_standard_library(list: Vec<(u8, u32)>) {
            let (mut ours, mut theirs) = (list.clone(), list.clone());
            sort_by_key(&mut ours, |item| item.0);
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(&ours, &theirs);
            sort(&mut ours);
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn a_set_and_a_map_hold_what_collecting_gives(list: Vec<(u8, u32)>) {
            prop_assert_eq!(list.iter().into_set(), list.iter().collect());
            prop_assert_eq!(list.iter().copied().into_map(), list.iter().copied().collect::<BTreeMap<_, _>>());
        }
    }

    #[test]
    fn an_order_that_turns_the_list_around_by_one_is_followed_without_a_detour() {
        let mut items: Vec<usize> = (0..5).collect();
        let mut swaps = 0;
        arrange(&[4, 0, 1, 2, 3], &mut |one, other| {
            swaps += 1;
            items.swap(one, other);
        });
        assert_eq!((items, swaps), (vec![4, 0, 1, 2, 3], 4));
    }
}

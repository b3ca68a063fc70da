use super::{OrdMap, OrdSet, Vector};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

/// Numbers without a pattern that a test could hang on (Knuth's constants for a linear congruential generator).
struct Rng(u64);

impl Rng {
    fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 32) as u32) % n
    }
}

/// What must hold of a map, whatever was done to it, and of the simple map that had the same done to it.
fn compare(map: &OrdMap<u32, u32>, model: &BTreeMap<u32, u32>, probe: u32) {
    assert_eq!(map.len(), model.len());
    assert!(map.iter().eq(model.iter()));
    assert_eq!(map.get(&probe), model.get(&probe));
    assert_eq!(map.get_min(), model.first_key_value());
    assert_eq!(map.get_max(), model.last_key_value());
    assert_eq!(map.get_prev(&probe), model.range(..=probe).next_back());
    assert!(map.range(probe..probe + 50).eq(model.range(probe..probe + 50)));
    let behind = (Bound::Excluded(probe), Bound::Unbounded);
    assert!(map.range(behind).eq(model.range(behind)));
}

#[test]
fn a_map_does_what_the_standard_one_does_and_its_clones_keep_still() {
    for (seed, keys) in [(1, 40), (2, 5000), (3, 40_000)] {
        let mut rng = Rng::new(seed);
        let (mut map, mut model) = (OrdMap::new(), BTreeMap::new());
        let mut snapshots = Vec::new();
        for step in 0..12_000 {
            // First it grows, then it shrinks to nothing.
            let (key, grows) = (rng.below(keys), rng.below(12_000) > step);
            if grows {
                assert_eq!(map.insert(key, step), model.insert(key, step));
            } else {
                let key = model.range(key..).next().map_or(key, |(key, _)| *key);
                assert_eq!(map.remove(&key), model.remove(&key));
            }
            if let Some(value) = map.get_mut(&(key / 2)) {
                *value += 1;
                model.entry(key / 2).and_modify(|value| *value += 1);
            }
            if step % 400 == 0 {
                compare(&map, &model, key);
                snapshots.push((map.clone(), model.clone()));
            }
        }
        map.retain(|key, _| key % 3 == 0);
        model.retain(|key, _| key % 3 == 0);
        compare(&map, &model, keys / 2);
        for key in model.keys() {
            map.remove(key);
        }
        assert!(map.is_empty() && map.get_max().is_none());
        snapshots.iter().for_each(|(map, model)| compare(map, model, keys / 3));
    }
}

/// Texts that begin alike, are each other's beginnings, or have nothing in common.
fn text(rng: &mut Rng, keys: u32) -> String {
    let n = rng.below(keys);
    match n % 5 {
        0 => format!("default/load-{}-5b8f7d9c6-{:05x}", n % 7, n),
        1 => "a".repeat(n as usize % 60),
        2 => format!("{:08x}-77f2-4b1e", n.wrapping_mul(0x9E37_79B9)),
        3 => format!("default/load-{}", n % 100),
        _ => format!("a{}\0{}", "\0".repeat(n as usize % 3), n % 50),
    }
}

#[test]
fn texts_are_found_by_their_heads_as_without() {
    for (seed, keys) in [(1, 60), (2, 3000), (3, 40_000)] {
        let mut rng = Rng::new(seed);
        let (mut map, mut model) = (OrdMap::new(), BTreeMap::new());
        let mut snapshots = Vec::new();
        for step in 0..12_000 {
            let (key, grows) = (text(&mut rng, keys), rng.below(12_000) > step);
            if grows {
                assert_eq!(map.insert(key.clone(), step), model.insert(key.clone(), step));
            } else {
                let key = model.range(key.clone()..).next().map_or(key.clone(), |(key, _)| key.clone());
                assert_eq!(map.remove(key.as_str()), model.remove(&key));
            }
            let probe = text(&mut rng, keys);
            assert_eq!(map.get(probe.as_str()), model.get(&probe));
            assert_eq!(map.get_mut(&key), model.get_mut(&key));
            assert!(map.range(probe.clone()..).take(3).eq(model.range(probe.clone()..).take(3)));
            assert_eq!(map.get_prev(&probe), model.range(..=probe).next_back());
            if step % 1000 == 0 {
                snapshots.push((map.clone(), model.clone()));
            }
        }
        snapshots.iter().for_each(|(map, model)| assert!(map.iter().eq(model.iter())));
    }
}

#[test]
fn a_map_that_grows_at_its_end_can_be_taken_down_from_either() {
    for from_the_start in [true, false] {
        let mut map: OrdMap<u32, u32> = (0..5000).map(|n| (n, n)).collect();
        let mut model: BTreeMap<u32, u32> = (0..5000).map(|n| (n, n)).collect();
        while let Some((key, _)) = if from_the_start { model.pop_first() } else { model.pop_last() } {
            assert_eq!(map.remove(&key), Some(key));
            if key % 97 == 0 {
                compare(&map, &model, key + 3);
            }
        }
        assert!(map.is_empty());
    }
}

#[test]
fn entries_are_made_where_there_are_none() {
    let mut map = OrdMap::new();
    *map.entry("a").or_insert(1) += 1;
    *map.entry("a").or_default() += 5;
    map.entry("b").or_insert_with(|| 9);
    assert_eq!(format!("{map:?}"), r#"{"a": 7, "b": 9}"#);
    assert_eq!(map, OrdMap::from_iter([("b", 9), ("a", 7)]));
}

#[test]
fn a_set_holds_each_member_once() {
    let mut set = OrdSet::new();
    assert!(set.insert("b") && set.insert("a") && !set.insert("b"));
    assert_eq!(set.iter().copied().collect::<Vec<_>>(), ["a", "b"]);
    assert!(set.remove("a") && !set.remove("a") && !set.contains("a"));
    assert_eq!((set.get_min(), set.get_max(), set.len()), (Some(&"b"), Some(&"b"), 1));
}

#[test]
fn a_vector_does_what_the_standard_queue_does() {
    let mut rng = Rng::new(7);
    let (mut vector, mut model) = (Vector::new(), VecDeque::new());
    let before = vector.clone();
    for step in 0..20_000 {
        match rng.below(8) {
            0 => assert_eq!(vector.pop_front(), model.pop_front()),
            1 => assert_eq!(vector.pop_back(), model.pop_back()),
            2 => {
                vector.push_front(step);
                model.push_front(step);
            }
            3 => {
                let at = rng.below(2 * step + 1) as usize / 4;
                assert_eq!(vector.get_mut(at), model.get_mut(at));
            }
            _ => {
                vector.push_back(step);
                model.push_back(step);
            }
        }
        let at = rng.below(step + 1) as usize / 3;
        assert_eq!((vector.get(at), vector.len()), (model.get(at), model.len()));
        if step % 500 == 0 {
            assert!(vector.iter().rev().eq(model.iter().rev()));
        }
    }
    vector.truncate(70);
    model.truncate(70);
    assert!(vector.iter().eq(model.iter()) && before.is_empty());
}

#[test]
fn sorting_is_stable_and_arranges_everything() {
    let mut rng = Rng::new(3);
    for len in 0..300u32 {
        let items: Vec<(u32, u32)> = (0..len).map(|n| (rng.below(1 + len / 2), n)).collect();
        let (mut sorted, mut model) = (items.clone(), items);
        model.sort_by_key(|(key, _)| *key);
        crate::sort_by_key(&mut sorted, |(key, _)| *key);
        assert_eq!(sorted, model);
        model.sort_by(|a, b| b.cmp(a));
        crate::sort_by(&mut sorted, |a, b| b.cmp(a));
        assert_eq!(sorted, model);
        model.sort();
        crate::sort(&mut sorted);
        assert_eq!(sorted, model);
        model.sort_by_key(|(key, _)| key % 7);
        crate::sort_by_cached_key(&mut sorted, |(key, _)| key % 7);
        assert_eq!(sorted, model);
    }
}

#[test]
fn a_flat_map_does_what_the_standard_one_does() {
    let mut rng = Rng::new(5);
    let (mut map, mut model) = (crate::FlatMap::new(), BTreeMap::new());
    for step in 0..3000 {
        let key = rng.below(60);
        match rng.below(4) {
            0 => assert_eq!(map.remove(&key), model.remove(&key)),
            1 => {
                *map.get_or_insert_with(key, || step) += 1;
                *model.entry(key).or_insert(step) += 1;
            }
            2 => assert_eq!(map.get_mut(&key), model.get_mut(&key)),
            _ => assert_eq!(map.insert(key, step), model.insert(key, step)),
        }
        assert!(map.iter().eq(model.iter()) && map.contains_key(&key) == model.contains_key(&key));
    }
    map.retain(|key, _| key % 2 == 0);
    model.retain(|key, _| key % 2 == 0);
    assert!(map.keys().rev().eq(model.keys().rev()) && map.into_values().eq(model.into_values()));
    let mut set = crate::FlatSet::from(["b", "a", "b"]);
    assert!(set.iter().eq(["a", "b"].iter()) && !set.insert("a") && set.remove("b") && !set.contains("b"));
}

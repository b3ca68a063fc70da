//! Where the Pods of one label group are: how many on which node.

/// With Pods on more nodes than this, a list of all nodes is quicker to read than a list of those.
const FEW: usize = 32;

/// Counts by the node's place in the cache.
#[derive(Clone, Debug)]
pub enum Spots {
    /// Places and counts, sorted by place.
    Few(Vec<(u32, u32)>),
    /// The count of each place; what is beyond the end counts 0.
    Many(Vec<u32>),
}

impl Default for Spots {
    fn default() -> Spots {
        Spots::Few(Vec::new())
    }
}

impl Spots {
    /// Adds the count at each of `places` to that in `counts`. It is quickest where places come in their order.
    pub fn count(&self, places: &[usize], counts: &mut [u32]) {
        match self {
            Spots::Few(list) => {
                let (mut before, mut next) = (0, 0);
                for (place, count) in places.iter().zip(counts) {
                    if *place < before {
                        next = 0;
                    }
                    before = *place;
                    while list.get(next).is_some_and(|(at, _)| (*at as usize) < *place) {
                        next += 1;
                    }
                    *count += list.get(next).filter(|(at, _)| *at as usize == *place).map_or(0, |(_, here)| *here);
                }
            }
            Spots::Many(list) => {
                let here = places.iter().map(|place| list.get(*place).copied().unwrap_or(0));
                counts.iter_mut().zip(here).for_each(|(count, here)| *count += here);
            }
        }
    }

    /// Changes the count at a place.
    pub fn change(&mut self, place: usize, by: i32) {
        match self {
            Spots::Few(list) => match list.binary_search_by_key(&(place as u32), |(place, _)| *place) {
                Ok(at) => {
                    list[at].1 = list[at].1.saturating_add_signed(by);
                    if list[at].1 == 0 {
                        list.remove(at);
                    }
                }
                Err(at) if by > 0 => list.insert(at, (place as u32, by as u32)),
                Err(_) => {}
            },
            Spots::Many(counts) => {
                if counts.len() <= place {
                    counts.resize(place + 1, 0);
                }
                counts[place] = counts[place].saturating_add_signed(by);
            }
        }
        if let Spots::Few(list) = self
            && list.len() > FEW
        {
            let mut counts = vec![0; list.last().map_or(0, |(place, _)| *place as usize + 1)];
            for (place, count) in list.iter() {
                counts[*place as usize] = *count;
            }
            *self = Spots::Many(counts);
        }
    }

    /// Whether nothing is counted anywhere, as far as that is quick to say.
    pub fn is_empty(&self) -> bool {
        matches!(self, Spots::Few(list) if list.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_count_alike() {
        let mut rng = api::Rng::new(4);
        let (mut spots, mut plain) = (Spots::default(), vec![0_u32; 200]);
        for _ in 0..3000 {
            let place = rng.below(200) as usize;
            let by = if rng.below(3) == 0 && plain[place] > 0 { -1 } else { 1 };
            plain[place] = plain[place].saturating_add_signed(by);
            spots.change(place, by);
            // From somewhere on, and then from the beginning.
            let first = rng.below(200) as usize;
            let places: Vec<usize> = (first..200).chain(0..first).chain([9999]).collect();
            let mut counts = vec![0; 201];
            spots.count(&places, &mut counts);
            let expected: Vec<u32> = places.iter().map(|place| plain.get(*place).copied().unwrap_or(0)).collect();
            assert_eq!(counts, expected);
        }
        assert!(matches!(spots, Spots::Many(_)));
        let mut one = Spots::default();
        one.change(7, 1);
        one.change(7, -1);
        assert!(one.is_empty());
    }
}

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
    /// The count at a place.
    pub fn at(&self, place: usize) -> u32 {
        match self {
            Spots::Few(list) => {
                list.binary_search_by_key(&(place as u32), |(place, _)| *place).map_or(0, |at| list[at].1)
            }
            Spots::Many(counts) => counts.get(place).copied().unwrap_or(0),
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
            assert_eq!(spots.at(place), plain[place]);
        }
        assert!(matches!(spots, Spots::Many(_)));
        assert!((0..200).all(|place| spots.at(place) == plain[place]) && spots.at(9999) == 0);
        let mut one = Spots::default();
        one.change(7, 1);
        one.change(7, -1);
        assert!(one.is_empty());
    }
}

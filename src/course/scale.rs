//! Where a moment is on the bar. Long stretches in which nothing was done are drawn shorter, so that a session of an hour
//! shows its first minute as well as its last.

use super::Course;

/// Gaps up to so many seconds are drawn as long as they are; of longer ones only the logarithm of the rest.
const TRUE_TO_SCALE: f64 = 8.0;

/// From moments (in seconds) to places (from 0 to 1) and back.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Moments and their places, in order.
    points: Vec<(f64, f64)>,
}

impl Scale {
    /// The scale of a course.
    pub fn of(course: &Course) -> Scale {
        let mut points = vec![(0.0, 0.0)];
        let (mut last, mut place) = (0.0, 0.0);
        for at in course.marks.iter().map(|mark| mark.at).chain([course.end]) {
            let gap = (at - last).max(0.0);
            place += match gap > TRUE_TO_SCALE {
                true => TRUE_TO_SCALE * (1.0 + (gap / TRUE_TO_SCALE).ln()),
                false => gap,
            };
            points.push((at, place));
            last = at;
        }
        let whole = place.max(1e-9);
        points.iter_mut().for_each(|(_, place)| *place /= whole);
        Scale { points }
    }

    /// The places of the commands, in their order.
    pub fn marks(&self) -> impl Iterator<Item = f64> {
        self.points.iter().skip(1).map(|(_, place)| *place)
    }

    /// The place of a moment.
    pub fn place(&self, at: f64) -> f64 {
        between(&self.points, at, |point| *point).clamp(0.0, 1.0)
    }

    /// The moment at a place.
    pub fn moment(&self, place: f64) -> f64 {
        between(&self.points, place, |(at, place)| (*place, *at))
    }
}

fn between(points: &[(f64, f64)], x: f64, of: impl Fn(&(f64, f64)) -> (f64, f64)) -> f64 {
    let next = points.iter().position(|point| of(point).0 >= x).unwrap_or(points.len() - 1);
    let ((x0, y0), (x1, y1)) = (of(&points[next.saturating_sub(1)]), of(&points[next]));
    if x1 - x0 < 1e-9 { y1 } else { y0 + (y1 - y0) * ((x - x0) / (x1 - x0)).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;

    #[test]
    fn moments_and_places_belong_together_and_long_gaps_are_short() {
        let mark = |at| Mark { at, input: 0, text: "ls".into() };
        let course = Course { end: 3700.0, marks: [mark(2.0), mark(5.0), mark(3605.0)].into(), ..Course::default() };
        let scale = Scale::of(&course);
        for at in [0.0, 1.0, 2.0, 4.5, 100.0, 3605.0, 3650.0, 3700.0] {
            assert!((scale.moment(scale.place(at)) - at).abs() < 0.01, "{at}");
        }
        assert_eq!(scale.marks().take(3).collect::<Vec<_>>(), [2.0, 5.0, 3605.0].map(|at| scale.place(at)));
        assert!(scale.place(5.0) > 0.05 && scale.place(3605.0) < 0.8);
        assert_eq!((scale.place(-5.0), scale.place(9999.0)), (0.0, 1.0));
        assert_eq!(Scale::of(&Course::default()).place(0.0), 0.0);
    }
}

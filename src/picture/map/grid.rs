//! Where the cells of a map lie.

/// A cell's side in pixels, at most and at least.
const LARGEST: f64 = 56.0;
const SMALLEST: f64 = 6.0;
/// The height that the map tries to keep to, in pixels.
const HEIGHT: f64 = 320.0;
/// A cell's side near by: large enough for a finger and for its node's number.
const NEAR: f64 = 36.0;
/// No browser paints a higher canvas, in pixels.
const HIGHEST: f64 = 16_000.0;

/// The size of the grid: a cell's side, and how many there are in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// In pixels, with the gap to the next cell.
    pub side: f64,
    /// At least one.
    pub columns: usize,
}

impl Default for Grid {
    fn default() -> Grid {
        Grid { side: LARGEST, columns: 1 }
    }
}

impl Grid {
    /// The largest cells with which so many fit into the width and, if that can be, into the height; near by, cells that one can
    /// read, and as many rows as it takes.
    pub fn new(count: usize, width: f64, near: bool) -> Grid {
        let grid = Grid::whole(count, width);
        let highest = (HIGHEST * width / count.max(1) as f64).sqrt().floor();
        let side = NEAR.min(highest).max(grid.side);
        if near { Grid { side, columns: ((width / side).floor() as usize).max(1) } } else { grid }
    }

    fn whole(count: usize, width: f64) -> Grid {
        let side = (width * HEIGHT / count.max(1) as f64).sqrt().floor().clamp(SMALLEST, LARGEST);
        let columns = ((width / side).floor() as usize).max(1);
        // The last row may have made it too high by one.
        let rows = count.div_ceil(columns) as f64;
        let side = if rows * side > HEIGHT && side > SMALLEST { side - 1.0 } else { side };
        Grid { side, columns: ((width / side).floor() as usize).max(1) }
    }

    /// Where a cell begins.
    pub fn place(&self, nth: usize) -> (f64, f64) {
        ((nth % self.columns) as f64 * self.side, (nth / self.columns) as f64 * self.side)
    }

    /// The cell at a point.
    pub fn at(&self, x: f64, y: f64) -> usize {
        let column = ((x / self.side) as usize).min(self.columns - 1);
        (y / self.side) as usize * self.columns + column
    }

    /// Whether there is room in a cell for its node's number.
    pub fn is_read(&self) -> bool {
        self.side >= NEAR / 1.5
    }

    /// A cell's side without the gap.
    pub fn inner(&self) -> f64 {
        self.side - if self.side > 9.0 { 2.0 } else { 1.0 }
    }

    /// Where a key leads from a cell of so many, as in any grid (ARIA's practices); `None` if the key leads nowhere.
    pub fn step(&self, key: &str, from: Option<usize>, count: usize) -> Option<usize> {
        const PAGE: usize = 5;
        let columns = self.columns;
        let Some(from) = from else { return key.starts_with("Arrow").then_some(0) };
        let row = from - from % columns;
        let to = match key {
            "ArrowLeft" => from.checked_sub(1)?,
            "ArrowRight" => from + 1,
            "ArrowUp" => from.checked_sub(columns)?,
            "ArrowDown" => from + columns,
            "PageUp" => from.checked_sub(PAGE * columns).unwrap_or(from % columns),
            "PageDown" => (from + PAGE * columns).min(count.saturating_sub(1)),
            "Home" => row,
            "End" => (row + columns).min(count) - 1,
            _ => return None,
        };
        (to < count).then_some(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_the_width_and_are_found_again() {
        for count in [1, 4, 48, 1000, 5001] {
            let grid = Grid::new(count, 1090.0, false);
            assert!(grid.side >= SMALLEST && grid.side <= LARGEST);
            let (x, y) = grid.place(count - 1);
            assert_eq!(grid.at(x + 1.0, y + 1.0), count - 1, "{count}");
            assert!(x + grid.side <= 1090.0);
        }
        let grid = Grid::new(5001, 1090.0, false);
        assert!(grid.place(5000).1 + grid.side <= HEIGHT, "{grid:?}");
        assert!(!grid.is_read());
    }

    #[test]
    fn near_by_a_cell_is_read_and_no_canvas_is_too_high() {
        for (count, width) in [(4, 360.0), (100, 360.0), (5001, 1090.0), (5001, 356.0)] {
            let grid = Grid::new(count, width, true);
            assert!(grid.is_read() && grid.side >= Grid::new(count, width, false).side, "{count} {grid:?}");
            assert!(grid.place(count - 1).1 + grid.side <= HIGHEST * 1.05, "{count} {grid:?}");
        }
    }

    #[test]
    fn keys_walk_over_the_cells_and_not_beyond() {
        let grid = Grid { side: 10.0, columns: 4 };
        let step = |key, from| grid.step(key, from, 10);
        assert_eq!([step("ArrowDown", None), step("x", None), step("x", Some(3))], [Some(0), None, None]);
        assert_eq!([step("ArrowLeft", Some(0)), step("ArrowRight", Some(9)), step("ArrowDown", Some(7))], [None; 3]);
        assert_eq!([step("ArrowDown", Some(1)), step("ArrowUp", Some(5))], [Some(5), Some(1)]);
        assert_eq!([step("Home", Some(6)), step("End", Some(5)), step("End", Some(8))], [Some(4), Some(7), Some(9)]);
        assert_eq!([step("PageUp", Some(6)), step("PageDown", Some(1))], [Some(2), Some(9)]);
    }
}

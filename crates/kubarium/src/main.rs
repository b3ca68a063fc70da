//! The native command: `kubarium sh`, `kubarium scale`.

fn main() {}

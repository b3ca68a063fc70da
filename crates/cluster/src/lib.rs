//! The clock, the event queue and the wiring: one value is one cluster.

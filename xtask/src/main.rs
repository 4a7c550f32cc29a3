//! Every chore: demo, test, ci, bench, dist, tidy.

fn main() {}

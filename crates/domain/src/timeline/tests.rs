//! Changes on the way: who serves, and when.

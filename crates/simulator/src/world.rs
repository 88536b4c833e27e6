//! Placeholder.
#[derive(Debug)]
pub(crate) struct World;
impl World {
    pub(crate) fn new(_: &str) -> Self {
        Self
    }
}

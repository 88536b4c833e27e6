//! Where a sealed value is stored, which it cannot leave.

/// The place of a sealed value: nothing in it may ever change, so it holds ids and never names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The workspace's id; empty for what belongs to no workspace.
    pub workspace: &'a [u8],
    /// The row's id within the workspace; empty where the workspace is the row.
    pub row: &'a [u8],
}

impl Place<'_> {
    /// Returns what is authenticated with the value: each part with its length in front, so no two places agree.
    pub(crate) fn associated_data(&self, version: u8, key: u32) -> Vec<u8> {
        let key = key.to_be_bytes();
        let parts: [&[u8]; 6] = [
            &[version],
            &key,
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.workspace,
            self.row,
        ];
        let mut data = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
        for part in parts {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part);
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_moves_to_the_next_part_makes_another_place() {
        let place = Place { table: "ab", column: "c", workspace: b"", row: b"" };
        let moved = Place { table: "a", column: "bc", workspace: b"", row: b"" };

        assert_ne!(place.associated_data(1, 1), moved.associated_data(1, 1));
    }
}

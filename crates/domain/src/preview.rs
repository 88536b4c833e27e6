//! Previews before and after an edit, and whose dates the edit moves.

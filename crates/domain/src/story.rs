<<<<<<< HEAD
//! What each story of the bot says and is told, as data: one module for each story.

pub mod duty;
=======
//! The stories: what each one can be asked, what it answers and what it tells.

pub mod lifecycle;
>>>>>>> main

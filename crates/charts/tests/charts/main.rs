//! The charts as their callers see them: pictures in both themes, and properties that hold for any data.

mod drawn;
mod frames;
mod pictures;
mod properties;

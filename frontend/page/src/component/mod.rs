//! Pieces of screens: each shows values and reports what the person did.

pub mod agenda_line;
pub mod all_day;
pub mod calendar_list;
pub mod dialog;
pub mod icon;
pub mod mark;
pub mod mini_month;
pub mod occurrence;
pub mod tally;
pub mod view_bar;

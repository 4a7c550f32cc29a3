//! Pieces of screens: each shows values and reports what the person did.

pub mod agenda_line;
pub mod all_day;
pub mod bytes_bar;
pub mod calendar_list;
pub mod code;
pub mod delivery_row;
pub mod dialog;
pub mod event_facts;
pub mod guest_answer;
pub mod guest_row;
pub mod icon;
pub mod key_sheet;
pub mod mail_tree;
pub mod mark;
pub mod mini_month;
pub mod occurrence;
pub mod part;
pub mod problem_notice;
pub mod stages;
pub mod tally;
pub mod view_bar;
pub mod zone_picker;

//! Components without data.
//!
//! Each takes plain values, signals and callbacks, and its words as props: no
//! fetching, no clock, no dictionary, no state that outlives it. Words come in
//! one language; who switches the language builds the view anew. The looks are
//! in `style/`, by class; nothing here writes a `style` attribute, because the
//! content security policy of every front ignores it.
//!
//! One component a file. Ids are passed in, so that server and browser agree.

pub mod action_bar;
pub mod badge;
pub mod banner;
pub mod bar_chart;
pub mod button;
pub mod button_link;
pub mod camera_overlay;
pub mod card;
pub mod case_table;
pub mod check_field;
pub mod checkbox_tiles;
pub mod chip;
pub mod choice;
pub mod counter;
pub mod dialog;
pub mod empty_state;
pub mod evidence_strip;
pub mod fact;
pub mod field;
pub mod figure;
pub mod i18n;
pub mod icon;
pub mod icon_button;
pub mod jump_row;
pub mod key_hint;
pub mod language_switch;
pub mod level;
pub mod line_chart;
pub mod live_region;
pub mod meter;
pub mod number_field;
pub mod pager;
pub mod photo_tile;
pub mod radio_segment;
pub mod rail;
pub mod rating;
pub mod score_badge;
pub mod select;
pub mod skeleton;
pub mod status_badge;
pub mod steps;
pub mod stopwatch;
pub mod tab_bar;
pub mod table;
pub mod task_card;
pub mod text_area;
pub mod text_input;
pub mod theme_switch;
pub mod time_text;
pub mod tone;
pub mod top_bar;
pub mod truth_badge;
pub mod visually_hidden;

pub use action_bar::ActionBar;
pub use badge::Badge;
pub use banner::Banner;
pub use bar_chart::{BarChart, BarRow};
pub use button::{Button, ButtonKind};
pub use button_link::ButtonLink;
pub use camera_overlay::{CameraOverlay, CameraWords};
pub use card::Card;
pub use case_table::{CaseRow, CaseTable};
pub use check_field::CheckField;
pub use checkbox_tiles::CheckboxTiles;
pub use chip::{Chip, FilterChip};
pub use choice::Choice;
pub use counter::{Counter, CounterWords};
pub use dialog::Dialog;
pub use empty_state::EmptyState;
pub use evidence_strip::{AddTile, EvidenceStrip};
pub use fact::Fact;
pub use field::Field;
pub use figure::Figure;
pub use icon::{Glyph, Icon, IconSize};
pub use icon_button::IconButton;
pub use jump_row::JumpRow;
pub use key_hint::KeyHint;
pub use language_switch::LanguageSwitch;
pub use level::Level;
pub use line_chart::{LineChart, LinePoint};
pub use live_region::LiveRegion;
pub use meter::{Bar, Meter};
pub use number_field::NumberField;
pub use pager::Pager;
pub use photo_tile::{PhotoTile, TileState};
pub use radio_segment::RadioSegment;
pub use rail::{Rail, RailLink};
pub use rating::Rating;
pub use score_badge::{ScoreBadge, show_score};
pub use select::Select;
pub use skeleton::Skeleton;
pub use status_badge::{Status, StatusBadge};
pub use steps::{StepState, Steps};
pub use stopwatch::{Stopwatch, StopwatchWords};
pub use tab_bar::{Tab, TabBar};
pub use table::{Column, DataTable};
pub use task_card::TaskCard;
pub use text_area::TextArea;
pub use text_input::TextInput;
pub use theme_switch::{Theme, ThemeSwitch};
pub use time_text::TimeText;
pub use tone::Tone;
pub use top_bar::TopBar;
pub use truth_badge::{Truth, TruthBadge, TruthWords};
pub use visually_hidden::VisuallyHidden;

/// A word on screen: a constant of the dictionary or a text of data.
pub type Label = leptos::oco::Oco<'static, str>;

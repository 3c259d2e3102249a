//! The colours, the same as the page's style sheet. Must not know what is drawn with them.

use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    Dark,
    Light,
}

/// A colour by its role; serialised as the name of the page's custom property (`--c1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    C1,
    C2,
    C3,
    C4,
    C5,
    C6,
    Ok,
    Watch,
    Act,
    Reference,
}

impl Color {
    pub(crate) fn rgb(self, theme: Theme) -> RGBColor {
        let (dark, light) = match self {
            Color::C1 => (0x35c2b0, 0x0b8f80),
            Color::C2 => (0xf2b84b, 0xb87500),
            Color::C3 => (0xff7a6b, 0xd5432f),
            Color::C4 => (0x7aa7ff, 0x2c62d4),
            Color::C5 => (0xc58cff, 0x8440c9),
            Color::C6 => (0x8fd14f, 0x4c8a12),
            Color::Ok => (0x3fcf8e, 0x12794f),
            Color::Watch => (0xf2b84b, 0x8f5b00),
            Color::Act => (0xff6b5e, 0xc2281b),
            Color::Reference => (0x7d90a3, 0x8a9aa8),
        };
        theme.pick(dark, light)
    }
}

impl Theme {
    fn pick(self, dark: u32, light: u32) -> RGBColor {
        let [_, red, green, blue] = match self {
            Theme::Dark => dark.to_be_bytes(),
            Theme::Light => light.to_be_bytes(),
        };
        RGBColor(red, green, blue)
    }
    pub(crate) fn text(self) -> RGBColor {
        self.pick(0xe6edf3, 0x0f1b26)
    }
    pub(crate) fn grid(self) -> RGBColor {
        self.pick(0x1b2631, 0xedf1f4)
    }
    /// Text along the axes.
    pub(crate) fn axis(self) -> RGBColor {
        self.pick(0x8093a6, 0x607180)
    }
    /// What the chart stands on; drawn only inside marks, so that lines don't show through.
    pub(crate) fn panel(self) -> RGBColor {
        self.pick(0x111922, 0xffffff)
    }
}

/// The colour `share` (0..1) of the way from `from` to `to`.
pub(crate) fn mix(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBColor(channel(from.0, to.0), channel(from.1, to.1), channel(from.2, to.2))
}

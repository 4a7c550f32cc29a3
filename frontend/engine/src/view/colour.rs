//! The eight colours of the page, chosen to be near the colour that the server keeps for a calendar.

/// How many colours the page has.
const COUNT: usize = 8;

/// The hues of the page's colours in degrees: petrol, moss, ochre, clay, rose, plum, iris; slate has none.
const HUES: [f32; COUNT - 1] = [200.0, 130.0, 45.0, 20.0, 345.0, 305.0, 255.0];
/// Slate, for colours without a hue.
const SLATE: u8 = 7;
/// Colours less vivid than this have no hue to speak of.
const LEAST_CHROMA: f32 = 0.12;

/// The page's colour for a calendar: near `#rrggbb` (or `#rrggbbaa`), or one after the other where there is none.
pub(super) fn colour_of(server: Option<&str>, index: usize) -> u8 {
    match server.and_then(rgb) {
        Some(colour) => nearest(colour),
        None => u8::try_from(index % (COUNT - 1)).unwrap_or_default(),
    }
}

fn rgb(text: &str) -> Option<[f32; 3]> {
    let digits = text.trim().strip_prefix('#')?;
    if !digits.is_ascii() || !matches!(digits.len(), 6 | 8) {
        return None;
    }
    let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok().map(|value| f32::from(value) / 255.0);
    Some([channel(0)?, channel(2)?, channel(4)?])
}

fn nearest([red, green, blue]: [f32; 3]) -> u8 {
    let (high, low) = (red.max(green).max(blue), red.min(green).min(blue));
    let chroma = high - low;
    if chroma < LEAST_CHROMA {
        return SLATE;
    }
    let sixth = if high == red {
        ((green - blue) / chroma).rem_euclid(6.0)
    } else if high == green {
        (blue - red) / chroma + 2.0
    } else {
        (red - green) / chroma + 4.0
    };
    let hue = sixth * 60.0;
    let away = |other: f32| {
        let apart = (hue - other).abs();
        apart.min(360.0 - apart)
    };
    let best = HUES.iter().enumerate().min_by(|one, other| away(*one.1).total_cmp(&away(*other.1)));
    best.and_then(|(index, _)| u8::try_from(index).ok()).unwrap_or(SLATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(server: &str, colour: u8) {
        assert_eq!(colour_of(Some(server), 3), colour, "{server}");
    }

    #[test]
    fn a_calendar_keeps_a_colour_near_its_own() {
        check("#1d7fa6", 0);
        check("#2d7d46FF", 1);
        check("#ff0000", 4);
        check("#808080", SLATE);
        check("#5b4bd6", 6);
    }

    #[test]
    fn a_calendar_without_a_colour_gets_the_next() {
        for none in [None, Some("red"), Some("#12"), Some("#é12345")] {
            assert_eq!(colour_of(none, 9), 2);
        }
    }
}

//! What the text of a cell means, as `pandas.read_csv` reads it without options.

/// The texts that pandas takes for missing values.
pub(crate) fn is_missing(text: &[u8]) -> bool {
    const TOKENS: [&[u8]; 18] = [
        b"",
        b"#N/A",
        b"#N/A N/A",
        b"#NA",
        b"-1.#IND",
        b"-1.#QNAN",
        b"-NaN",
        b"-nan",
        b"1.#IND",
        b"1.#QNAN",
        b"<NA>",
        b"N/A",
        b"NA",
        b"NULL",
        b"NaN",
        b"None",
        b"n/a",
        b"nan",
    ];
    // Most cells are numbers of more than one digit, and none of the tokens is.
    text.len() <= 8 && (TOKENS.contains(&text) || text == b"null")
}

pub(crate) fn boolean(text: &[u8]) -> Option<bool> {
    match text {
        b"True" | b"TRUE" | b"true" => Some(true),
        b"False" | b"FALSE" | b"false" => Some(false),
        _ => None,
    }
}

/// A whole number that 64 bits hold; spaces around it are left out.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}

/// The nearest number, correctly rounded; infinities have their names, NaN has none: it is a missing value.
pub(crate) fn float(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok().filter(|value: &f64| !value.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_of_missing_values_are_those_of_pandas() {
        for text in ["", "NA", "NaN", "null", "NULL", "None", "#N/A N/A", "<NA>", "-1.#QNAN"] {
            assert!(is_missing(text.as_bytes()), "{text}");
        }
        for text in ["na", "none", "Null", "0", "-", " ", "missing"] {
            assert!(!is_missing(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn numbers_read_as_in_pandas() {
        assert_eq!(
            (integer(b" 12 "), integer(b"+7"), integer(b"1.0"), integer(b"")),
            (Some(12), Some(7), None, None)
        );
        assert_eq!(integer(b"9223372036854775808"), None);
        assert_eq!(
            (float(b".5"), float(b"1e3"), float(b"-inf")),
            (Some(0.5), Some(1e3), Some(f64::NEG_INFINITY))
        );
        assert_eq!((float(b"nan"), float(b"1,5"), float(b"0x10"), float(b"\xff")), (None, None, None, None));
    }

    proptest! {
        #[test]
        fn every_number_comes_back_as_it_was(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(!value.is_nan());
            prop_assert_eq!(float(format!("{value}").as_bytes()), Some(value));
            prop_assert_eq!(float(format!("{value:e}").as_bytes()), Some(value));
        }
    }
}

//! Which columns look like personal data, by name and by what their values look like. Pure.
//!
//! A suggestion only: a person decides. Better to ask once too often, since what is suggested is not learnt from.

use tidegate_core::data::Personal;
use tidegate_table::{Column, Data};

/// Distinct values looked at, at most.
const LOOKED_AT: usize = 500;
/// So many of the values must look alike.
const MOST: f64 = 0.8;

pub fn suggested(column: &Column) -> Option<Personal> {
    let words = words(&column.name);
    match &column.data {
        Data::Text(texts) => {
            let values: Vec<&str> = texts.names.iter().map(str::trim).take(LOOKED_AT).collect();
            let mostly = |looks: fn(&str) -> bool| {
                let alike = values.iter().filter(|value| looks(value)).count();
                !values.is_empty() && alike as f64 >= MOST * values.len() as f64
            };
            let wordy = mostly(|value| value.chars().any(char::is_alphabetic));
            if mostly(is_email) {
                Some(Personal::Email)
            } else if mostly(is_iban) {
                Some(Personal::Iban)
            } else if mostly(is_phone) || (named_phone(&words) && mostly(has_digits)) {
                Some(Personal::Phone)
            } else if named_address(&words) || mostly(is_street) {
                Some(Personal::Address)
            } else {
                (named_person(&words) && wordy).then_some(Personal::Name)
            }
        }
        Data::Time(_) => named_birth(&words).then_some(Personal::BirthDate),
        Data::Integer(_) | Data::Float(_) if named_phone(&words) => Some(Personal::Phone),
        _ => None,
    }
}

/// `FirstName`, `first_name` and `first-name` are the words first and name.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && before_lower) {
            words.push(String::new());
        }
        before_lower = letter.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn any(words: &[String], known: &[&str]) -> bool {
    words.iter().any(|word| known.contains(&word.as_str()))
}

fn named_phone(words: &[String]) -> bool {
    any(words, &["phone", "telephone", "mobile", "msisdn", "fax", "telefon", "handy", "cellphone"])
}

fn named_address(words: &[String]) -> bool {
    let network = any(words, &["ip", "mac", "web", "email", "mail", "memory", "url"]);
    !network && any(words, &["address", "street", "strasse", "straße", "addr", "adresse", "anschrift"])
}

fn named_birth(words: &[String]) -> bool {
    any(words, &["birth", "birthdate", "birthday", "dob", "born", "geburtsdatum", "geburtstag", "birthdt"])
}

/// `name` alone or of a person; not that of a product.
fn named_person(words: &[String]) -> bool {
    const PEOPLE: [&str; 16] = [
        "first", "last", "full", "given", "family", "middle", "user", "customer", "client", "patient",
        "person", "employee", "contact", "owner", "holder", "sur",
    ];
    match words {
        [only] => ["name", "surname", "firstname", "lastname", "fullname", "vorname", "nachname"]
            .contains(&only.as_str()),
        [.., before, last] => last == "name" && PEOPLE.contains(&before.as_str()),
        [] => false,
    }
}

fn has_digits(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= 6
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c == '@');
    plain(local)
        && plain(domain)
        && domain.rsplit_once('.').is_some_and(|(host, top)| {
            !host.is_empty() && top.len() >= 2 && top.chars().all(char::is_alphabetic)
        })
}

/// With a plus in front, or with separators between groups: dates and decimal numbers have other ones or fewer
/// digits.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let others = |c: char| !c.is_ascii_digit() && !" -/().+".contains(c);
    if text.chars().any(others) || !(7..=15).contains(&digits) {
        return false;
    }
    let separated = text.chars().filter(|c| " -/()".contains(*c)).count();
    text.starts_with('+') || (text.starts_with(['0', '(']) && separated > 0)
}

/// ISO 13616: country, check digits, account; the whole is 1 modulo 97.
fn is_iban(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| *c != ' ').collect();
    if !(15..=34).contains(&plain.len()) || !plain.chars().all(|c| c.is_ascii_alphanumeric()) {
        return false;
    }
    let (head, account) = plain.split_at(4);
    let country = head.chars().take(2).all(|c| c.is_ascii_uppercase());
    let check = head.chars().skip(2).all(|c| c.is_ascii_digit());
    let moved = account.chars().chain(head.chars());
    let rest = moved.filter_map(|c| c.to_digit(36)).fold(0, |rest, digit| match digit {
        0..=9 => (rest * 10 + digit) % 97,
        _ => (rest * 100 + digit) % 97,
    });
    country && check && rest == 1
}

/// A number and a word for a way.
fn is_street(text: &str) -> bool {
    const WAYS: [&str; 12] =
        ["street", "st", "road", "rd", "avenue", "ave", "lane", "drive", "str", "strasse", "weg", "platz"];
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let number = lower.chars().any(|c| c.is_ascii_digit());
    number && words.any(|word| WAYS.contains(&word) || word.ends_with("straße") || word.ends_with("strasse"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, lines: &[&str]) -> Option<Personal> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        let rows: String = lines.iter().map(|line| format!("\"{line}\",1\n")).collect();
        std::fs::write(&path, format!("{name},x\n{rows}")).unwrap();
        suggested(tidegate_table::read(&path).unwrap().column(name).unwrap())
    }

    #[test]
    fn values_tell_personal_data_whatever_the_column_is_called() {
        assert_eq!(told("contact", &["ada@example.org", "b.c@mail.example.com"]), Some(Personal::Email));
        assert_eq!(told("a", &["+49 30 1234567", "(030) 765-4321"]), Some(Personal::Phone));
        assert_eq!(
            told("b", &["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"]),
            Some(Personal::Iban)
        );
        assert_eq!(told("c", &["12 Baker Street", "Hauptstraße 5"]), Some(Personal::Address));
        assert_eq!(
            told("b", &["DE89370400440532013001", "GB82WEST12345698765431"]),
            None,
            "wrong check digits"
        );
    }

    #[test]
    fn names_tell_personal_data_where_values_can_not() {
        for name in ["name", "first_name", "LastName", "Customer Name", "surname"] {
            assert_eq!(told(name, &["Ada", "Grace"]), Some(Personal::Name), "{name}");
        }
        assert_eq!(told("date_of_birth", &["1990-01-02", "1985-07-30"]), Some(Personal::BirthDate));
        assert_eq!(told("mobile", &["301234567", "309876543"]), Some(Personal::Phone));
        assert_eq!(told("home_address", &["Elm 1", "Oak 2"]), Some(Personal::Address));
    }

    #[test]
    fn ordinary_columns_are_left_alone() {
        assert_eq!(told("product_name", &["lamp", "chair"]), None);
        assert_eq!(told("filename", &["a.csv", "b.csv"]), None);
        assert_eq!(told("signed_up", &["2026-01-02", "2026-02-03"]), None);
        assert_eq!(told("ip_address", &["10.0.0.1", "10.0.0.2"]), None);
        assert_eq!(told("price", &["12.50", "1234567.80"]), None);
        assert_eq!(told("plan", &["basic", "pro"]), None);
    }
}

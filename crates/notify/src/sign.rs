//! Signatures of webhooks: HMAC-SHA256 (RFC 2104) of the time and the body.
//!
//! The time is signed with the body, so that a message that was caught can't be sent again later.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tidegate_core::{Time, time::SECOND_MS};

/// The header that carries it: `t=<seconds since the epoch>,v1=<hex>`.
pub const SIGNATURE: &str = "tidegate-signature";

/// The header's value for a body sent at a time.
pub fn signature(secret: &str, sent: Time, body: &str) -> String {
    let seconds = sent.0.div_euclid(SECOND_MS);
    let bytes = mac(secret, seconds, body).finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

/// Whether a header's value is that of a body, made with the secret within `tolerance_s` seconds of `now`.
pub fn verify(secret: &str, header: &str, body: &str, now: Time, tolerance_s: i64) -> bool {
    let part = |name: &str| header.split(',').find_map(|part| part.strip_prefix(name));
    let seconds = part("t=").and_then(|text| text.parse::<i64>().ok());
    let (Some(seconds), Some(code)) = (seconds, part("v1=").and_then(bytes)) else { return false };
    let age = now.0.div_euclid(SECOND_MS).saturating_sub(seconds);
    age.abs() <= tolerance_s && mac(secret, seconds, body).verify_slice(&code).is_ok()
}

fn mac(secret: &str, seconds: i64, body: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret.as_bytes()).expect("a key may have any length");
    mac.update(format!("{seconds}.{body}").as_bytes());
    mac
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_353_350_000);

    /// Python: hmac.new(b"key", b"1795353350.{}", "sha256").hexdigest()
    #[test]
    fn it_is_what_anybody_computes() {
        let golden = "t=1795353350,v1=d36a8c637440adc323f7bb43d4e235d7f02167bd24c324b15636743c26dedce5";
        assert_eq!(signature("key", NOW, "{}"), golden);
    }

    #[test]
    fn only_the_same_body_secret_and_time_are_accepted() {
        let header = signature("key", NOW, "{}");
        assert!(verify("key", &header, "{}", NOW.plus(299_000), 300));
        assert!(!verify("key", &header, "{ }", NOW, 300));
        assert!(!verify("other", &header, "{}", NOW, 300));
        assert!(!verify("key", &header, "{}", NOW.plus(301_000), 300), "caught and sent again");
        let later = header.replace("t=1795353350", "t=1795353650");
        assert!(!verify("key", &later, "{}", NOW.plus(300_000), 300));
        for nonsense in ["", "t=1,v1=", "t=x,v1=00", "v1=zz,t=1795353350"] {
            assert!(!verify("key", nonsense, "{}", NOW, 300), "{nonsense}");
        }
    }
}

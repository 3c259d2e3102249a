//! Who may ask: a page from elsewhere must not reach the server through a visitor's browser.
//!
//! Two ways in are shut. A name that an attacker points at this machine (DNS rebinding) shows in `Host`. A form or
//! script of another site shows in `Origin`. There is no CORS: other origins can't read answers either.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tidegate_core::Error;

use crate::error::ApiError;

/// Under which names the server may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// It answers this machine only, so only this machine's own names.
    Loopback,
    /// It answers a network; what names it has there is not known here.
    Any,
}

pub(crate) async fn guard(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    match check(hosts, request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => ApiError::with_status(StatusCode::FORBIDDEN, error).into_response(),
    }
}

fn check(hosts: Hosts, method: &Method, headers: &HeaderMap) -> Result<(), Error> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let host = text(header::HOST);
    if let Some(host) = host
        && hosts == Hosts::Loopback
        && !is_loopback(host)
    {
        return Err(Error::invalid(format!(
            "this server does not answer to the name `{}`",
            host.escape_debug()
        ))
        .hint("ask for localhost or 127.0.0.1"));
    }
    match text(header::ORIGIN) {
        Some(origin) if !method.is_safe() && !same_origin(origin, host) => {
            Err(Error::invalid("a page of another site must not change anything here"))
        }
        _ => Ok(()),
    }
}

fn same_origin(origin: &str, host: Option<&str>) -> bool {
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.is_some() && authority == host
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or(host),
    };
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(hosts: Hosts, method: Method, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        check(hosts, &method, &headers).is_ok()
    }

    #[test]
    fn only_this_machines_names_are_answered() {
        for host in ["localhost", "localhost:8000", "127.0.0.1:1", "127.9.9.9", "[::1]:8000"] {
            assert!(asked(Hosts::Loopback, Method::GET, host, None), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:8000", "192.168.1.2", "[2001:db8::1]:80", ""] {
            assert!(!asked(Hosts::Loopback, Method::GET, host, None), "{host}");
        }
        assert!(asked(Hosts::Any, Method::GET, "models.example", None));
    }

    #[test]
    fn a_foreign_page_changes_nothing() {
        let host = "localhost:8000";
        assert!(asked(Hosts::Loopback, Method::POST, host, Some("http://localhost:8000")));
        for origin in ["http://localhost:9000", "https://evil.example", "null"] {
            assert!(!asked(Hosts::Any, Method::POST, host, Some(origin)), "{origin}");
            assert!(asked(Hosts::Any, Method::GET, host, Some(origin)), "{origin}");
        }
    }
}

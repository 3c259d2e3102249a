//! E-mail through an SMTP server.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use tidegate_core::{
    Error, Result,
    channel::{Security, Target},
};

use crate::{Message, http::provide_tls};

const TIME_OUT: Duration = Duration::from_secs(20);

pub(crate) async fn send(target: &Target, message: &Message<'_>) -> Result<String> {
    let Target::Email { host, port, security, user, password, from, to } = target else {
        return Err(Error::internal("the target is no e-mail"));
    };
    let mail = mail(from, to, message)?;
    let failed = |what: &str, error: lettre::transport::smtp::Error| {
        Error::unavailable(format!("{what}: {}", innermost(&error))).because(error)
    };
    provide_tls();
    let parameters = || {
        TlsParameters::new(host.clone()).map_err(|error| failed("the connection can't be encrypted", error))
    };
    let tls = match security {
        Security::Tls => Tls::Wrapper(parameters()?),
        Security::StartTls => Tls::Required(parameters()?),
        Security::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(*port)
        .tls(tls)
        .timeout(Some(TIME_OUT));
    if let (Some(user), Some(password)) = (user, password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
    }
    let sent = tokio::time::timeout(TIME_OUT, builder.build().send(mail)).await;
    let answer = sent
        .map_err(|_| Error::unavailable(format!("no answer within {} seconds", TIME_OUT.as_secs())))?
        .map_err(|error| failed("it was not taken", error))?;
    Ok(format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" ")))
}

fn mail(from: &str, to: &[String], message: &Message<'_>) -> Result<Mail> {
    let mut mail = Mail::builder().from(address("target.from", from)?).subject(one_line(&message.subject()));
    for one in to {
        mail = mail.to(address("target.to", one)?);
    }
    mail.header(ContentType::TEXT_PLAIN)
        .body(format!("{}\n\nSent by Tidegate, delivery {}.\n", message.text(), message.delivery))
        .map_err(|error| Error::internal("the mail could not be written").because(error))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn address(field: &str, text: &str) -> Result<Mailbox> {
    text.parse().map_err(|_| {
        Error::invalid(format!("`{field}`: `{text}` is no e-mail address"))
            .hint("`you@example.org` or `Tidegate <you@example.org>`")
    })
}

/// What went wrong at the bottom: the rest only says that something did.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

pub(crate) fn check(target: &Target) -> Result<()> {
    let Target::Email { host, user, password, from, to, security, .. } = target else { return Ok(()) };
    if host.trim().is_empty() {
        return Err(Error::invalid("`target.host` must name an smtp server"));
    }
    if to.is_empty() {
        return Err(Error::invalid("`target.to` must have an address"));
    }
    if user.is_some() != password.is_some() {
        return Err(Error::invalid("`target.user` and `target.password` go together"));
    }
    if *security == Security::None && password.is_some() {
        return Err(Error::invalid("`target.security` must not be `none` with a password")
            .hint("it would be sent in the clear"));
    }
    address("target.from", from)?;
    to.iter().try_for_each(|one| address("target.to", one).map(drop))
}

//! How an API server is reached: by an address, by a kubeconfig, or as a pod of the cluster; and what its errors mean.

use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::{path::Path, time::Duration};
use tidegate_core::{Error, Result, runner::KubernetesRunner};

use crate::http::{provide_tls, told};

const CONNECTED_WITHIN: Duration = Duration::from_secs(10);
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

pub async fn client(of: &KubernetesRunner) -> Result<Client> {
    provide_tls();
    let mut config = config(of).await?;
    config.connect_timeout = Some(CONNECTED_WITHIN);
    config.read_timeout = Some(ANSWERED_WITHIN);
    config.reset_reader_on_write = true;
    // Whoever follows a job tries again, and says so.
    config.default_retry = false;
    Client::try_from(config).map_err(error)
}

async fn config(of: &KubernetesRunner) -> Result<Config> {
    if !of.url.is_empty() {
        return by_address(of);
    }
    let options = KubeConfigOptions { context: of.context.clone(), ..KubeConfigOptions::default() };
    let Some(path) = &of.kubeconfig else {
        let inferred = match of.context {
            None => Config::infer().await.map_err(|error| error.to_string()),
            Some(_) => Config::from_kubeconfig(&options).await.map_err(|error| error.to_string()),
        };
        return inferred.map_err(|why| {
            Error::invalid(format!("no cluster is known here: {}", told(&why)))
                .hint("give an address in `runner.url`, or a file in `runner.kubeconfig`")
        });
    };
    let wrong = |error: kube::config::KubeconfigError| {
        Error::invalid(format!("`runner.kubeconfig`: {path} {error}")).because(error)
    };
    let file = Kubeconfig::read_from(path).map_err(wrong)?;
    Config::from_custom_kubeconfig(file, &options).await.map_err(wrong)
}

fn by_address(of: &KubernetesRunner) -> Result<Config> {
    let address = of.url.trim_end_matches('/').parse();
    let address = address.map_err(|error| Error::invalid(format!("`runner.url` is no address: {error}")))?;
    let mut config = Config::new(address);
    config.auth_info.token_file.clone_from(&of.token_file);
    if let Some(path) = &of.token_file {
        crate::http::token(path)?;
    }
    if let Some(path) = &of.ca_file {
        config.root_cert = Some(authorities(Path::new(path))?);
    }
    Ok(config)
}

/// Those that sign the server's certificate.
fn authorities(path: &Path) -> Result<Vec<Vec<u8>>> {
    let wrong = |why: String| Error::invalid(format!("`runner.ca_file`: {} {why}", path.display()));
    let pem = std::fs::read(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
    let found: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(&pem)
        .map(|one| one.map(|certificate| certificate.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|_| wrong("holds no certificate (PEM)".into()))?;
    match found.is_empty() {
        true => Err(wrong("holds no certificate (PEM)".into())),
        false => Ok(found),
    }
}

/// `Unavailable` where it may be asked again: not reached, no answer, a server in trouble.
pub fn error(error: kube::Error) -> Error {
    match &error {
        kube::Error::Api(status) => {
            let said = format!("it answered {}: {}", status.code, told(&status.message));
            match status.code {
                401 | 403 => Error::invalid(said)
                    .hint("see that the token, or the user of the kubeconfig, may do this in the namespace"),
                404 => Error::not_found(said),
                409 => Error::conflict(said),
                429 | 500.. => Error::unavailable(said),
                _ => Error::invalid(said),
            }
        }
        kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => {
            Error::invalid(format!("`runner.url`: this is no answer of an API server: {error}"))
                .hint("give the server's address, or that of `kubectl proxy`: http://127.0.0.1:8001")
        }
        kube::Error::Auth(_) | kube::Error::RustlsTls(_) => {
            Error::invalid(format!("the server's or the user's keys: {}", root(&error)))
        }
        _ => Error::unavailable(format!("it can't be reached: {}", root(&error))),
    }
    .because(error)
}

/// The first cause.
fn root(error: &kube::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    told(&cause.to_string())
}

//! Models in: staged, deployed, or both at once; and the samples.

use std::path::PathBuf;

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use serde::Deserialize;
use tempfile::TempDir;
use tidegate_core::{Error, Result};
use tidegate_engine::{
    Engine,
    view::{DeployRequest, Deployed, Sample, Staged},
};
use tokio::io::AsyncWriteExt;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App, Limits,
    body::{Chunks, Coding, JsonBody, Path, Query},
    error::{ApiError, ApiResult, ErrorBody},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_model))
        .routes(routes!(stage_model))
        .routes(routes!(staged_model, discard_import))
        .routes(routes!(deploy_import))
        .routes(routes!(samples))
        .routes(routes!(load_sample))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct File {
    /// The file's name: a model's name is proposed from it.
    filename: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FileAndName {
    /// The file's name: the model is called after it unless `name` is given.
    filename: String,
    /// The model's name.
    name: Option<String>,
    who: Option<String>,
}

/// Stages and deploys a model file in one step.
#[utoipa::path(post, path = "/api/models", tag = "import", params(FileAndName),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Deployed), (status = "default", body = ErrorBody)))]
async fn import_model(
    State(engine): State<Engine>,
    State(limits): State<Limits>,
    Query(file): Query<FileAndName>,
    request: Request,
) -> ApiResult<(StatusCode, Json<Deployed>)> {
    let staged = stage(&engine, limits, &file.filename, request).await?;
    let wanted = DeployRequest { name: file.name, who: file.who };
    match engine.deploy(&staged.token, wanted).await {
        Ok(deployed) => Ok((StatusCode::CREATED, Json(deployed))),
        Err(error) => {
            // Nobody knows the token, so nobody would come back for it; it may be used up already.
            let _ = engine.discard(&staged.token);
            Err(error.into())
        }
    }
}

/// Looks at a model file and tries it, without deploying. Also answers when the file is refused: see `refused`.
#[utoipa::path(post, path = "/api/imports", tag = "import", params(File),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Staged), (status = "default", body = ErrorBody)))]
async fn stage_model(
    State(engine): State<Engine>,
    State(limits): State<Limits>,
    Query(file): Query<File>,
    request: Request,
) -> ApiResult<(StatusCode, Json<Staged>)> {
    Ok((StatusCode::CREATED, Json(stage(&engine, limits, &file.filename, request).await?)))
}

#[utoipa::path(get, path = "/api/imports/{token}", tag = "import", params(("token" = String, Path)),
    responses((status = 200, body = Staged), (status = "default", body = ErrorBody)))]
async fn staged_model(State(engine): State<Engine>, Path(token): Path<String>) -> ApiResult<Json<Staged>> {
    Ok(Json(engine.staged(&token)?))
}

/// Throws a staged file away.
#[utoipa::path(delete, path = "/api/imports/{token}", tag = "import", params(("token" = String, Path)),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn discard_import(State(engine): State<Engine>, Path(token): Path<String>) -> ApiResult<StatusCode> {
    engine.discard(&token)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a staged file a version and serves it.
#[utoipa::path(post, path = "/api/imports/{token}/deploy", tag = "import", params(("token" = String, Path)),
    request_body = DeployRequest,
    responses((status = 201, body = Deployed), (status = "default", body = ErrorBody)))]
async fn deploy_import(
    State(engine): State<Engine>,
    Path(token): Path<String>,
    JsonBody(request): JsonBody<DeployRequest>,
) -> ApiResult<(StatusCode, Json<Deployed>)> {
    Ok((StatusCode::CREATED, Json(engine.deploy(&token, request).await?)))
}

#[utoipa::path(get, path = "/api/samples", tag = "import",
    responses((status = 200, body = Vec<Sample>), (status = "default", body = ErrorBody)))]
async fn samples(State(engine): State<Engine>) -> ApiResult<Json<Vec<Sample>>> {
    Ok(Json(engine.samples().await?))
}

/// Imports a sample with its reference data and card.
#[utoipa::path(post, path = "/api/samples/{name}", tag = "import", params(("name" = String, Path)),
    responses((status = 201, body = Deployed), (status = "default", body = ErrorBody)))]
async fn load_sample(
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> ApiResult<(StatusCode, Json<Deployed>)> {
    Ok((StatusCode::CREATED, Json(engine.load_sample(&name).await?)))
}

async fn stage(engine: &Engine, limits: Limits, filename: &str, request: Request) -> ApiResult<Staged> {
    let (parts, body) = request.into_parts();
    if Coding::of(&parts.headers)? != Coding::Identity {
        let error = Error::unsupported("a compressed upload is not taken");
        return Err(error.hint("send the model file as it is").into());
    }
    let chunks = Chunks::new(body, limits.model);
    let (_folder, path) = receive(filename, chunks).await?;
    engine.stage_file(&path).await.map_err(ApiError::of_file)
}

/// Writes an upload to a file of its own, chunk by chunk: models may be larger than memory.
pub(super) async fn receive(filename: &str, mut chunks: Chunks) -> Result<(TempDir, PathBuf)> {
    let failed = |cause: std::io::Error| {
        Error::internal("the upload could not be stored")
            .hint("check the space of the temporary folder")
            .because(cause)
    };
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join(plain_name(filename)?);
    let mut file = tokio::fs::File::create(&path).await.map_err(failed)?;
    while let Some(chunk) = chunks.next().await? {
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok((folder, path))
}

/// The last part of a path in either notation; what is no name of a file is refused.
fn plain_name(filename: &str) -> Result<&str> {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or("").trim();
    if matches!(name, "" | "." | "..") || name.len() > 255 || name.chars().any(char::is_control) {
        return Err(Error::invalid("`filename` is not a name of a file")
            .hint("give the file's name, e.g. churn.onnx or churn.csv"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_leads_nowhere_else() {
        assert_eq!(plain_name("../../etc/churn.onnx").unwrap(), "churn.onnx");
        assert_eq!(plain_name(r"C:\models\churn.onnx").unwrap(), "churn.onnx");
        for name in ["", "..", "models/", "a\0b"] {
            assert!(plain_name(name).is_err(), "{name:?}");
        }
    }
}

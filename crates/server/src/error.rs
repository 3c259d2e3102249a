//! How errors leave: one table from codes to HTTP statuses, and the body that carries them.
//!
//! Causes stay in the log, under the id that the client is told.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tidegate_core::{Code, Error};
use utoipa::ToSchema;

/// The one table.
pub(crate) fn status(code: Code) -> StatusCode {
    match code {
        Code::Invalid => StatusCode::BAD_REQUEST,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Conflict => StatusCode::CONFLICT,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Unsupported => StatusCode::NOT_IMPLEMENTED,
        Code::Busy => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What a failed request is answered with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    /// For the user: lower case, without a final stop.
    pub error: String,
    pub code: Code,
    /// What to do about it.
    pub hint: Option<String>,
    /// Names the entry in the program's log.
    pub id: String,
}

/// An error on its way to a client of the management API.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    error: Error,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    pub fn with_status(status: StatusCode, error: Error) -> Self {
        Self { status, error }
    }

    /// About an uploaded file: what is no model is told as a wrong type of file.
    pub fn of_file(error: Error) -> Self {
        match error.code {
            Code::Unsupported => Self::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, error),
            _ => error.into(),
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self { status: status(error.code), error }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let id = log(&self.error);
        let Error { code, message, hint, .. } = self.error;
        let body = ErrorBody { error: message, code, hint, id };
        with_retry(code, (self.status, Json(body)).into_response())
    }
}

/// The answer about a file that could not be taken, for the shell: the same as an upload of it would get.
pub fn refused_file(error: Error) -> Response {
    ApiError::of_file(error).into_response()
}

/// Writes the error with its causes to the log; returns the id it stands under there.
pub(crate) fn log(error: &Error) -> String {
    let id = uuid::Uuid::new_v4().simple().to_string()[..12].to_owned();
    let cause = error.cause.as_deref().map(|cause| cause as &dyn std::error::Error);
    if error.code == Code::Internal {
        tracing::error!(id, cause, "{error}");
    } else {
        tracing::debug!(id, cause, code = ?error.code, "{error}");
    }
    id
}

/// An overloaded server says when to come back.
pub(crate) fn with_retry(code: Code, mut response: Response) -> Response {
    if code == Code::Busy {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_error_keeps_its_cause_to_itself() {
        let error = Error::busy("the queue is full").hint("try again").because("secret path");
        let response = ApiError::from(error).into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"], "the queue is full");
        assert_eq!(body["code"], "busy");
        assert_eq!(body["hint"], "try again");
        assert_eq!(body["id"].as_str().unwrap().len(), 12);
        assert!(!body.to_string().contains("secret"));
    }
}

//! The OpenAPI document: assembled from the very calls that make the routes, so neither can lack the other's.

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tidegate",
        description = "Deploys ONNX models, watches them, retrains and promotes them.\n\nTimes are whole milliseconds since the Unix epoch. Errors carry a message, a code, a hint and the id of their log entry. `who` names the actor in the audit trail, `you` if left out. A request body that is left out reads as `{}`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    tags(
        (name = "program", description = "State, settings, events"),
        (name = "import", description = "Models in"),
        (name = "models", description = "Models and their versions"),
        (name = "data", description = "Data sets, and first models made from them"),
        (name = "predict", description = "Answers and the labels that arrive later"),
        (name = "monitor", description = "Numbers, charts, alerts"),
        (name = "retrain", description = "Retraining runs"),
        (name = "inference", description = "Open Inference Protocol V2"),
    ),
)]
pub(crate) struct Document;

/// The document, as indented JSON.
pub fn openapi_json() -> String {
    let (_, document) = crate::http::documented().split_for_parts();
    document.to_pretty_json().expect("the document is made of strings and numbers")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The table of the management API, kept by hand: a route that appears or disappears must do so knowingly.
    const ROUTES: &str = "
        GET /api/status | GET /api/models | POST /api/models | POST /api/imports | GET /api/imports/{token}
        GET /api/models/{name}/report | GET /api/models/{name}/drift-report
        DELETE /api/imports/{token} | POST /api/imports/{token}/deploy | GET /api/samples
        POST /api/samples/{name} | GET /api/models/{name} | PATCH /api/models/{name} | DELETE /api/models/{name}
        POST /api/models/{name}/restore | POST /api/models/{name}/purge | POST /api/models/{name}/predict
        POST /api/labels | POST /api/models/{name}/reference | GET /api/models/{name}/monitor
        GET /api/models/{name}/metrics | GET /api/models/{name}/slices | GET /api/models/{name}/slices/worst
        GET /api/models/{name}/fairness | GET /api/models/{name}/estimate
        GET /api/models/{name}/estimate/reweighted
        POST /api/models/{name}/charts | GET /api/models/{name}/charts/{file} | POST /api/models/{name}/promote
        POST /api/models/{name}/rollback | POST /api/models/{name}/restart | GET /api/models/{name}/audit
        GET /api/audit | POST /api/models/{name}/retrain/dry-run | POST /api/models/{name}/runs
        GET /api/models/{name}/runs | GET /api/queue | GET /api/runs/{id} | POST /api/runs/{id}/cancel
        POST /api/runs/{id}/promote | POST /api/runs/{id}/compare | GET /api/runs/{id}/rows-to-label
        GET /api/models/{name}/canaries | POST /api/models/{name}/canaries | GET /api/canaries/{id}
        POST /api/canaries/{id}/advance | POST /api/canaries/{id}/abort
        GET /api/models/{name}/replay | POST /api/models/{name}/replay | DELETE /api/models/{name}/replay
        GET /api/models/{name}/triggers | POST /api/models/{name}/triggers/backtest
        GET /api/alerts | PATCH /api/alerts/{id} | GET /api/alerts/choices |
        GET /api/models/{name}/alerts/rules | POST /api/models/{name}/alerts/snooze
        POST /api/models/{name}/alerts/backtest | GET /api/settings
        PUT /api/settings | GET /api/storage | POST /api/storage/compact | GET /api/events | GET /api/openapi.json
        GET /api/models/{name}/quality | PUT /api/models/{name}/quality/checks
        POST /api/models/{name}/quality/learn | GET /api/models/{name}/quality/violations
        GET /api/models/{name}/concept | GET /api/models/{name}/explain | DELETE /api/models/{name}/explain
        GET /api/channels | POST /api/channels
        PUT /api/channels/{id} | DELETE /api/channels/{id} | POST /api/channels/test | GET /api/deliveries
        POST /api/notifications/test | POST /api/runners/test | POST /api/runners/manifest
        GET /api/models/{name}/annotations | POST /api/models/{name}/annotations
        PATCH /api/models/{name}/annotations/{id} | DELETE /api/models/{name}/annotations/{id}
        GET /api/datasets | POST /api/datasets | POST /api/datasets/upload | GET /api/datasets/{id}
        PATCH /api/datasets/{id} | DELETE /api/datasets/{id} | POST /api/datasets/{id}/restore
        POST /api/datasets/{id}/purge | POST /api/datasets/{id}/train | GET /api/trainings
        POST /api/models/{name}/datasets |        GET /api/trainings/{id} | POST /api/trainings/{id}/cancel
        GET /v2 | GET /v2/health/live | GET /v2/health/ready | GET /v2/models/{name}
        GET /v2/models/{name}/versions/{version} | GET /v2/models/{name}/ready
        GET /v2/models/{name}/versions/{version}/ready | POST /v2/models/{name}/infer
        POST /v2/models/{name}/versions/{version}/infer";

    fn document() -> serde_json::Value {
        serde_json::from_str(&super::openapi_json()).unwrap()
    }

    #[test]
    fn every_route_is_documented_and_nothing_else() {
        let document = document();
        let mut documented = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(operation["operationId"].is_string(), "{method} {path} has no operation id");
                documented.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let routes = ROUTES.split(['|', '\n']).map(str::trim).filter(|route| !route.is_empty());
        assert_eq!(documented, routes.map(str::to_owned).collect());
    }

    #[test]
    fn operation_ids_are_unique_and_references_lead_somewhere() {
        let document = document();
        let mut ids = BTreeSet::new();
        for operation in
            document["paths"].as_object().unwrap().values().flat_map(|p| p.as_object().unwrap().values())
        {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(ids.insert(id.clone()), "{id} is used twice");
        }
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name} is not in the document");
        }
    }

    /// Types of two crates with one name would silently share a schema.
    #[test]
    fn schemas_of_one_name_do_not_hide_each_other() {
        let schemas = &document()["components"]["schemas"];
        for (name, values) in [
            ("QualityAction", ["warn", "reject"]),
            ("QualityLevel", ["row", "window"]),
            ("RuleDirection", ["above", "below"]),
            ("Direction", ["higher", "lower"]),
            ("Severity", ["watch", "act"]),
            ("HealthState", ["healthy", "watch"]),
            ("RunState", ["queued", "preparing"]),
        ] {
            let listed = schemas[name]["enum"].to_string();
            assert!(values.iter().all(|value| listed.contains(value)), "{name}: {listed}");
        }
    }
}

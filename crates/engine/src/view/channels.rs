//! Channels, what went through them, and notes on charts.

use serde::{Deserialize, Serialize};
use tidegate_core::{Time, channel::Delivery};
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryView {
    #[serde(flatten)]
    pub delivery: Delivery,
    pub channel_name: String,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelTest {
    pub ok: bool,
    /// What the other side answered, or what went wrong.
    pub answer: String,
    pub took_ms: u64,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AnnotationRequest {
    /// Now if left out.
    #[serde(default)]
    pub time: Option<Time>,
    pub text: String,
    #[serde(default)]
    pub who: Option<String>,
}

/// Fields left out stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AnnotationPatch {
    pub time: Option<Time>,
    pub text: Option<String>,
    pub who: Option<String>,
}

//! New weights for a network that is to learn everything again.

use tidegate_onnx::{
    node::initializer,
    training::{Parameter, Role},
};

use super::{Net, net::Values};
use crate::split::SplitMix64;

/// Weights evenly within 1 / sqrt(inputs), as torch starts its layers; biases 0, scales 1, slopes 1/4; running means
/// 0 and variances 1.
pub(super) fn fresh(net: &Net, seed: u64) -> Values {
    let mut random = SplitMix64(seed ^ 0x1217_1a11);
    let parameters = net.parameters.iter().flat_map(|parameter| {
        let bound = bound(parameter);
        let start = match parameter.role {
            Role::Scale => 1.0,
            Role::Slope => 0.25,
            Role::Shift | Role::Weight { .. } | Role::Table => 0.0,
        };
        (0..parameter.elements())
            .map(|_| if bound > 0.0 { ((2.0 * random.share() - 1.0) * bound) as f32 } else { start })
            .collect::<Vec<f32>>()
    });
    let parameters = parameters.collect();
    let variances: Vec<&String> = net
        .graph()
        .node
        .iter()
        .filter(|node| tidegate_onnx::node::operator(node) == "BatchNormalization")
        .filter_map(|node| node.input.get(4))
        .collect();
    let statistics = net.statistics.iter().flat_map(|name| {
        let length = initializer(net.graph(), name).map_or(0, |tensor| tensor.dims.iter().product::<i64>());
        std::iter::repeat_n(f32::from(u8::from(variances.contains(&name))), length as usize)
    });
    Values { parameters, statistics: statistics.collect() }
}

fn bound(parameter: &Parameter) -> f64 {
    match parameter.role {
        Role::Weight { fan_in } => 1.0 / (fan_in.max(1) as f64).sqrt(),
        // Rows of length 1 on average.
        Role::Table => (3.0 / parameter.dims.last().copied().unwrap_or(1).max(1) as f64).sqrt(),
        Role::Shift | Role::Scale | Role::Slope => 0.0,
    }
}

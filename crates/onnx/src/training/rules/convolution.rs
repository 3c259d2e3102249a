//! Convolutions of any number of axes and groups, with strides, dilations and pads.

use super::Step;
use crate::{
    node::{int, ints, of_int, of_ints, text},
    proto::AttributeProto,
};

/// Multiplications from which on the gradient of the weights is one product of matrices.
const ONE_PRODUCT: usize = 1 << 22;
/// Places of a kernel beyond which the copies would cost more than they gain.
const POSITIONS: usize = 49;

/// How a window moves over the axes behind batch and channels.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub kernel: Vec<usize>,
    pub strides: Vec<usize>,
    pub dilations: Vec<usize>,
    pub before: Vec<usize>,
    pub after: Vec<usize>,
    pub group: usize,
}

impl Window {
    /// `large` and `small` are the lengths of the axes before and behind a convolution.
    pub fn of(step: &Step<'_>, kernel: &[usize], large: &[usize], small: &[usize]) -> Result<Self, String> {
        let axes = kernel.len();
        let listed = |name: &str| -> Vec<usize> {
            let given = ints(step.node, name);
            (0..axes).map(|axis| given.get(axis).map_or(1, |value| *value as usize)).collect()
        };
        let (strides, dilations) = (listed("strides"), listed("dilations"));
        let pads = ints(step.node, "pads");
        if pads.iter().any(|pad| *pad < 0) {
            return Err("negative pads".into());
        }
        let given = |place: usize| pads.get(place).map_or(0, |pad| *pad as usize);
        let automatic = text(step.node, "auto_pad").unwrap_or_else(|| "NOTSET".into());
        let side = |axis: usize| {
            let reach = (small[axis].max(1) - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1;
            let total = reach.saturating_sub(large[axis]);
            match automatic.as_str() {
                "SAME_UPPER" => (total / 2, total - total / 2),
                "SAME_LOWER" => (total - total / 2, total / 2),
                "VALID" => (0, 0),
                _ => (given(axis), given(axes + axis)),
            }
        };
        let (before, after) = (0..axes).map(side).unzip();
        let group = int(step.node, "group").unwrap_or(1) as usize;
        Ok(Self { kernel: kernel.to_vec(), strides, dilations, before, after, group })
    }

    fn attributes(&self, group: usize) -> Vec<AttributeProto> {
        let wide = |values: &[usize]| values.iter().map(|value| *value as i64).collect::<Vec<_>>();
        vec![
            of_ints("kernel_shape", &wide(&self.kernel)),
            of_ints("strides", &wide(&self.strides)),
            of_ints("dilations", &wide(&self.dilations)),
            of_ints("pads", &wide(&[&self.before[..], &self.after[..]].concat())),
            of_int("group", group as i64),
        ]
    }

    /// Spreads the small side over the large one again: a transposed convolution that ends exactly at its length.
    pub fn spread(
        &self,
        step: &mut Step<'_>,
        small: (&str, &[usize]),
        weights: &str,
        large: &[usize],
        group: usize,
    ) -> String {
        let mut window = self.clone();
        let mut rest = Vec::new();
        for (axis, length) in large.iter().enumerate() {
            let reach = (small.1[axis].max(1) - 1) * self.strides[axis]
                + (self.kernel[axis] - 1) * self.dilations[axis]
                + 1;
            let over = reach as i64 - self.before[axis] as i64 - *length as i64;
            window.after[axis] = over.max(0) as usize;
            rest.push((-over).max(0));
        }
        let mut attributes = window.attributes(group);
        attributes.push(of_ints("output_padding", &rest));
        step.tape.op("ConvTranspose", &[small.0, weights], attributes)
    }

    /// The gradient of the weights [M, C/G, kernel...] from the large side [N, C, ...] and the gradient of the
    /// small side [N, M, ...]: a convolution in which batch and channels have changed places and strides and
    /// dilations too.
    fn weights(&self, step: &mut Step<'_>, large: (&str, &[usize]), small: (&str, &[usize])) -> String {
        let group = self.group;
        let (batch, channels, outputs) = (large.1[0], large.1[1], small.1[1]);
        let work = small.1.iter().product::<usize>() * channels * self.kernel.iter().product::<usize>();
        if group == 1 && work >= ONE_PRODUCT && self.kernel.iter().product::<usize>() <= POSITIONS {
            return self.weights_by_product(step, large, small);
        }
        let axes = self.kernel.len();
        // [N, C, ...] -> [C/G, G N, ...]
        let apart = [&[batch, group, channels / group], &large.1[2..]].concat();
        let order: Vec<usize> = [2, 1, 0].into_iter().chain(3..3 + axes).collect();
        let taken = if group == 1 {
            let order: Vec<usize> = [1, 0].into_iter().chain(2..2 + axes).collect();
            step.tape.transpose(large.0, &order)
        } else {
            let split = step.tape.reshape(large.0, &apart);
            let turned = step.tape.transpose(&split, &order);
            step.tape.reshape(&turned, &[&[channels / group, group * batch], &large.1[2..]].concat())
        };
        // [N, M, ...] -> [M, N, ...]
        let swap: Vec<usize> = [1, 0].into_iter().chain(2..2 + axes).collect();
        let kernel = step.tape.transpose(small.0, &swap);
        let window = Self {
            kernel: small.1[2..].to_vec(),
            strides: self.dilations.clone(),
            dilations: self.strides.clone(),
            ..self.clone()
        };
        let made = step.tape.op("Conv", &[&taken, &kernel], window.attributes(group));
        let turned = step.tape.transpose(&made, &swap);
        // A stride that leaves a rest gives more places than the kernel has.
        (0..axes).fold(turned, |value, axis| {
            let reach = (small.1[2 + axis].max(1) - 1) * self.strides[axis] + 1;
            let room = large.1[2 + axis] + self.before[axis] + self.after[axis];
            let places = room.saturating_sub(reach) / self.dilations[axis] + 1;
            let wanted = self.kernel[axis];
            debug_assert!(outputs > 0 && places >= wanted);
            if places > wanted { step.tape.slice(&value, 2 + axis, 0, wanted) } else { value }
        })
    }
}

impl Window {
    /// The same as one product of matrices: a row for each channel at each place of the kernel against a row for
    /// each output. Faster from some size on, as it costs a copy of the input for each place.
    fn weights_by_product(
        &self,
        step: &mut Step<'_>,
        large: (&str, &[usize]),
        small: (&str, &[usize]),
    ) -> String {
        let axes = self.kernel.len();
        let swap: Vec<usize> = [1, 0].into_iter().chain(2..2 + axes).collect();
        let (channels, outputs) = (large.1[1], small.1[1]);
        let each = small.1[0] * small.1[2..].iter().product::<usize>();
        let turned = step.tape.transpose(large.0, &swap);
        let pads: Vec<i64> = [&[0, 0], &self.before[..], &[0, 0], &self.after[..]]
            .concat()
            .iter()
            .map(|pad| *pad as i64)
            .collect();
        let pads = step.tape.ints(&pads);
        let padded = step.tape.two("Pad", &turned, &pads);
        let places: usize = self.kernel.iter().product();
        let taken: Vec<String> =
            (0..places).map(|place| self.taken(step, &padded, place, &small.1[2..])).collect();
        let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
        let rows = step.tape.concat(&taken, 0);
        let rows = step.tape.reshape(&rows, &[places * channels, each]);
        let grad = step.tape.transpose(small.0, &swap);
        let grad = step.tape.reshape(&grad, &[outputs, each]);
        let product = step.tape.op("Gemm", &[&grad, &rows], vec![of_int("transB", 1)]);
        let apart = step.tape.reshape(&product, &[outputs, places, channels]);
        let ordered = step.tape.transpose(&apart, &[0, 2, 1]);
        step.tape.reshape(&ordered, &[&[outputs, channels], &self.kernel[..]].concat())
    }

    /// The values that one place of the kernel meets.
    fn taken(&self, step: &mut Step<'_>, padded: &str, place: usize, small: &[usize]) -> String {
        let mut rest = place;
        let mut starts = vec![0; self.kernel.len()];
        for axis in (0..self.kernel.len()).rev() {
            starts[axis] = ((rest % self.kernel[axis]) * self.dilations[axis]) as i64;
            rest /= self.kernel[axis];
        }
        let reach = |axis: usize| ((small[axis] - 1) * self.strides[axis] + 1) as i64;
        let ends: Vec<i64> = starts.iter().enumerate().map(|(axis, start)| start + reach(axis)).collect();
        let axes: Vec<i64> = (0..self.kernel.len()).map(|axis| 2 + axis as i64).collect();
        let strides: Vec<i64> = self.strides.iter().map(|stride| *stride as i64).collect();
        let [starts, ends, axes, strides] = [starts, ends, axes, strides].map(|list| step.tape.ints(&list));
        step.tape.op("Slice", &[padded, &starts, &ends, &axes, &strides], vec![])
    }
}

pub(super) fn conv(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let (large, weights, small) = (step.shape(0), step.shape(1), step.out());
    let window = Window::of(step, &weights[2..], &large[2..], &small[2..])?;
    if step.wants(0) {
        let given = window.spread(step, (&grad, &small[2..]), step.x(1), &large[2..], window.group);
        step.give(0, given);
    }
    if step.wants(1) {
        let given = window.weights(step, (step.x(0), large), (&grad, small));
        step.give(1, given);
    }
    bias(step, &grad);
    Ok(())
}

/// Its gradient is the convolution it is the transpose of.
pub(super) fn transposed(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let (small, weights, large) = (step.shape(0), step.shape(1), step.out());
    let automatic = text(step.node, "auto_pad").unwrap_or_else(|| "NOTSET".into());
    if !matches!(automatic.as_str(), "NOTSET" | "VALID") || !ints(step.node, "output_shape").is_empty() {
        return Err("an output shape instead of pads".into());
    }
    let window = Window::of(step, &weights[2..], &large[2..], &small[2..])?;
    if step.wants(0) {
        let given = step.tape.op("Conv", &[&grad, step.x(1)], window.attributes(window.group));
        step.give(0, given);
    }
    if step.wants(1) {
        let given = window.weights(step, (&grad, large), (step.x(0), small));
        step.give(1, given);
    }
    bias(step, &grad);
    Ok(())
}

fn bias(step: &mut Step<'_>, grad: &str) {
    if step.wants(2) {
        let others: Vec<usize> = (0..step.out().len()).filter(|axis| *axis != 1).collect();
        let given = step.tape.reduce("ReduceSum", grad, &others, false);
        step.give(2, given);
    }
}

//! The same weights where channels come before pixels, as in PyTorch.

/// The order of a weight's elements where channels come first: PyTorch's, and that of the peers' benchmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// A matrix of inputs and outputs; either side may be an image.
    Dense {
        /// Extents of what comes in: `[height, width, channels]`, or `[numbers]`.
        inputs: Vec<usize>,
        /// Extents of what goes out: `[height, width, channels]`, or `[numbers]`.
        outputs: Vec<usize>,
    },
    /// A kernel as `[outputs, channels, rows, columns]`.
    Conv,
    /// A kernel as `[channels, outputs, rows, columns]`, turned by half a circle.
    ConvTranspose,
}

impl Order {
    /// For each element of a weight of extents `shape`, its place in this order.
    pub fn places(&self, shape: &[usize]) -> Vec<usize> {
        // Our axes, each with its place among those of this order.
        let (extents, places): (Vec<usize>, Vec<usize>) = match self {
            Order::Dense { inputs, outputs } => {
                let places = |shape: &[usize]| match shape.len() {
                    3 => vec![1, 2, 0],
                    _ => (0..shape.len()).collect(),
                };
                let after = |place: usize| place + inputs.len();
                let outputs_at = places(outputs).into_iter().map(after);
                (
                    [inputs.as_slice(), outputs].concat(),
                    places(inputs).into_iter().chain(outputs_at).collect(),
                )
            }
            Order::Conv => (shape.to_vec(), vec![2, 3, 1, 0]),
            Order::ConvTranspose => (shape.to_vec(), vec![2, 3, 0, 1]),
        };
        let stride = |axis: usize| -> usize {
            let later = (0..places.len()).filter(|&other| places[other] > places[axis]);
            later.map(|other| extents[other]).product()
        };
        let strides: Vec<usize> = (0..places.len()).map(stride).collect();
        let turned = |axis: usize| *self == Order::ConvTranspose && axis < 2;
        let place = |i: usize| {
            let (mut rest, mut at) = (i, 0);
            for axis in (0..places.len()).rev() {
                let (extent, mut coordinate) = (extents[axis], rest % extents[axis]);
                rest /= extent;
                if turned(axis) {
                    coordinate = extent - 1 - coordinate;
                }
                at += coordinate * strides[axis];
            }
            at
        };
        (0..shape.iter().product()).map(place).collect()
    }
}

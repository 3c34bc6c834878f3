//! Convolutions. Ours have channels last and XLA's windows; ONNX has channels first, and a node of its own for those that spread
//! their input out.

use ganlet_core::op::Op;
use ganlet_core::{DType, Window};

use crate::extent::{Extent, fixed};
use crate::operand::Operand;
use crate::proto::Attribute;
use crate::translate::{COUPLED, Refusal, Translator};

impl Translator<'_> {
    pub(crate) fn conv(
        &mut self,
        windows: &[Window],
        x: &Operand,
        kernel: &Operand,
        shape: &[Extent],
    ) -> Result<Operand, Refusal> {
        let spatial: Vec<usize> = (0..windows.len()).collect();
        let taps = fixed(&kernel.shape[..windows.len()]).ok_or(COUPLED)?;
        let channel = windows.len() + 1;
        let mut first = vec![0, channel];
        first.extend(1..channel);
        let image = self.permute(x, &first);
        let image = self.name(&image);
        let result = if windows.iter().any(|window| window.lhs_dilation > 1) {
            let flipped = Op::Flip(spatial.clone());
            let (extents, dtype) = (&kernel.shape, kernel.dtype);
            let kernel = self.apply(&flipped, std::slice::from_ref(kernel), extents, dtype)?;
            let kernel = self.permute(&kernel, &[&[channel - 1, channel], &spatial[..]].concat());
            let kernel = self.name(&kernel);
            self.spread(windows, &taps, vec![image, kernel])
        } else {
            let kernel = self.permute(kernel, &[&[channel, channel - 1], &spatial[..]].concat());
            let kernel = self.name(&kernel);
            self.plain(windows, image, kernel)
        };
        let channels_first = first.iter().map(|&axis| shape[axis]).collect();
        let result = Operand::result(result, DType::F32, channels_first);
        let mut last = vec![0];
        last.extend(2..=channel);
        last.push(1);
        Ok(self.permute(&result, &last))
    }

    /// A convolution that does not spread its input out.
    fn plain(&mut self, windows: &[Window], image: String, kernel: String) -> String {
        let padding: Vec<(i64, i64)> = windows.iter().map(|window| window.padding).collect();
        let cuts = padding.iter().any(|&(low, high)| low < 0 || high < 0);
        // The pads of Conv itself are never negative.
        let (image, own) = match cuts {
            true => {
                let around = [&[(0, 0), (0, 0)], &padding[..]].concat();
                (self.padded(image, &around), vec![(0, 0); padding.len()])
            }
            false => (image, padding),
        };
        let attributes = [
            ("strides", ints(windows.iter().map(|w| w.stride as i64))),
            (
                "dilations",
                ints(windows.iter().map(|w| w.rhs_dilation as i64)),
            ),
            ("pads", pads(&own)),
        ];
        self.writer.node("Conv", vec![image, kernel], &attributes)
    }

    /// One that does: the transpose of a convolution, whose strides are the distances between the input's neighbours. It has all
    /// that any element of the input reaches, less its pads; we count them from the other side, so what we want may go beyond that,
    /// where there are only zeros.
    fn spread(&mut self, windows: &[Window], taps: &[usize], inputs: Vec<String>) -> String {
        let less: Vec<(i64, i64)> = (windows.iter().zip(taps))
            .map(|(window, &taps)| {
                let reach = ((taps - 1) * window.rhs_dilation) as i64;
                (reach - window.padding.0, reach - window.padding.1)
            })
            .collect();
        let inside = less.iter().map(|&(low, high)| (low.max(0), high.max(0)));
        let beyond = less.iter().map(|&(low, high)| (-low.min(0), -high.min(0)));
        let beyond: Vec<(i64, i64)> = [(0, 0); 2].into_iter().chain(beyond).collect();
        let attributes = [
            (
                "strides",
                ints(windows.iter().map(|w| w.lhs_dilation as i64)),
            ),
            (
                "dilations",
                ints(windows.iter().map(|w| w.rhs_dilation as i64)),
            ),
            ("pads", pads(&inside.collect::<Vec<_>>())),
        ];
        let mut result = self.writer.node("ConvTranspose", inputs, &attributes);
        if beyond.iter().any(|&zeros| zeros != (0, 0)) {
            result = self.padded(result, &beyond);
        }
        if windows.iter().any(|window| window.stride > 1) {
            let axes = 2..windows.len() as i64 + 2;
            let all = |value: i64| vec![value; windows.len()];
            let lists = [
                all(0),
                all(i64::MAX),
                axes.collect(),
                windows.iter().map(|window| window.stride as i64).collect(),
            ];
            let mut inputs = vec![result];
            inputs.extend(lists.map(|list| self.writer.list(&list)));
            result = self.writer.node("Slice", inputs, &[]);
        }
        result
    }
}

fn ints(values: impl Iterator<Item = i64>) -> Attribute {
    Attribute::Ints(values.collect())
}

/// All lower ends, then all upper ones.
fn pads(padding: &[(i64, i64)]) -> Attribute {
    let low = padding.iter().map(|(low, _)| *low);
    ints(low.chain(padding.iter().map(|(_, high)| *high)))
}

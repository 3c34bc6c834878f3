//! The messages of `onnx.proto` that a model needs, in protocol buffers' wire format.
//!
//! A message is its fields one after another: a tag of the field's number and kind, then an integer of variable length, or a length
//! and so many bytes. The numbers beside the fields are those of `onnx.proto`.

/// A message under construction.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Seven bits a byte, the lowest first; the top bit says that there are more.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(mut self, field: u32, value: i64) -> Self {
        self.varint(u64::from(field) << 3);
        self.varint(value as u64);
        self
    }

    fn ints(self, field: u32, values: &[i64]) -> Self {
        (values.iter()).fold(self, |message, &value| message.int(field, value))
    }

    fn bytes(mut self, field: u32, bytes: &[u8]) -> Self {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, field: u32, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u32, message: &Message) -> Self {
        self.bytes(field, &message.0)
    }

    fn messages(self, field: u32, messages: &[Message]) -> Self {
        (messages.iter()).fold(self, |whole, message| whole.message(field, message))
    }
}

/// `TensorProto.DataType`
#[derive(Clone, Copy)]
pub(crate) enum DataType {
    Float = 1,
    Int64 = 7,
    Bool = 9,
}

/// What an attribute of a node holds.
pub(crate) enum Attribute {
    Int(i64),
    Ints(Vec<i64>),
}

/// `GraphProto`
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) name: String,
    pub(crate) nodes: Vec<Message>,
    pub(crate) initializers: Vec<Message>,
    pub(crate) inputs: Vec<Message>,
    pub(crate) outputs: Vec<Message>,
}

/// `NodeProto`, with one result, which gives it its name.
pub(crate) fn node(
    op_type: &str,
    inputs: &[String],
    output: &str,
    attributes: &[(&str, Attribute)],
) -> Message {
    let node = (inputs.iter()).fold(Message::default(), |node, input| node.text(1, input));
    let node = node.text(2, output).text(3, output).text(4, op_type);
    let attribute = |(name, value): &(&str, Attribute)| {
        let named = Message::default().text(1, name);
        match value {
            Attribute::Int(value) => named.int(3, *value).int(20, 2),
            Attribute::Ints(values) => named.ints(8, values).int(20, 7),
        }
    };
    node.messages(5, &attributes.iter().map(attribute).collect::<Vec<_>>())
}

/// `TensorProto`, with its elements as little-endian bytes, row-major.
pub(crate) fn tensor(name: &str, data_type: DataType, extents: &[i64], raw: &[u8]) -> Message {
    let tensor = Message::default().ints(1, extents).int(2, data_type as i64);
    tensor.text(8, name).bytes(9, raw)
}

/// `ValueInfoProto` of floats, `[rows, len]`, where the number of rows has this name.
pub(crate) fn rows_of(name: &str, rows: &str, len: usize, about: &str) -> Message {
    let extents = [
        Message::default().text(2, rows),
        Message::default().int(1, len as i64),
    ];
    let shape = Message::default().messages(1, &extents);
    let tensor = Message::default()
        .int(1, DataType::Float as i64)
        .message(2, &shape);
    let r#type = Message::default().message(1, &tensor);
    Message::default()
        .text(1, name)
        .message(2, &r#type)
        .text(3, about)
}

/// `ModelProto`
pub(crate) fn model(
    graph: &Graph,
    [ir_version, opset]: [i64; 2],
    about: &str,
    metadata: &[(&str, String)],
) -> Message {
    let entry = |(key, value): &(&str, String)| Message::default().text(1, key).text(2, value);
    let metadata: Vec<Message> = metadata.iter().map(entry).collect();
    let graph = (Message::default().messages(1, &graph.nodes))
        .text(2, &graph.name)
        .messages(5, &graph.initializers)
        .messages(11, &graph.inputs)
        .messages(12, &graph.outputs);
    Message::default()
        .int(1, ir_version)
        .text(2, "ganlet")
        .text(3, env!("CARGO_PKG_VERSION"))
        .text(6, about)
        .message(7, &graph)
        .message(8, &Message::default().text(1, "").int(2, opset))
        .messages(14, &metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_encoded_as_the_documentation_of_the_format_has_them() {
        // https://protobuf.dev/programming-guides/encoding: 150 in field 1, "testing" in field 2.
        assert_eq!(Message::default().int(1, 150).0, [0x08, 0x96, 0x01]);
        let text = Message::default().text(2, "testing");
        assert_eq!(text.0, *b"\x12\x07testing");
        // Negative numbers take ten bytes, in two's complement.
        let minus_two = Message::default().int(1, -2).into_bytes();
        assert_eq!(minus_two[..2], [0x08, 0xfe]);
        assert_eq!((minus_two.len(), minus_two[10]), (11, 0x01));
    }
}

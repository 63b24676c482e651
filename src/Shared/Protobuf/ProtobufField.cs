namespace ServerlessInference.Protobuf;

/// <summary>A field of a protobuf message: its place and that of its content.</summary>
/// <param name="Number">The field's number.</param>
/// <param name="IsMessage">Whether it is length-delimited: a message, a string, bytes.</param>
/// <param name="Start">The offset of its tag.</param>
/// <param name="ContentStart">The offset of its content.</param>
/// <param name="End">The offset behind its content.</param>
internal readonly record struct ProtobufField(int Number, bool IsMessage, int Start, int ContentStart, int End);

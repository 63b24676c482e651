namespace ServerlessInference.Text.StringModels.Internal;

/// <summary>A field of a protobuf message: where it lies, and where its content does.</summary>
/// <param name="Number">The field's number.</param>
/// <param name="IsMessage">Whether it is length-delimited: a message, a string, bytes.</param>
/// <param name="Start">Where its tag starts.</param>
/// <param name="ContentStart">Where its content starts.</param>
/// <param name="End">One past its content.</param>
internal readonly record struct ProtobufField(int Number, bool IsMessage, int Start, int ContentStart, int End);

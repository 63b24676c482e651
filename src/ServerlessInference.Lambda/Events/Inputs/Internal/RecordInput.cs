namespace ServerlessInference.Lambda;

/// <summary>An input as a sender gave it: its bytes, or where they lie.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="Reference">Where they lie; <see langword="null"/> where they are there.</param>
internal readonly record struct RecordInput(ReadOnlyMemory<byte> Content, InputReference? Reference);

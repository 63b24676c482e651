namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>An input as its sender provided it: its bytes, or a reference to them.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="Reference">The reference; <see langword="null"/> if <paramref name="Content"/> has the bytes.</param>
internal readonly record struct RecordInput(ReadOnlyMemory<byte> Content, InputReference? Reference);

namespace ServerlessInference.Models;

/// <summary>The bytes that arrived are damaged or incomplete. The source starts over once before it gives up.</summary>
internal sealed class CorruptContentException(string message, Exception? innerException = null)
    : ModelLoadException(message, innerException);

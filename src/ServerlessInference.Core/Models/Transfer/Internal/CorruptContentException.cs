namespace ServerlessInference.Models.Transfer;

/// <summary>What came is not what the server holds. The source begins again once before it gives up.</summary>
internal sealed class CorruptContentException(string message, Exception? innerException = null) : ModelLoadException(message, innerException);

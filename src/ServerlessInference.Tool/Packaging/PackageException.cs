namespace ServerlessInference.Tool.Packaging;

/// <summary>What was to be packed cannot be, as the message says.</summary>
internal sealed class PackageException(string message) : IOException(message);

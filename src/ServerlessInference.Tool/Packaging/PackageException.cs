namespace ServerlessInference.Tool.Packaging;

/// <summary>The files cannot be packaged; the message says why.</summary>
internal sealed class PackageException(string message) : IOException(message);
